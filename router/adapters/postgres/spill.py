"""What the database cannot take yet, in files of the state folder: in order, safe from a kill."""

from __future__ import annotations

import errno
import json
import os
import re
import threading
import zlib
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from router.core.journal_lines import Line, from_line, to_line
from router.core.plain import NotReadable
from router.core.records import Entry
from router.privacy import scrub

WAITING, BROKEN = ".journal", ".broken"
_NAME = re.compile(r"(\d{12})\.journal(?:\.broken)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpillFile:
    """One file as it was read back; `damage` tells what of it could not be."""

    path: Path
    lines: tuple[Line, ...]
    damage: str | None


class Spill:
    """A queue of small files, 0600 (no number is in them). Every method may wait for the disk, and
    so belongs into a thread; the methods may be called from several.

    `room`: bytes that the files may take together. A file takes `lines` entries, then comes the
    next one.
    """

    def __init__(self, folder: Path, *, room: int = 1_000_000_000, lines: int = 1_000) -> None:
        self.folder = folder
        self._room = room
        self._lines = lines
        self._lock = threading.Lock()
        self._files: deque[Path] = deque()
        self._opened = False
        self._next = 1
        self._current: int | None = None
        self._in_current = 0
        self._size = 0

    @property
    def waits(self) -> bool:
        """Whether a file is there to be read; known once `open` or `append` was called."""
        return bool(self._files)

    def open(self) -> None:
        """Find what an earlier life of the engine left. Raises OSError."""
        with self._lock:
            self._open()

    def append(self, entries: Sequence[Entry | Line]) -> None:
        """On the disk when this returns. Raises OSError, and then none of them is."""
        content = b"".join(map(_written, entries))
        with self._lock:
            self._open()
            if self._size + len(content) > self._room:
                raise OSError(errno.EDQUOT, "The room for the journal's files is used up")
            if self._current is None or self._in_current >= self._lines:
                self._begin()
            assert self._current is not None
            before = os.fstat(self._current).st_size
            try:
                _write_all(self._current, content)
                os.fsync(self._current)
            except OSError:
                self._take_back(before)
                raise
            self._size += len(content)
            self._in_current += len(entries)

    def oldest(self) -> SpillFile | None:
        """The file to be written next, with what can be read of it; None: nothing waits."""
        with self._lock:
            if not self._files:
                return None
            if len(self._files) == 1:
                self._end()
            path = self._files[0]
        try:
            return _read(path)
        except OSError as problem:
            return SpillFile(path=path, lines=(), damage=f"it cannot be read: {problem.strerror}")

    def done(self, path: Path, *, damaged: bool) -> Path:
        """All that could be read is in the database: delete it, or set it aside. Where it is."""
        with self._lock:
            with suppress(OSError):
                self._size -= path.stat().st_size
            with suppress(ValueError):
                self._files.remove(path)
            # What cannot be moved is read again by the next life: a second time changes nothing.
            with suppress(OSError):
                if damaged:
                    return path.rename(path.with_name(path.name + BROKEN))
                path.unlink()
            return path

    def _open(self) -> None:
        if self._opened:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        there = [each for each in self.folder.iterdir() if _NAME.fullmatch(each.name)]
        self._next = max((int(each.name[:12]) for each in there), default=0) + 1
        self._files.extend(waiting_in(self.folder))
        self._size = sum(each.stat().st_size for each in self._files)
        self._opened = True

    def _begin(self) -> None:
        self._end()
        path = self.folder / f"{self._next:012d}{WAITING}"
        self._current = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._next += 1
        self._in_current = 0
        self._files.append(path)
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _end(self) -> None:
        if self._current is not None:
            os.close(self._current)
            self._current = None

    def _take_back(self, size: int) -> None:
        """A full disk leaves half a line; what stands before it is good."""
        assert self._current is not None
        with suppress(OSError):
            os.ftruncate(self._current, size)
        self._end()


def waiting_in(folder: Path) -> list[Path]:
    """The files that the database has not got yet, oldest first."""
    return sorted(each for each in folder.glob(f"*{WAITING}") if _NAME.fullmatch(each.name))


def broken_in(folder: Path) -> list[Path]:
    """The files that were set aside, because not all of them could be read."""
    return sorted(each for each in folder.glob(f"*{BROKEN}") if _NAME.fullmatch(each.name))


def _written(entry: Entry | Line) -> bytes:
    body = scrub(json.dumps(to_line(entry))).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _read(path: Path) -> SpillFile:
    """Line by line: each tells by its checksum whether it is whole."""
    lines: list[Line] = []
    bad: list[int] = []
    for number, raw in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        line = _line(raw)
        if line is None:
            bad.append(number)
        else:
            lines.append(line)
    damage = None
    if bad:
        damage = f"{len(bad):,} of its lines cannot be read, the first is line {bad[0]}"
    return SpillFile(path=path, lines=tuple(lines), damage=damage)


def _line(raw: bytes) -> Line | None:
    try:
        checksum, body = raw.removesuffix(b"\n").split(b" ", 1)
        if not raw.endswith(b"\n") or checksum != b"%08x" % zlib.crc32(body):
            return None
        return from_line(json.loads(body))
    except (ValueError, NotReadable):
        return None
