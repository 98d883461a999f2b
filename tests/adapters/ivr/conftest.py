"""A folder of flow files that a test may spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.adapters.ivr.flow_mistakes import PLAIN, Edit


@pytest.fixture
def flow_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the plain one, below the folder that the reader stands in."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PLAIN, tmp_path / "ivr")
    return Path("ivr")


@pytest.fixture
def edit(flow_folder: Path) -> Edit:
    """Replaces a passage that stands in a file once."""

    def replace(name: str, old: str, new: str) -> None:
        text = (flow_folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        (flow_folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return replace
