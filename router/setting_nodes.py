"""The further Asterisk nodes of a house as one setting: a list, in which each is written as the
first is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from router.setting import (
    ADDRESS,
    HOST,
    NODE,
    PORT,
    SECRET,
    WEB_ADDRESS,
    WORD,
    Address,
    Kind,
    Misfit,
)

SIP_PORT = 5060
FILE = "_file"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """How one Asterisk is reached; passwords are empty if not set."""

    name: str
    ari_url: str
    ari_user: str
    ari_password: str = field(repr=False)
    sip: Address
    media_address: str
    ami_host: str
    ami_port: int
    ami_user: str
    ami_password: str = field(repr=False)
    guard_user: str
    guard_password: str = field(repr=False)


KEYS: Mapping[str, Kind] = {
    "name": NODE,
    "ari.url": WEB_ADDRESS,
    "ari.user": WORD,
    "ari.password": SECRET,
    "sip": ADDRESS,
    "media_address": HOST,
    "ami.host": HOST,
    "ami.port": PORT,
    "ami.user": WORD,
    "ami.password": SECRET,
    "guard.user": WORD,
    "guard.password": SECRET,
}
NEEDED = ("name", "ari.url")


@dataclass(frozen=True, slots=True)
class FurtherNodes:
    """What is written of each; what is not, is as with the first node."""

    written: tuple[tuple[tuple[str, str], ...], ...] = field(default=(), repr=False)

    def beside(self, first: NodeSettings) -> tuple[NodeSettings, ...]:
        """Of the house whose first node this is."""
        return tuple(_node(dict(each), first) for each in self.written)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(dict(each)["name"] for each in self.written)

    def __str__(self) -> str:
        """As it could be read; with passwords."""
        return json.dumps([dict(each) for each in self.written]) if self.written else ""


def _node(given: Mapping[str, str], first: NodeSettings) -> NodeSettings:
    host = urlsplit(given["ari.url"]).hostname or ""
    values = {
        "ari_user": first.ari_user,
        "ari_password": first.ari_password,
        "sip": Address(host=host, port=SIP_PORT),
        "media_address": "",
        "ami_host": host,
        "ami_port": first.ami_port,
        "ami_user": first.ami_user,
        "ami_password": first.ami_password,
        "guard_user": first.guard_user,
        "guard_password": first.guard_password,
    }
    told = {key.replace(".", "_"): KEYS[key].read(text, Path()) for key, text in given.items()}
    return NodeSettings(**{**values, **told})  # type: ignore[arg-type]  # each read by its own kind


def _read(text: str, here: Path) -> FurtherNodes:
    """From JSON. Raises Misfit, with what is expected where."""
    try:
        entries = json.loads(text) if text else []
    except ValueError:
        raise Misfit("a list, in JSON outside a file") from None
    if not isinstance(entries, list):
        raise Misfit("a list of nodes")
    return FurtherNodes(tuple(_entry(n, each, here) for n, each in enumerate(entries, start=1)))


def _entry(number: int, entry: object, here: Path) -> tuple[tuple[str, str], ...]:
    if not isinstance(entry, dict):
        raise Misfit(f"a node as number {number}, such as name and ari.url")
    given: dict[str, str] = {}
    for key, value in _flattened(entry):
        name, text = key, str(value)
        if key not in KEYS and key.endswith(FILE) and KEYS.get(key.removesuffix(FILE)) is SECRET:
            name, text = key.removesuffix(FILE), _content(number, key, here / text)
        if name not in KEYS:
            raise Misfit(f"one of {', '.join(KEYS)} in number {number}, not {key!r}")
        try:
            KEYS[name].read(text, here)
        except ValueError:
            raise Misfit(f"{KEYS[name].expected} as {key} of number {number}") from None
        given[name] = text
    for key in NEEDED:
        if key not in given:
            raise Misfit(f"{key} in number {number}")
    return tuple(given.items())


def _content(number: int, key: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise Misfit(f"a file that can be read as {key} of number {number}") from None


def _flattened(entry: Mapping[str, object], above: str = "") -> Iterator[tuple[str, object]]:
    for key, value in entry.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _shown(value: object) -> str:
    return ", ".join(value.names) if isinstance(value, FurtherNodes) else ""


NODES = Kind(
    expected="a list of nodes, each with name and ari.url",
    read=_read,
    secret=True,
    shown=_shown,
    is_list=True,
)
"""Secret, because of the passwords in it; people see the names."""
