"""The folder of a private Asterisk: dialplans/ with this site's values, sounds and music."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from router import errors
from router.standalone.music import write_music
from router.standalone.programs import Prefix
from router.standalone.site import Site

DIALPLANS = Path(__file__).parents[2] / "dialplans"
# What Asterisk is told of where its folder lies: its working directory. It cuts the paths of its
# files at 255 bytes and that of its control socket at 107, and a state folder may lie deeper.
HOME = "/proc/self/cwd"

PLACEHOLDER = re.compile(r"@([A-Z_]+)@")


def render(
    folder: Path,
    site: Site,
    *,
    prefix: Prefix,
    dialplans: Path = DIALPLANS,
    system_name: str = "",
) -> None:
    """Everything Asterisk needs below `folder`/asterisk, and the sounds in `folder`/sounds.

    `system_name`: of one that is not alone; it stands before the id of each channel.
    """
    home = folder / "asterisk"
    data = home / "data"
    for each in ("etc", "run", "log", "spool/recording", "lib", "db", "keys", "data"):
        (home / each).mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    _link_sounds(folder / "sounds", prefix)
    for name, target in (
        ("sounds", Path("../../sounds")),
        ("documentation", prefix.asterisk_data / "documentation"),
        ("rest-api", prefix.asterisk_data / "rest-api"),
    ):
        _link(data / name, target)
    write_music(data / "moh/calm.wav")
    values = site.values()
    for source in sorted(dialplans.glob("*.conf")):
        text = fill(source, values)
        if source.name == "asterisk.conf":
            text = _directories(prefix) + text
            if system_name:  # [options] comes last
                text += f"systemname = {system_name}\n"
        _write_private(home / "etc" / source.name, text)


def fill(source: Path, values: Mapping[str, str]) -> str:
    """The file with each @NAME@ replaced; the same as dialplans/install.sh does."""

    def value(found: re.Match[str]) -> str:
        try:
            return values[found[1]]
        except KeyError:
            raise errors.DialplanValueUnknown(file=source, name=found[1]) from None

    return PLACEHOLDER.sub(value, source.read_text())


def _directories(prefix: Prefix) -> str:
    own = {
        "astetcdir": "etc",
        "astvarlibdir": "lib",
        "astdbdir": "db",
        "astkeydir": "keys",
        "astdatadir": "data",
        "astspooldir": "spool",
        "astrundir": "run",
        "astlogdir": "log",
    }
    places = [f"{name} => {HOME}/{place}" for name, place in own.items()]
    lines = ["[directories]", f"astmoddir => {prefix.asterisk_modules}", *places]
    return "\n".join([*lines, "", ""])


def _link_sounds(sounds: Path, prefix: Prefix) -> None:
    """Asterisk's own recordings beside the hotline's, in each language's folder."""
    for language, recordings in (
        ("es", prefix.spanish_sounds),
        ("en", prefix.asterisk_data / "sounds/en_US_f_Allison"),
    ):
        folder = sounds / language
        folder.mkdir(parents=True, exist_ok=True)
        for recording in recordings.iterdir():
            _link(folder / recording.name, recording)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        if link.readlink() == target:
            return
        link.unlink()
    link.symlink_to(target)


def _write_private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
