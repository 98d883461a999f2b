"""How calls look: a table of live and past ones, and where a live one stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from rich.console import Console, RenderableType
from rich.table import Column
from rich.text import Text

from router.cli.look import clock, lasted, narrow, table
from router.core.snapshot import CallView, Snapshot
from router.ledger import CallSummary

OUTCOME_STYLES = {
    "talking": "cyan",
    "offered": "yellow",
    "queued": "yellow",
    "waiting": "yellow",
    "answered": "green",
    "abandoned": "red",
    "timed_out": "magenta",
    "handed_to_fallback": "magenta",
}
IN_WORDS = {"menu": "in the menu", "left": "left in the menu", "after": "saying goodbye"}


def calls_table(
    live: Sequence[CallView],
    past: Sequence[CallSummary],
    floor: Snapshot | None,
    zone: tzinfo,
    console: Console,
) -> RenderableType | None:
    """Those that are going on first, with what the history adds; None if there are no calls."""
    if not live and not past:
        return None
    small = narrow(console)
    shown = table(
        Column("call", no_wrap=True),
        Column("began", no_wrap=True),
        "queue",
        "outcome",
        "agent",
        Column("to voice", justify="right", no_wrap=True),
        Column("lasted", justify="right", no_wrap=True),
    )
    if not small:
        shown.add_column("offers", justify="right")
    history = {summary.call: summary for summary in past}
    rows = [_live_row(view, history.get(view.call), floor.at, zone) for view in live if floor]
    going_on = {view.call for view in live}
    rows += [_past_row(summary, zone) for summary in past if summary.call not in going_on]
    for row in rows:
        shown.add_row(*(row[:-1] if small else row))
    return shown


def now_line(view: CallView, at: datetime) -> Text:
    """Where a live call stands."""
    ringing = ", ".join(
        f"{offer.agent} on the {offer.device.value}"
        f" for {lasted(at - offer.since)}{', picked up' if offer.picked_up else ''}"
        for offer in view.offers
    )
    parts = [
        f"now {_words(view.stage)}",
        f"in {view.queue}" if view.queue else f"at {view.step}",
        f"with {view.agent}" if view.agent else "",
        f"ringing {ringing}" if ringing else "",
        f"since the call began: {lasted(at - view.arrived_at)}",
    ]
    return Text(", ".join(part for part in parts if part), OUTCOME_STYLES.get(view.stage, ""))


def _live_row(
    view: CallView, summary: CallSummary | None, at: datetime, zone: tzinfo
) -> list[RenderableType]:
    agent = view.agent or ", ".join(offer.agent for offer in view.offers)
    return [
        Text(view.call),
        Text(clock(view.arrived_at, zone)),
        Text(view.queue or ""),
        Text(_words(view.stage), OUTCOME_STYLES.get(view.stage, "")),
        Text(agent),
        Text(_seconds(summary.to_voice) if summary else ""),
        Text(f"{lasted(at - view.arrived_at)}+"),
        Text(str(summary.offers) if summary else ""),
    ]


def _past_row(summary: CallSummary, zone: tzinfo) -> list[RenderableType]:
    return [
        Text(summary.call),
        Text(clock(summary.began_at, zone)),
        Text(summary.queue or ""),
        Text(_words(summary.outcome), OUTCOME_STYLES.get(summary.outcome, "dim")),
        Text(summary.agent or ""),
        Text(_seconds(summary.to_voice)),
        Text("" if summary.lasted is None else lasted(summary.lasted)),
        Text(str(summary.offers)),
    ]


def _words(outcome: str) -> str:
    return IN_WORDS.get(outcome, outcome.replace("_", " "))


def _seconds(duration: timedelta | None) -> str:
    return "" if duration is None else f"{duration.total_seconds():.1f} s"
