"""The programs of a prefix, run by the prefix's own loader so that the host needs none of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Program = Literal["asterisk", "sipp", "baresip", "espeak-ng"]

MANIFEST = "prefix.json"

PROGRAM_PATHS: Mapping[Program, str] = {
    "asterisk": "usr/sbin/asterisk",
    "sipp": "usr/bin/sipp",
    "baresip": "usr/bin/baresip",
    "espeak-ng": "usr/bin/espeak-ng",
}

# Debian's architecture -> its folder of libraries, and the loader in it.
LIBRARIES: Mapping[str, tuple[str, str]] = {
    "amd64": ("usr/lib/x86_64-linux-gnu", "ld-linux-x86-64.so.2"),
    "arm64": ("usr/lib/aarch64-linux-gnu", "ld-linux-aarch64.so.1"),
}


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """An Asterisk version: 22.10.1."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """From Debian's `1:22.10.1+dfsg-1` or Asterisk's own `22.10.1`; ValueError if neither."""
        found = re.match(r"(?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?", text)
        if found is None:
            raise ValueError(f"not a version: {text!r}")
        major, minor, patch = found.groups(default="0")
        return cls(int(major), int(minor), int(patch))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """An unpacked set of Debian packages, complete and never changed again."""

    path: Path
    architecture: str
    version: Version

    def command(self, program: Program, *args: str) -> list[str]:
        """The whole command line; give it `environment()` too."""
        loader = self.libraries / LIBRARIES[self.architecture][1]
        # espeak-ng needs a library that PulseAudio keeps apart.
        folders = (self.libraries, self.libraries / "pulseaudio", self.path / "usr/lib")
        return [
            str(loader),
            "--argv0",
            program,
            "--library-path",
            ":".join(map(str, folders)),
            str(self.path / PROGRAM_PATHS[program]),
            *args,
        ]

    def environment(self) -> dict[str, str]:
        """A clean environment: what the host sets (LD_PRELOAD, locale) does not reach inside."""
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
            "LANG": "C.UTF-8",
            "TERM": "dumb",
            "ESPEAK_DATA_PATH": str(self.libraries),
            "ALSA_CONFIG_PATH": str(self.path / "usr/share/alsa/alsa.conf"),
        }

    @property
    def libraries(self) -> Path:
        return self.path / LIBRARIES[self.architecture][0]

    @property
    def asterisk_modules(self) -> Path:
        return self.libraries / "asterisk/modules"

    @property
    def asterisk_data(self) -> Path:
        return self.path / "usr/share/asterisk"

    @property
    def spanish_sounds(self) -> Path:
        """Asterisk's own es-MX recordings (digits, beeps, queue announcements)."""
        return self.asterisk_data / "sounds/es_MX_f_Allison"

    @property
    def baresip_modules(self) -> Path:
        return self.path / "usr/lib/baresip/modules"

    @property
    def sipp_pcaps(self) -> Path:
        """RFC 2833 digits, recorded: `dtmf_2833_1.pcap`."""
        return self.path / "usr/share/sip-tester"


def read_prefix(path: Path) -> Prefix | None:
    """The prefix at `path`, or None if there is none that is whole."""
    try:
        manifest = json.loads((path / MANIFEST).read_text())
    except FileNotFoundError:
        return None
    return Prefix(
        path=path,
        architecture=manifest["architecture"],
        version=Version.parse(manifest["asterisk"]),
    )
