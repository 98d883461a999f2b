"""An Asterisk of one's own has something to play: every prompt in every language, and music."""

from __future__ import annotations

import os
import wave
from collections import Counter
from pathlib import Path

from router.adapters.flow_files import prompt_texts
from router.config import SHIPPED_FLOWS
from router.folders import cache_folder
from router.standalone.debian import DEFAULT_MIRROR
from router.standalone.programs import LIBRARIES
from router.standalone.progress import SilentProgress
from router.standalone.prompts import Source
from router.standalone.sounds import MUSIC, host_programs, write_sounds

DIALPLANS = SHIPPED_FLOWS.parent / "dialplans"


def written(into: Path) -> Counter[Source]:
    return write_sounds(
        into,
        ivr_dir=SHIPPED_FLOWS,
        cache=cache_folder(os.environ),
        mirror=DEFAULT_MIRROR,
        progress=SilentProgress(),
    )


def test_sysadmin_gets_every_shipped_prompt_and_the_music_that_asterisk_asks_for(
    tmp_path: Path,
) -> None:
    built = written(tmp_path)
    texts = prompt_texts(SHIPPED_FLOWS)
    assert built == {Source.SPOKEN: len(texts)}
    for language, prompt in texts:
        with wave.open(str(tmp_path / f"sounds/{language}/hotline/{prompt}.wav")) as sound:
            assert sound.getframerate() == 8000
    folder, _ = MUSIC.split("/")
    assert f"directory = {folder}" in (DIALPLANS / "musiconhold.conf").read_text()
    assert (tmp_path / MUSIC).is_file()


def test_callers_hear_debians_spanish_recordings_beside_our_prompts(tmp_path: Path) -> None:
    recorded = tmp_path / "sounds/es_MX_f_Allison/digits/1.wav"
    recorded.parent.mkdir(parents=True)
    recorded.touch()
    for _ in range(2):
        written(tmp_path)
        assert (tmp_path / "sounds/es/digits/1.wav").is_file()
        assert (tmp_path / "sounds/es/hotline/saludo.wav").is_file()


def test_espeak_that_the_host_has_is_used_and_nothing_fetched(tmp_path: Path) -> None:
    assert host_programs(tmp_path) is None
    libraries, loader = LIBRARIES["arm64"]
    for file in (tmp_path / libraries / loader, tmp_path / "usr/bin/espeak-ng"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    found = host_programs(tmp_path)
    assert found is not None
    assert found.command("espeak-ng", "--version")[0] == str(tmp_path / libraries / loader)
