"""The engine's last epoch as a file of the state folder: it outlives an Asterisk that forgot it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

Trouble = Callable[[str, str | None], None]
"""An alarm's name, and its text or None when its cause is gone."""

UNSAVED = "epoch_unsaved"


class EpochFile:
    """Asterisk keeps the epoch only until it ends, and the journal's keys must never come again.

    A fault is an alarm, never an exception: callers come first.
    """

    def __init__(self, path: Path, *, on_trouble: Trouble) -> None:
        self._path = path
        self._on_trouble = on_trouble

    def last(self) -> int:
        """0 if there was none, or if nothing can be read from it."""
        try:
            text = self._path.read_text("ascii", "replace").strip()
        except OSError:
            return 0
        return int(text) if text.isascii() and text.isdigit() else 0

    def keep(self, epoch: int) -> None:
        """After a power cut it is the old one or the new one."""
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            with suppress(FileNotFoundError):
                new.unlink()
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(f"{epoch}\n")
                file.flush()
                os.fsync(file.fileno())
            new.rename(self._path)
        except OSError as problem:
            self._on_trouble(
                UNSAVED,
                f"{self._path} cannot be written ({problem.strerror}): after a restart of Asterisk"
                " the journal could refuse lines. Make room, or correct its folder.",
            )
