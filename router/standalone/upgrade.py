"""`hotline upgrade`: the next engine takes over from the active one, without a gap to speak of."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from router import errors
from router.adapters.control.client import ControlClient, standbys_in
from router.standalone.engines import NEXT_FILE
from router.standalone.private_stack import supervisor
from router.succession import Standing

COMES_UP_WITHIN = 30.0
TAKES_OVER_WITHIN = 10.0
HEIR_COMES_WITHIN = 3.0
"""After that the old engine goes on itself (app.py)."""
LOOK_EVERY = 0.02

T = TypeVar("T")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """`gap`: seconds from the last act of the old engine to the first of the new one."""

    old: int
    new: int
    gap: float


def upgrade(folder: Path, say: Say) -> HandedOver:
    """Start the next engine, if a private stack is up, and let it take over; else let the engine
    take over that stands by.

    Raises UpgradeFailed or NoStandby before anything was changed; HandOverFailed if the old engine
    had to go on.
    """
    active = ControlClient(folder)
    before = active.standing()
    overseer = supervisor(folder)
    heir = _next(folder, overseer, say) if overseer is not None else _ready(folder)
    say(f"Engine {heir.pid} stands by; engine {before.pid} hands over")
    old = active.hand_over(heir.name, leaves=overseer is not None)
    new = _until(lambda: _active(active, old), within=TAKES_OVER_WITHIN)
    if new is None:
        raise errors.HandOverFailed(seconds=int(TAKES_OVER_WITHIN), name=old.name)
    assert new.first_act is not None
    return HandedOver(old=old.pid, new=new.pid, gap=new.first_act - (old.last_act or 0.0))


def _next(folder: Path, overseer: int, say: Say) -> Standing:
    """An engine of the version that is installed now, once it stands by."""
    file, log = folder / NEXT_FILE, folder / "log"
    file.unlink(missing_ok=True)
    os.kill(overseer, signal.SIGUSR1)
    pid = _until(lambda: _number_in(file), within=COMES_UP_WITHIN)
    if pid is None:
        raise errors.UpgradeFailed(detail="it was not started", log=log)
    say(f"Engine {pid} starts")
    deadline = time.monotonic() + COMES_UP_WITHIN
    while time.monotonic() < deadline:
        for each in standbys_in(folder):
            if each.pid == pid:
                return each
        if not _lives(pid):
            raise errors.UpgradeFailed(detail="it ended at once", log=log)
        time.sleep(LOOK_EVERY)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    raise errors.UpgradeFailed(detail=f"not ready after {COMES_UP_WITHIN:g} s", log=log)


def _ready(folder: Path) -> Standing:
    for each in standbys_in(folder):
        return each
    raise errors.NoStandby(folder=folder)


def _active(client: ControlClient, old: Standing) -> Standing | None:
    """Another engine, once it has acted."""
    try:
        seen = client.standing()
    except errors.HotlineError:
        return None
    if not seen.active or seen.token <= old.token or seen.first_act is None:
        return None
    if seen.pid == old.pid:
        raise errors.HandOverFailed(seconds=int(HEIR_COMES_WITHIN), name=old.name)
    return seen


def _number_in(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None


def _lives(pid: int) -> bool:
    """A child of the overseer that has ended may still be in the table."""
    try:
        return b") Z" not in Path(f"/proc/{pid}/stat").read_bytes()
    except FileNotFoundError:
        return False


def _until(found: Callable[[], T | None], *, within: float) -> T | None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if (here := found()) is not None:
            return here
        time.sleep(LOOK_EVERY)
    return None
