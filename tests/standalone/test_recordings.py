"""Recordings are taken in for the telephone, and told when their text has changed."""

from __future__ import annotations

import math
import shutil
import wave
from array import array
from pathlib import Path

import pytest

from router import errors
from router.cli.exits import Exit
from router.cli.main import run
from router.config import SHIPPED_FLOWS
from router.core.vocabulary import Language, PromptId
from router.standalone.recordings import Voice, listed, take_in
from router.standalone.telephone_audio import is_telephone_wav

ES, MENU = Language("es"), PromptId("menu")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    flows = tmp_path / "ivr"
    shutil.copytree(SHIPPED_FLOWS, flows)
    monkeypatch.setenv("HOTLINE_IVR_DIR", str(flows))
    return flows


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    """Half a second at 44.1 kHz, in stereo."""
    file = tmp_path / "voice.wav"
    tone = (round(9000 * math.sin(n / 10)) for n in range(22_050))
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44_100)
        sound.writeframes(array("h", [s for each in tone for s in (each, each)]).tobytes())
    return file


def voices(folder: Path) -> dict[tuple[Language, PromptId], Voice]:
    return {(each.language, each.prompt): each.voice for each in listed(folder)}


def test_without_a_recording_a_prompt_has_a_stand_in(folder: Path) -> None:
    assert set(voices(folder).values()) == {Voice.STAND_IN}
    assert (ES, PromptId("espera_juridico-1")) in voices(folder)


def test_a_recording_is_made_fit_for_the_telephone(folder: Path, voice: Path) -> None:
    taken = take_in(folder, ES, MENU, voice)
    assert is_telephone_wav(taken)
    assert (folder / "prompts/es/originals/menu.wav").read_bytes() == voice.read_bytes()
    assert voices(folder)[ES, MENU] is Voice.RECORDED


def test_a_text_that_changed_afterwards_is_told(
    folder: Path, voice: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["prompts", "import", "es", "menu", str(voice)]) == Exit.DONE
    assert run(["prompts", "check"]) == Exit.DONE
    texts = folder / "prompts/es.yaml"
    changed = texts.read_text(encoding="utf-8").replace("Si está en crisis", "Si está mal", 1)
    texts.write_text(changed, encoding="utf-8")
    assert voices(folder)[ES, MENU] is Voice.STALE
    capsys.readouterr()
    assert run(["prompts", "check"]) == Exit.NOT_SO
    assert "es/menu: the text has changed" in capsys.readouterr().out


def test_all_prompts_are_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["prompts", "list"]) == Exit.DONE
    assert "saludo" in capsys.readouterr().out
    assert run(["prompts", "list", "--json"]) == Exit.DONE
    assert '"voice": "stand-in"' in capsys.readouterr().out


def test_what_is_no_recording_is_told(folder: Path, tmp_path: Path, voice: Path) -> None:
    noise = tmp_path / "noise.mp3"
    noise.write_bytes(b"ID3 not a wav")
    with pytest.raises(errors.RecordingUnusable, match="noise"):
        take_in(folder, ES, MENU, noise)
    with pytest.raises(errors.RecordingUnusable, match="nowhere"):
        take_in(folder, ES, MENU, tmp_path / "nowhere.wav")
    with pytest.raises(errors.PromptUnknown, match="no prompt menus in es"):
        take_in(folder, ES, PromptId("menus"), voice)
    assert not (folder / "prompts/es").exists()
