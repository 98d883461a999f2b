"""The seat of a state folder: whoever has it is alive, and its text tells the last token."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from router import errors
from router.adapters.active_seat import ActiveSeat, active_engine

SITS = """
import sys, pathlib
from router.adapters.active_seat import ActiveSeat
seat = ActiveSeat(pathlib.Path(sys.argv[1]))
seat.take(); seat.keep(7, "heir"); seat.tell(7)
print("sits", flush=True)
sys.stdin.read()
"""


def test_seat_is_free_again_when_its_process_is_killed(tmp_path: Path) -> None:
    seat = ActiveSeat(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", SITS, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "sits\n"
        assert seat.take() is None
        assert not seat.is_ours
        told = active_engine(tmp_path)
        assert told is not None
        assert (told.pid, told.token) == (process.pid, 7)
        process.kill()
    left = seat.take()
    assert left is not None
    assert (left.token, left.heir) == (7, "heir")
    assert seat.is_ours


def test_seat_that_is_left_keeps_its_text(tmp_path: Path) -> None:
    first, second = ActiveSeat(tmp_path), ActiveSeat(tmp_path)
    assert first.take() is not None
    first.keep(12, "somebody")
    first.keep(3)
    assert second.take() is None
    first.leave()
    left = second.take()
    assert left is not None
    assert (left.token, left.heir) == (3, "")


def test_damaged_seat_tells_of_no_token(tmp_path: Path) -> None:
    (tmp_path / "active.lock").write_bytes(b"\xff\x00 what")
    (tmp_path / "active").write_text("{")
    left = ActiveSeat(tmp_path).take()
    assert left is not None
    assert left.token == 0
    assert active_engine(tmp_path) is None


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.StateFolderUnusable, match=str(tmp_path)):
        ActiveSeat(tmp_path / "not there").take()
    assert (tmp_path.stat().st_mode & 0o777) != 0
    assert os.listdir(tmp_path) == []
