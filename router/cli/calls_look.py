"""How calls look: a table of live and past ones, and where a live one stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from rich.console import Console, RenderableType
from rich.text import Text

from router.cli.both import Both, both, column
from router.cli.look import clock, lasted, narrow, table
from router.core.snapshot import CallView
from router.ledger import CallSummary
from router.spanish.glossary import DEVICES, OUTCOMES

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
    """An outcome, or the stage of a live call, in English."""
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
    columns = [
        column("llamada", "call"),
        column("cola", "queue", whole=False),
        column("situación", "outcome", whole=False),
        column("agente", "agent", whole=False),
        column("duración", "lasted", right=True),
    ]
    if not small:
        columns += [
            column("hasta voz", "to voice", right=True),
            column("intentos", "offers", right=True),
            column("inicio", "began"),
        ]
    shown = table(*columns, tight=small)
    history = {summary.call: summary for summary in past}
    rows = [_live_row(view, history.get(view.call), now, zone) for view in live]
    going_on = {view.call for view in live}
    rows += [_past_row(summary, now, zone) for summary in past if summary.call not in going_on]
    for row in rows:
        shown.add_row(*row[: len(shown.columns)])
    return shown


def now_line(view: CallView, at: datetime) -> Both:
    """Where a live call stands."""
    since = lasted(at - view.arrived_at)
    ringing = [(offer, lasted(at - offer.since)) for offer in view.offers]
    suena = ", ".join(
        f"en el {DEVICES[offer.device]} de {offer.agent} desde hace {spent}"
        f"{', ya contestaron' if offer.picked_up else ''}"
        for offer, spent in ringing
    )
    rings = ", ".join(
        f"{offer.agent} on the {offer.device.value}"
        f" for {spent}{', picked up' if offer.picked_up else ''}"
        for offer, spent in ringing
    )
    es = [
        f"ahora {OUTCOMES.get(view.stage, view.stage)}",
        f"en {view.queue}" if view.queue else f"en {view.step}",
        f"con {view.agent}" if view.agent else "",
        suena,
        f"desde el inicio de la llamada: {since}",
    ]
    en = [
        f"now {words(view.stage)}",
        f"in {view.queue}" if view.queue else f"at {view.step}",
        f"with {view.agent}" if view.agent else "",
        f"ringing {rings}" if rings else "",
        f"since the call began: {since}",
    ]
    style = OUTCOME_STYLES.get(view.stage, "")
    return both(", ".join(filter(None, es)), ", ".join(filter(None, en)), style)


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


def _outcome(outcome: str) -> Both:
    told = words(outcome)
    return both(OUTCOMES.get(outcome, told), told, OUTCOME_STYLES.get(outcome, "dim"))


def _seconds(duration: timedelta | None) -> str:
    return "" if duration is None else f"{duration.total_seconds():.1f} s"
