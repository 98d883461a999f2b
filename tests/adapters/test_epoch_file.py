"""The file that keeps the engine's epoch."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters.epoch_file import UNSAVED, EpochFile

Troubles = list[tuple[str, str | None]]


@pytest.fixture
def troubles() -> Troubles:
    return []


@pytest.fixture
def file(tmp_path: Path, troubles: Troubles) -> EpochFile:
    return EpochFile(tmp_path / "epoch", on_trouble=lambda *told: troubles.append(told))


def test_epoch_is_remembered_by_the_next_engine(
    file: EpochFile, tmp_path: Path, troubles: Troubles
) -> None:
    assert file.last() == 0
    file.keep(7)
    file.keep(8)
    assert file.last() == 8
    assert (tmp_path / "epoch").stat().st_mode & 0o777 == 0o600
    assert troubles == []


@pytest.mark.parametrize("content", [b"", b"x", b"-3", "７".encode(), b"\xff"])
def test_file_that_holds_no_epoch_counts_as_none(
    file: EpochFile, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "epoch").write_bytes(content)
    assert file.last() == 0


def test_epoch_that_cannot_be_kept_is_an_alarm_and_no_obstacle(
    tmp_path: Path, troubles: Troubles
) -> None:
    file = EpochFile(tmp_path / "gone/epoch", on_trouble=lambda *told: troubles.append(told))
    file.keep(7)
    assert [name for name, _ in troubles] == [UNSAVED]
    assert file.last() == 0
