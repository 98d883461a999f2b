"""The socket's file: 0600 from its first moment, in folders of any depth, never two engines."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from router import errors
from router.adapters.control.protocol import SOCKET_NAME, Greeting, from_wire
from router.core.plain import NotReadable, from_plain

LONGEST_ADDRESS = 100
"""Unix addresses end at 108 bytes on Linux (104 elsewhere)."""
GREETED_WITHIN = 1.0


def standby_name(pid: int) -> str:
    """Of the socket of an engine that stands by."""
    return f"standby-{pid}.sock"


def standbys(folder: Path) -> list[str]:
    """The sockets of engines that stand by, or did when they died."""
    return sorted(each.name for each in folder.glob("standby-*.sock"))


def bind(folder: Path, name: str = SOCKET_NAME, *, replaces: bool = False) -> socket.socket:
    """A listening socket in `folder`; one left by a dead or frozen engine gives way.

    `replaces`: and so does one that is answered. Raises EngineAlreadyRuns or StateFolderUnusable.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not replaces:
            refuse_second(folder)
        (folder / name).unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Linux takes the file's mode from the socket: there is no moment in which it is open.
            os.fchmod(listening.fileno(), 0o600)
            with _address(folder, name) as address:
                listening.bind(address)
            (folder / name).chmod(0o600)
            listening.listen(64)
        except OSError:
            listening.close()
            raise
    except OSError as failure:
        raise errors.StateFolderUnusable(
            folder=folder, detail=failure.strerror or failure
        ) from failure
    listening.setblocking(False)
    return listening


def refuse_second(folder: Path) -> None:
    """Raises EngineAlreadyRuns if an active engine answers in this folder."""
    other = _greeting(folder)
    if other is not None:
        raise errors.EngineAlreadyRuns(pid=other.pid, folder=folder)


def inode(folder: Path, name: str = SOCKET_NAME) -> int | None:
    """Which file the socket is now, to tell one's own from a successor's."""
    try:
        return (folder / name).stat().st_ino
    except OSError:
        return None


def connect(folder: Path, within: float, name: str = SOCKET_NAME) -> socket.socket:
    """A connection to the engine in `folder`, blocking, each step at most `within` seconds.

    Raises EngineNotRunning or EngineOfAnotherUser.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(within)
    try:
        with _address(folder, name) as address:
            connection.connect(address)
    except PermissionError as failure:
        connection.close()
        raise errors.EngineOfAnotherUser(folder=folder) from failure
    except OSError as failure:
        connection.close()
        raise errors.EngineNotRunning(folder=folder) from failure
    return connection


def _greeting(folder: Path) -> Greeting | None:
    try:
        with connect(folder, GREETED_WITHIN) as connection, connection.makefile("rb") as lines:
            return from_plain(Greeting, from_wire(lines.readline()))
    except (errors.HotlineError, OSError, NotReadable):
        return None


@contextmanager
def _address(folder: Path, name: str) -> Iterator[str]:
    """A path to the socket that is short enough, by way of the open folder if need be."""
    plain = str(folder / name)
    if len(os.fsencode(plain)) <= LONGEST_ADDRESS:
        yield plain
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{opened}/{name}"
    finally:
        os.close(opened)
