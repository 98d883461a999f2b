"""How the journal's lines look: one after another for operators, a call's story for supervisors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from rich.table import Table
from rich.text import Text

from router.cli.both import Both
from router.cli.look import facts
from router.core.house_records import AlarmRaised
from router.core.journal_lines import Line, UnreadableRecord
from router.core.records import (
    Abandoned,
    AgentLost,
    Answered,
    CommandRefused,
    Ended,
    HandedToFallback,
    OfferEnded,
    OfferMade,
    PromptMissing,
    Queued,
    TimedOut,
)
from router.said import Said
from router.spanish import story as spanish
from router.story import sentence


def line_text(line: Line, zone: tzinfo) -> Text:
    """One line of the tail: time, call, what happened, in English."""
    return Text.assemble(
        (_instant(line.at, zone), "dim"),
        "  ",
        (f"{line.call or 'house':<20}", "dim"),
        "  ",
        Text(sentence(line.record), _style(line)),
    )


def story(lines: Sequence[Line], zone: tzinfo) -> Table:
    """A call's lines: the time of day, the time since it began, what happened."""
    shown = facts()
    began = lines[0].at
    for line in lines:
        since = f"+{(line.at - began).total_seconds():.3f} s"
        said = Said(spanish.sentence(line.record), sentence(line.record))
        told = Both(said, _style(line))
        shown.add_row(_instant(line.at, zone), Text(since, "dim", justify="right"), told)
    return shown


def _instant(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03}"


def _style(line: Line) -> str:
    match line.record:
        case AlarmRaised() | AgentLost():
            return "bold red"
        case Abandoned() | CommandRefused() | PromptMissing() | UnreadableRecord():
            return "red"
        case TimedOut() | HandedToFallback():
            return "magenta"
        case Answered() | Ended():
            return "green"
        case Queued() | OfferMade() | OfferEnded():
            return "yellow"
        case _:
            return ""
