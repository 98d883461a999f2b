"""How calls look: a table of live and past ones, and where a live one stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from rich.console import Console, RenderableType
from rich.table import Column
from rich.text import Text

from router.cli.look import clock, lasted, narrow, table
from router.core.snapshot import CallView
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
IN_WORDS = {
    "menu": "in the menu",
    "left": "left in the menu",
    "after": "saying goodbye",
    "offered": "ringing",
    "queued": "waiting",
}


def words(outcome: str) -> str:
    """An outcome, or the stage of a live call, for people."""
    return IN_WORDS.get(outcome, outcome.replace("_", " "))


def calls_table(
    live: Sequence[CallView],
    past: Sequence[CallSummary],
    now: datetime,
    zone: tzinfo,
    console: Console,
) -> RenderableType | None:
    """Those that are going on first, with what the history adds; None if there are no calls."""
    if not live and not past:
        return None
    small = narrow(console)
    shown = table(
        Column("call", no_wrap=True),
        "queue",
        "outcome",
        "agent",
        Column("lasted", justify="right", no_wrap=True),
        tight=small,
    )
    if not small:
        shown.add_column("to voice", justify="right", no_wrap=True)
        shown.add_column("offers", justify="right", no_wrap=True)
        shown.add_column("began", no_wrap=True)
    history = {summary.call: summary for summary in past}
    rows = [_live_row(view, history.get(view.call), now, zone) for view in live]
    going_on = {view.call for view in live}
    rows += [_past_row(summary, now, zone) for summary in past if summary.call not in going_on]
    for row in rows:
        shown.add_row(*row[: len(shown.columns)])
    return shown


def now_line(view: CallView, at: datetime) -> Text:
    """Where a live call stands."""
    ringing = ", ".join(
        f"{offer.agent} on the {offer.device.value}"
        f" for {lasted(at - offer.since)}{', picked up' if offer.picked_up else ''}"
        for offer in view.offers
    )
    parts = [
        f"now {words(view.stage)}",
        f"in {view.queue}" if view.queue else f"at {view.step}",
        f"with {view.agent}" if view.agent else "",
        f"ringing {ringing}" if ringing else "",
        f"since the call began: {lasted(at - view.arrived_at)}",
    ]
    return Text(", ".join(part for part in parts if part), OUTCOME_STYLES.get(view.stage, ""))


def _live_row(
    view: CallView, summary: CallSummary | None, now: datetime, zone: tzinfo
) -> list[RenderableType]:
    agent = view.agent or ", ".join(offer.agent for offer in view.offers)
    return [
        Text(view.call),
        Text(view.queue or ""),
        _outcome(view.stage),
        Text(agent),
        Text(f"{lasted(now - view.arrived_at)}+"),
        Text(_seconds(summary.to_voice) if summary else ""),
        Text(str(summary.offers) if summary else ""),
        Text(clock(view.arrived_at, zone, now)),
    ]


def _past_row(summary: CallSummary, now: datetime, zone: tzinfo) -> list[RenderableType]:
    return [
        Text(summary.call),
        Text(summary.queue or ""),
        _outcome(summary.outcome),
        Text(summary.agent or ""),
        Text("" if summary.lasted is None else lasted(summary.lasted)),
        Text(_seconds(summary.to_voice)),
        Text(str(summary.offers)),
        Text(clock(summary.began_at, zone, now)),
    ]


def _outcome(outcome: str) -> Text:
    return Text(words(outcome), OUTCOME_STYLES.get(outcome, "dim"))


def _seconds(duration: timedelta | None) -> str:
    return "" if duration is None else f"{duration.total_seconds():.1f} s"
