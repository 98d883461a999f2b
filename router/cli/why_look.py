"""How the reasons of the routing look: a caller who waits, an agent who is not given a call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from rich.table import Table
from rich.text import Text

from router.cli.look import facts, lasted
from router.core.journal_lines import Line
from router.core.records import OfferMade
from router.core.routing.explain import Exclusion, KeptWaiting, Stands, StillWaiting
from router.core.vocabulary import AgentId
from router.explanation import Explained
from router.why import because, because_nobody, excluded_words, standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A line of the journal that says why."""

    at: datetime
    record: OfferMade | KeptWaiting


def decisions(lines: Iterable[Line]) -> list[Decision]:
    """Those of a call's story, in order."""
    return [
        Decision(at=line.at, record=line.record)
        for line in lines
        if isinstance(line.record, OfferMade | KeptWaiting)
    ]


def waiting(still: StillWaiting) -> Table:
    """Everything that keeps one caller waiting."""
    shown = facts()
    why = still.why
    shown.add_row("waits", Text(f"in {still.queue} for {lasted(still.queued)}"))
    shown.add_row("", Text(f"{lasted(why.waited)} since the call began"))
    shown.add_row("asks for", Text(why.accepts))
    shown.add_row("ahead", Text(_ahead(still)))
    if still.ringing:
        shown.add_row("ringing", Text(", ".join(still.ringing), "yellow"))
    if why.reserved:
        shown.add_row("reserve", Text("somebody is free, and kept for graver calls (O4)", "yellow"))
    shown.add_row("widens", Text(_widens(still)))
    shown.add_row("expected", Text(_expected(still)))
    shown.add_row("policy", Text(why.policy))
    for stands in still.stands:
        free = stands.excluded is None
        shown.add_row("agent", Text(standing(stands, still), "green" if free else ""))
    if not still.stands:
        shown.add_row("agents", Text("nobody is logged in", "red"))
    return shown


def decided(found: Sequence[Decision], zone: tzinfo, is_waiting: bool) -> Table | str:
    """Each decision of the call, with its reasons as they were kept."""
    if not found:
        return "" if is_waiting else "No agent has been sought for it."
    shown = facts()
    for each in found:
        shown.add_row(_instant(each.at, zone), Text(_sentence(each.record)))
    return shown


def explained(found: Explained, zone: tzinfo) -> Table:
    """One decision, with everybody who was on shift."""
    shown = facts()
    nobody = "nobody could be rung"
    shown.add_row(_instant(found.at, zone), Text(f"{found.rung} is rung" if found.rung else nobody))
    shown.add_row("decided by", Text(found.decided_by.replace("_", " ")))
    shown.add_row(
        "queue", Text(f"{found.queue}, after {lasted(found.waited)} since the call began")
    )
    if found.accepts:
        shown.add_row("asks for", Text(found.accepts))
    if found.widens_after is not None:
        shown.add_row("widens", Text(f"{lasted(found.widens_after)} after the call began"))
    shown.add_row("policy", Text(found.policy))
    for agent, why in found.stands.items():
        words = "eligible and free" if why is None else excluded_words(why)
        shown.add_row("agent", Text(f"{agent}: {words}", "green" if why is None else ""))
    if not found.names_all:
        shown.add_row("agents", Text(f"{found.eligible} of {found.staffed} on shift could take it"))
    return shown


def not_given(
    agent: AgentId, found: Sequence[tuple[StillWaiting, Stands | None]]
) -> Iterable[Text]:
    """One line for each caller who waits."""
    for still, stands in found:
        words = f"{agent} is logged out" if stands is None else standing(stands, still)
        yield Text.assemble((still.call, "bold"), f" ({still.queue}): {words}")
        if stands is not None and stands.excluded is Exclusion.NOT_QUALIFIED:
            yield Text(f"    {still.queue} asks for {still.why.accepts}; {_widens(still)}", "dim")


def was_not_given(agent: AgentId, found: Sequence[Decision], zone: tzinfo) -> Iterable[Text]:
    """One line for each decision that was made without them."""
    for each in found:
        why = each.record.why if isinstance(each.record, OfferMade) else each.record
        excluded = dict(why.excluded)
        if isinstance(each.record, OfferMade) and each.record.agent == agent:
            words = "was rung"
        elif agent in excluded:
            words = excluded_words(excluded[agent])
        elif isinstance(each.record, OfferMade):
            words = _outranked(each.record)
        else:
            words = "was not logged in, or could have taken it"
        yield Text.assemble((_instant(each.at, zone), "dim"), f"  {agent}: {words}")


def _outranked(record: OfferMade) -> str:
    if not record.why.excluded and record.why.staffed > record.why.candidates:
        return f"came after {record.agent}, or was left out (too many on shift to name each)"
    return f"came after {record.agent} ({record.why.decided_by.replace('_', ' ')} decided)"


def _sentence(record: OfferMade | KeptWaiting) -> str:
    if isinstance(record, OfferMade):
        return f"rings {record.agent}: {because(record.why, record.queue)}"
    return f"nobody yet: {because_nobody(record)}"


def _ahead(still: StillWaiting) -> str:
    if not still.ahead:
        return "nobody comes before them"
    return f"{still.ahead} who come before them with somebody they share"


def _widens(still: StillWaiting) -> str:
    if still.widens_at is None or still.widens_to is None:
        return "no further widening: this is everybody who may take it"
    left = still.widens_at - still.at
    when = "now" if left <= timedelta(0) else f"in {lasted(left)}"
    return f"{when}, to {still.widens_to} as well"


def _expected(still: StillWaiting) -> str:
    if not still.expected:
        return "nobody on shift may take it as things are"
    told = ", ".join(f"{chance:.0%} within {lasted(wait)}" for chance, wait in still.expected)
    return f"{told} (by who is ahead, and how long calls have lately taken)"


def _instant(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"
