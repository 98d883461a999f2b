"""The traffic of a hotline in JSON, the shipped one or another in its form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import router.simulator
from router.adapters.ivr.problems import Place, Problems
from router.adapters.ivr.tree import place_of, read
from router.core.vocabulary import QueueName
from router.errors import TrafficInvalid
from router.simulator.traffic import HOURS, CallsAgain, Need, Oddities, Traffic

SHIPPED = Path(router.simulator.__file__).parent / "traffic.json"
DAYS = 7
ODD = "non_actionable"
AGAIN = "calls_again"


def read_traffic(file: Path = SHIPPED) -> Traffic:
    """Raises TrafficInvalid with what is wrong first, and where in the file's tree."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise TrafficInvalid(where=file, wrong=f"it cannot be read ({failure})") from failure
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as failure:
        where = f"{file}:{failure.lineno}:{failure.colno}"
        raise TrafficInvalid(where=where, wrong=f"this is no JSON ({failure.msg})") from failure
    return _Reader(file, text, whole).traffic()


class _Reader:
    def __init__(self, file: Path, text: str, whole: Any) -> None:
        self._file = file
        self._text = text
        self._whole = whole

    def traffic(self) -> Traffic:
        queues = list(self._dict("share"))
        if not queues:
            raise self._wrong(("share",), "no queue has a share: nobody calls")
        return Traffic(
            needs=tuple(self._need(queue) for queue in queues),
            talk_sigma=self._number("talk_lognormal_sigma"),
            gone_early=self._share("hangup_under_5s"),
            oddities=Oddities(
                fraction=self._share(ODD, "fraction"),
                silent=self._number(ODD, "silent"),
                hangup=self._number(ODD, "hangup"),
                prank_wrong=self._number(ODD, "prank_wrong"),
                talk_mean=self._above_zero(ODD, "talk_mean_s"),
            ),
            calls_again=self._calls_again() if AGAIN in self._whole else None,
        )

    def _calls_again(self) -> CallsAgain:
        """`{"share": 0.5, "after_s": [60, 900]}`; the shipped traffic does not know."""
        soonest, latest = self._numbers(2, AGAIN, "after_s")
        if latest < soonest:
            raise self._wrong((AGAIN, "after_s"), "the latest is before the soonest")
        return CallsAgain(share=self._share(AGAIN, "share"), after=(soonest, latest))

    def _need(self, queue: str) -> Need:
        week = queue if queue in self._dict("weekday_mon_first") else "all"
        hours = self._numbers(HOURS, "hour_pct", queue)
        if not sum(hours):
            raise self._wrong(("hour_pct", queue), "no hour has any calls")
        return Need(
            queue=QueueName(queue),
            calls_per_day=self._number("calls_per_day") * self._number("share", queue),
            hours=tuple(each / sum(hours) for each in hours),
            week=self._numbers(DAYS, "weekday_mon_first", week),
            talk_mean=self._above_zero("talk_mean_s", queue),
            wrap_mean=self._above_zero("wrap_mean_s", queue),
            patience_mean=self._above_zero("patience_mean_s", queue),
        )

    def _at(self, *path: str) -> Any:
        value = self._whole
        for depth, key in enumerate(path):
            if not isinstance(value, dict) or key not in value:
                raise self._wrong(path[: depth + 1], "it is missing")
            value = value[key]
        return value

    def _dict(self, *path: str) -> dict[str, Any]:
        value = self._at(*path)
        if not isinstance(value, dict):
            raise self._wrong(path, "it is no object of queues and numbers")
        return value

    def _number(self, *path: str) -> float:
        value = self._at(*path)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
            raise self._wrong(path, f"{json.dumps(value)} is no number from 0 on")
        return float(value)

    def _above_zero(self, *path: str) -> float:
        value = self._number(*path)
        if not value:
            raise self._wrong(path, "0 s: nothing lasts no time")
        return value

    def _share(self, *path: str) -> float:
        value = self._number(*path)
        if value > 1:
            raise self._wrong(path, f"{value:g} is more than all: a share is at most 1")
        return value

    def _numbers(self, count: int, *path: str) -> tuple[float, ...]:
        values = self._at(*path)
        if not isinstance(values, list) or len(values) != count:
            raise self._wrong(path, f"it is no list of {count} numbers")
        if any(
            isinstance(each, bool) or not isinstance(each, int | float) or each < 0
            for each in values
        ):
            raise self._wrong(path, "one of its values is no number from 0 on")
        return tuple(float(each) for each in values)

    def _wrong(self, path: tuple[str, ...], what: str) -> TrafficInvalid:
        where = _place(self._text, self._file, path) or self._file
        return TrafficInvalid(where=f"{where}: {'.'.join(path)}", wrong=what)


def _place(text: str, file: Path, path: tuple[str, ...]) -> Place | None:
    """As far as the path leads, for JSON is YAML too; None: it is written in a way that YAML is
    not."""
    root = read(text.encode(), str(file), Problems())
    return None if root is None else place_of(root, *path)
