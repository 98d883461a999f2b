"""How one setting is named, read from text and shown to people."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "HOTLINE_"
MASK = "********"
MOST = 10_000_000
SECONDS = {"ms": 0.001, "s": 1.0, "": 1.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a value is read; `expected` ends the sentence "... is 'x'; expected ...".

    `read` gets the text and the folder that a relative path starts from, and raises ValueError for
    what does not fit. `shown`: how people see the value, if not as it is written. `is_list`: a list
    in a file is read as JSON.
    """

    expected: str
    read: Callable[[str, Path], object]
    secret: bool = False
    shown: Callable[[object], str] | None = None
    is_list: bool = False


class Misfit(ValueError):
    """What is expected, more exactly than the kind says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`name` is the file's (`ari.password`); field and variable follow from it."""

    name: str
    about: str
    kind: Kind

    @property
    def field(self) -> str:
        return self.name.replace(".", "_")

    @property
    def variable(self) -> str:
        """`HOTLINE_ARI_PASSWORD`."""
        return PREFIX + self.field.removeprefix("hotline_").upper()

    def shown(self, value: object) -> str:
        """The value as people may see it."""
        if self.kind is DATABASE:
            return masked_database(str(value))
        if self.kind.shown is not None:
            return self.kind.shown(value)
        return MASK if self.kind.secret and value != "" else written(value)


def written(value: object) -> str:
    """A setting's value as the text that it could be read from."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value.total_seconds():g} s" if isinstance(value, timedelta) else str(value)


def declared(name: str, about: str, kind: Kind) -> Mapping[str, Setting]:
    """The metadata of a dataclass's field that is a setting."""
    return {"setting": Setting(name=name, about=about, kind=kind)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """HOST:PORT; an IPv6 host is written in brackets."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Address:
        """From HOST:PORT or [HOST]:PORT."""
        found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d+)", text, re.ASCII)
        if found is None:
            raise ValueError(text)
        return cls(host=found[1] or found[2], port=_port(found[3]))

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def one_of(choices: type[StrEnum]) -> Kind:
    """One word of a closed list."""
    *others, last = (choice.value for choice in choices)
    return Kind(
        expected=f"{', '.join(others)} or {last}", read=lambda text, _: choices(text.lower())
    )


def masked_database(uri: str) -> str:
    """A libpq URI without its password, wherever it stands in it."""
    hidden = re.sub(r"(//[^/?#:@]*):[^/?#]*@", rf"\1:{MASK}@", uri)
    return re.sub(r"(?<=[?&])(password=)[^&]*", rf"\1{MASK}", hidden)


def _port(text: str) -> int:
    return _count(text, most=65535)


def _count(text: str, most: int = MOST) -> int:
    if re.fullmatch(r"\d{1,9}", text, re.ASCII) and 1 <= int(text) <= most:
        return int(text)
    raise ValueError(text)


def _duration(text: str, _: Path) -> timedelta:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h|)", text, re.ASCII)
    if found is None or float(found[1]) <= 0:
        raise ValueError(text)
    return timedelta(seconds=float(found[1]) * SECONDS[found[2]])


def _time_zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, OSError) as failure:
        raise ValueError(text) from failure


def _matching(pattern: str) -> Callable[[str, Path], str]:
    def read(text: str, _: Path) -> str:
        if re.fullmatch(pattern, text, re.ASCII) is None:
            raise ValueError(text)
        return text

    return read


def _url(text: str, schemes: tuple[str, ...]) -> SplitResult:
    parts = urlsplit(text)
    if parts.scheme not in schemes or parts.port == 0 or not text.isprintable():
        raise ValueError(text)
    return parts


def _web_address(text: str, _: Path) -> str:
    parts = _url(text, ("http", "https"))
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ValueError(text)
    return text.rstrip("/")


def _database(text: str, _: Path) -> str:
    _url(text, ("postgresql", "postgres"))
    return text


def _secret(text: str, _: Path) -> str:
    # A control character in a password would become a line of its own in AMI.
    if not text or not text.isprintable():
        raise ValueError
    return text


def _yes_or_no(text: str, _: Path) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _words(text: str, _: Path) -> str:
    if text and not shlex.split(text):
        raise ValueError(text)
    return text


def _speech(text: str, _: Path) -> str:
    if text and not all(gap in text for gap in ("{text_file}", "{out}")):
        raise ValueError(text)
    return _words(text, _)


FOLDER = Kind(
    expected="a folder", read=lambda text, here: (here / Path(text).expanduser()).absolute()
)
NODE = Kind(
    expected="a short name of small letters and digits, such as n1",
    read=_matching(r"[a-z][a-z0-9]{0,15}"),
)
WORD = Kind(
    expected="a name of letters, digits, dot, hyphen or underscore", read=_matching(r"[\w.-]+")
)
HOST = Kind(expected="a host name or an IP address", read=_matching(r"[\w.:-]+"))
PORT = Kind(expected="a port from 1 to 65535", read=lambda text, _: _port(text))
ADDRESS = Kind(
    expected="HOST:PORT, such as 127.0.0.1:5080", read=lambda text, _: Address.parse(text)
)
WEB_ADDRESS = Kind(expected="an address such as http://127.0.0.1:8088", read=_web_address)
SECRET = Kind(expected="a password without control characters", read=_secret, secret=True)
DATABASE = Kind(
    expected="a libpq address such as postgresql://hotline@127.0.0.1/hotline",
    read=_database,
    secret=True,
)
NUMBER = Kind(expected="a telephone number of 3 to 15 digits", read=_matching(r"\+?\d{3,15}"))
YES_OR_NO = Kind(expected="true or false", read=_yes_or_no)
COMMAND = Kind(expected="a command with its arguments", read=_words)
SPEECH = Kind(expected="a command with {text_file} and {out} among its arguments", read=_speech)
COUNT = Kind(expected=f"a whole number from 1 to {MOST}", read=lambda text, _: _count(text))
DURATION = Kind(expected="a duration such as 2 s or 500 ms", read=_duration)
TIME_ZONE = Kind(
    expected="a time zone such as America/Mexico_City", read=lambda text, _: _time_zone(text)
)
MIRROR = Kind(expected="an address such as http://deb.debian.org/debian", read=_web_address)
