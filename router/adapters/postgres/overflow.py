"""What the writer to the database needs of a disk: a queue of files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Kept(Protocol[T_co]):
    """A file of an Overflow; `damage` tells what of it could not be read."""

    @property
    def path(self) -> Path: ...
    @property
    def lines(self) -> Sequence[T_co]: ...
    @property
    def damage(self) -> str | None: ...


class Overflow(Protocol[T]):
    """A queue on the disk, used from threads; what is in it comes before what is in memory."""

    @property
    def folder(self) -> Path: ...
    @property
    def waits(self) -> bool: ...
    def open(self) -> None: ...
    def append(self, entries: Sequence[T], /) -> None: ...
    def oldest(self) -> Kept[T] | None: ...
    def done(self, path: Path, *, damaged: bool) -> Path: ...
