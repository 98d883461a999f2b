"""Recordings are taken in for the telephone, and told when their text has changed."""

from __future__ import annotations

import math
import shutil
import wave
from array import array
from pathlib import Path

import pytest
import soundfile

from router import errors
from router.adapters.flow_files import load
from router.adapters.recording_box import recorded_prompt
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
    return {(each.language, each.prompt): each.voice for each in listed(folder, folder.parent)}


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


@pytest.mark.parametrize("kind", ["mp3", "flac", "ogg"])
def test_recordings_of_other_kinds_are_taken_in_and_the_original_is_kept(
    kind: str, folder: Path, voice: Path, tmp_path: Path
) -> None:
    samples, rate = soundfile.read(voice)
    other = tmp_path / f"voice.{kind}"
    soundfile.write(other, samples, rate)
    take_in(folder, ES, MENU, voice)
    taken = take_in(folder, ES, MENU, other)
    assert is_telephone_wav(taken)
    (original,) = (folder / "prompts/es/originals").iterdir()
    assert (original.name, original.read_bytes()) == (f"menu.{kind}", other.read_bytes())
    with wave.open(str(taken)) as sound:
        heard = array("h", sound.readframes(sound.getnframes()))
    assert 0.4 < len(heard) / 8000 < 0.7
    assert 20 * math.log10(max(map(abs, heard)) / 32768) == pytest.approx(-3, abs=0.1)


def test_what_was_said_by_telephone_waits_and_is_taken_in(
    folder: Path, voice: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ("--state-dir", str(tmp_path))
    recorded = ["prompts", "import", "es", "menu", "--recorded", *where]
    assert run(recorded) != Exit.DONE
    assert "Nobody has recorded menu in es" in capsys.readouterr().err
    waiting = recorded_prompt(tmp_path, "es", "menu")
    waiting.parent.mkdir(parents=True)
    shutil.copy(voice, waiting)
    assert run(["prompts", "list", *where]) == Exit.DONE
    assert "a recording waits" in capsys.readouterr().out
    assert run(recorded) == Exit.DONE
    assert voices(folder)[ES, MENU] is Voice.RECORDED
    assert not waiting.exists()


def test_either_a_file_or_what_was_recorded_is_imported(folder: Path, voice: Path) -> None:
    assert run(["prompts", "import", "es", "menu"]) == Exit.WRONG_USE
    assert run(["prompts", "import", "es", "menu", str(voice), "--recorded"]) == Exit.WRONG_USE


def test_prompts_are_numbered_as_the_engine_does(folder: Path) -> None:
    found = listed(folder, folder.parent)
    assert [each.number for each in found] == list(range(1, len(found) + 1))
    assert load(folder).prompts == tuple((each.language, each.prompt) for each in found)


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
