"""The roster as a file of the state folder: log-ins survive an engine without PostgreSQL."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from router.core.plain import NotReadable, from_plain, to_plain
from router.ports import RosterEntry

Trouble = Callable[[str, str | None], None]
"""An alarm's name, and its text or None when its cause is gone."""

BROKEN = "roster_broken"
UNSAVED = "roster_unsaved"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Roster:
    agents: tuple[RosterEntry, ...]


class RosterFile:
    """Keeps `ports.Directory`'s promise on one JSON file (0600: it holds telephones' passwords).

    Its faults are alarms, never exceptions: callers are served by those whom the engine knows.
    """

    def __init__(self, path: Path, *, on_trouble: Trouble) -> None:
        self._path = path
        self._on_trouble = on_trouble
        self._unsaved = False

    def load(self) -> Sequence[RosterEntry]:
        """The last roster saved, empty if there was none; a damaged one is set aside."""
        try:
            return from_plain(_Roster, json.loads(self._path.read_bytes())).agents
        except FileNotFoundError:
            return ()
        except OSError as problem:
            self._on_trouble(
                BROKEN,
                f"{self._path} cannot be read ({problem.strerror}): nobody is logged in. Import the"
                " agents again, and let them log in.",
            )
            return ()
        except (NotReadable, ValueError) as problem:
            self._set_aside(str(problem))
            return ()

    def save(self, roster: Sequence[RosterEntry], *, durable: bool = True) -> None:
        """Replace it atomically; after a power cut it is the old one or the new one.

        Not `durable`: a power cut may bring an older one back, and nobody waits for the disk.
        """
        text = json.dumps(to_plain(_Roster(agents=tuple(roster))), ensure_ascii=False, indent=1)
        try:
            self.replace(text.encode(), durable=durable)
        except OSError as problem:
            self._unsaved = True
            self._on_trouble(
                UNSAVED,
                f"{self._path} cannot be written ({problem.strerror}): log-ins of now would be"
                " forgotten by a restart of the engine. Make room, or correct its folder.",
            )
        else:
            if self._unsaved:
                self._unsaved = False
                self._on_trouble(UNSAVED, None)

    def content(self) -> bytes | None:
        """As it lies there, for engines elsewhere; None if it cannot be read."""
        try:
            return self._path.read_bytes()
        except OSError:
            return None

    def replace(self, content: bytes, *, durable: bool = True) -> None:
        """By a file's content. Raises OSError, and then the old one is there."""
        new = self._path.with_name(f"{self._path.name}.new")
        with suppress(FileNotFoundError):
            new.unlink()
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        new.rename(self._path)
        if not durable:
            return
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _set_aside(self, detail: str) -> None:
        number = 1
        while (aside := self._path.with_name(f"{self._path.name}.broken-{number}")).exists():
            number += 1
        moved = f"set aside as {aside.name}"
        try:
            self._path.rename(aside)
        except OSError as problem:
            moved = f"left where it is ({problem.strerror})"
        self._on_trouble(
            BROKEN,
            f"{self._path} is damaged ({detail}) and was {moved}: nobody is logged in. Import the"
            " agents again, and let them log in.",
        )
