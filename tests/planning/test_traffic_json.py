"""The traffic file: the shipped one is read; what is wrong in another is told with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from router.errors import TrafficInvalid
from router.planning.traffic_json import SHIPPED, read_traffic


def spoilt(tmp_path: Path, before: str, after: str) -> Path:
    text = SHIPPED.read_text()
    assert before in text
    file = tmp_path / "traffic.json"
    file.write_text(text.replace(before, after, 1))
    return file


def place(file: Path, of: str) -> str:
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if of in line:
            return f"{file}:{number}:{line.index(of) + 1}"
    raise AssertionError(of)


def test_the_shipped_traffic_is_read() -> None:
    assert sum(need.calls_per_day for need in read_traffic().needs) > 0


def test_a_negative_rate_is_told_with_line_and_column(tmp_path: Path) -> None:
    rate = json.loads(SHIPPED.read_text())["calls_per_day"]
    file = spoilt(tmp_path, f'"calls_per_day": {rate}', '"calls_per_day": -5')
    with pytest.raises(TrafficInvalid) as refused:
        read_traffic(file)
    told = str(refused.value)
    assert told.startswith(f"{place(file, '-5')}: calls_per_day: -5 is no number from 0 on.")


def test_what_is_missing_is_told_with_the_place_where_it_should_be(tmp_path: Path) -> None:
    file = spoilt(tmp_path, '"hour_pct"', '"hour_percent"')
    with pytest.raises(TrafficInvalid) as refused:
        read_traffic(file)
    assert "hour_pct" in str(refused.value)
    assert str(refused.value).startswith(f"{file}:1:1: ")


def test_what_is_no_json_is_told_with_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "traffic.json"
    file.write_text('{"share": {},\n "oops"}\n')
    with pytest.raises(TrafficInvalid) as refused:
        read_traffic(file)
    assert str(refused.value).startswith(f"{file}:2:8: this is no JSON")
