"""The sounds that an Asterisk of one's own needs: every prompt, and the music of those who wait."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from router.adapters.flow_files import prompt_texts
from router.standalone import debian, prompts
from router.standalone.music import write_music
from router.standalone.programs import LIBRARIES, PROGRAM_PATHS, Prefix, Version
from router.standalone.progress import Progress
from router.standalone.prompts import BuiltPrompt
from router.standalone.speech import Speech

MUSIC = "moh/calm.wav"
"""The only sound that dialplans/musiconhold.conf needs, below Asterisk's data folder."""

RECORDINGS = ("es", "es_MX_f_Allison")
"""A language of ours, and Debian's folder of it, which Debian itself links for English only."""


def write_sounds(
    into: Path, *, ivr_dir: Path, cache: Path, mirror: str, progress: Progress, command: str = ""
) -> Counter[prompts.Source]:
    """Fill `into`, Asterisk's data folder; what is there and still right is left alone."""
    _link_recordings(into / "sounds")
    built = build_prompts(
        into / "sounds",
        ivr_dir=ivr_dir,
        cache=cache,
        mirror=mirror,
        progress=progress,
        command=command,
    )
    write_music(into / MUSIC)
    return Counter(each.source for each in built)


def _link_recordings(sounds: Path) -> None:
    """Digits and the like are said in Spanish, too."""
    language, recordings = RECORDINGS
    link = sounds / language
    if (sounds / recordings).is_dir() and not link.exists():
        link.symlink_to(recordings)


def build_prompts(
    into: Path, *, ivr_dir: Path, cache: Path, mirror: str, progress: Progress, command: str
) -> list[BuiltPrompt]:
    """Every prompt in `into`, the folder of sounds; `command` speaks instead of espeak-ng."""
    texts = prompt_texts(ivr_dir)  # first: a broken file is told before anything is fetched
    speaker = host_programs() or debian.ensure(progress, cache=cache, mirror=mirror)
    speech = Speech(prefix=speaker, command=command)
    return prompts.build(texts, into, speech=speech, cache=cache, recorded=ivr_dir / "prompts")


def host_programs(root: Path = Path("/")) -> Prefix | None:
    """The host itself as a prefix, if it is a Debian with espeak-ng installed."""
    for architecture, (libraries, loader) in LIBRARIES.items():
        needed = (root / libraries / loader, root / PROGRAM_PATHS["espeak-ng"])
        if all(file.exists() for file in needed):
            return Prefix(path=root, architecture=architecture, version=Version(0, 0))
    return None
