"""The seat of the active engine in a state folder: a lock that ends with its process."""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from router import errors
from router.succession import Seat

LOCK, ACTIVE = "active.lock", "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveEngine:
    """Who is the active engine of a folder, as it said itself."""

    pid: int
    token: int


class ActiveSeat:
    """Of one process. The lock's text is the token of whoever had it last, and its heir."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: int | None = None

    @property
    def is_ours(self) -> bool:
        return self._held is not None

    def take(self) -> Seat | None:
        """What its last owner left in it, if it is free or ours; raises StateFolderUnusable."""
        try:
            if self._held is None:
                descriptor = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(descriptor)
                    return None
                self._held = descriptor
            token, _, heir = os.pread(self._held, 4096, 0).decode(errors="replace").partition(" ")
        except OSError as refusal:
            raise errors.StateFolderUnusable(
                folder=self._folder, detail=refusal.strerror or refusal
            ) from refusal
        return Seat(token=int(token) if token.isdigit() else 0, heir=heir.strip())

    def keep(self, token: int, heir: str = "") -> None:
        """Write down whose it is, if it is ours."""
        if self._held is not None:
            text = f"{token} {heir}".encode()
            with suppress(OSError):
                os.ftruncate(self._held, 0)
                os.pwrite(self._held, text, 0)

    def leave(self) -> None:
        """For the next one."""
        held, self._held = self._held, None
        if held is not None:
            os.close(held)

    def tell(self, token: int) -> None:
        """Let programs know that this process is the active engine now."""
        new = self._folder / f"{ACTIVE}.{os.getpid()}.new"
        with suppress(OSError):
            new.write_text(json.dumps({"pid": os.getpid(), "token": token}) + "\n")
            new.rename(self._folder / ACTIVE)


def active_engine(folder: Path) -> ActiveEngine | None:
    """Who said last that it is active; None if nobody did."""
    try:
        told = json.loads((folder / ACTIVE).read_text())
        return ActiveEngine(pid=told["pid"], token=told["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
