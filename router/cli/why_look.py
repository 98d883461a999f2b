"""How the reasons of the routing look: a caller who waits, an agent who is not given a call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from router import why as english
from router.cli.both import Both, both, label
from router.cli.look import facts, lasted
from router.core.journal_lines import Line
from router.core.records import OfferMade
from router.core.routing.explain import Exclusion, KeptWaiting, Stands, StillWaiting
from router.core.vocabulary import AgentId
from router.explanation import Explained
from router.said import Said
from router.spanish import why as spanish
from router.spanish.grammar import counted, share, skills


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
    queued, began = lasted(still.queued), lasted(why.waited)
    shown.add_row(
        label("espera", "waits"),
        both(f"en {still.queue} desde hace {queued}", f"in {still.queue} for {queued}"),
    )
    shown.add_row("", both(f"a {began} de iniciada la llamada", f"{began} since the call began"))
    shown.add_row(label("pide", "asks for"), both(skills(why.accepts), why.accepts))
    shown.add_row(label("antes", "ahead"), Both(_ahead(still)))
    if still.ringing:
        shown.add_row(label("timbra", "ringing"), Text(", ".join(still.ringing), "yellow"))
    if why.reserved:
        kept = "somebody is free, and kept for graver calls (O4)"
        libre = "hay alguien libre, en reserva para llamadas más graves (O4)"
        shown.add_row(label("reserva", "reserve"), both(libre, kept, "yellow"))
    shown.add_row(label("se amplía", "widens"), Both(_widens(still)))
    shown.add_row(label("previsión", "expected"), Both(_expected(still)))
    shown.add_row(label("política", "policy"), Text(why.policy))
    for stands in still.stands:
        free = stands.excluded is None
        told = Both(_standing(stands, still), "green" if free else "")
        shown.add_row(label("agente", "agent"), told)
    if not still.stands:
        nobody = both("no hay nadie en turno", "nobody is logged in", "red")
        shown.add_row(label("agentes", "agents"), nobody)
    return shown


def decided(found: Sequence[Decision], zone: tzinfo, is_waiting: bool) -> RenderableType:
    """Each decision of the call, with its reasons as they were kept."""
    if not found:
        never = both("No se ha buscado agente para ella.", "No agent has been sought for it.")
        return "" if is_waiting else never
    shown = facts()
    for each in found:
        shown.add_row(_instant(each.at, zone), Both(_sentence(each.record)))
    return shown


def explained(found: Explained, zone: tzinfo) -> Table:
    """One decision, with everybody who was on shift."""
    shown = facts()
    rung = both("no se pudo marcar a nadie", "nobody could be rung")
    if found.rung:
        rung = both(f"se marca a {found.rung}", f"{found.rung} is rung")
    shown.add_row(_instant(found.at, zone), rung)
    by = both(spanish.decided(found.decided_by), found.decided_by.replace("_", " "))
    shown.add_row(label("decidió", "decided by"), by)
    began = lasted(found.waited)
    shown.add_row(
        label("cola", "queue"),
        both(
            f"{found.queue}, a {began} de iniciada la llamada",
            f"{found.queue}, after {began} since the call began",
        ),
    )
    if found.accepts:
        shown.add_row(label("pide", "asks for"), both(skills(found.accepts), found.accepts))
    if found.widens_after is not None:
        later = lasted(found.widens_after)
        widens = both(f"a {later} de iniciada la llamada", f"{later} after the call began")
        shown.add_row(label("se amplía", "widens"), widens)
    shown.add_row(label("política", "policy"), Text(found.policy))
    for agent, why in found.stands.items():
        words = _excluded(why) if why else Said("puede atender y está libre", "eligible and free")
        told = both(f"{agent}: {words.es}", f"{agent}: {words.en}", "" if why else "green")
        shown.add_row(label("agente", "agent"), told)
    if not found.names_all:
        can = "podía" if found.eligible == 1 else "podían"
        shown.add_row(
            label("agentes", "agents"),
            both(
                f"{found.eligible} de {found.staffed} en turno {can} atender",
                f"{found.eligible} of {found.staffed} on shift could take it",
            ),
        )
    return shown


def not_given(agent: AgentId, found: Sequence[tuple[StillWaiting, Stands | None]]) -> Table:
    """A row for each caller who waits."""
    shown = facts()
    for still, stands in found:
        told = logged_out(agent) if stands is None else _standing(stands, still)
        shown.add_row(Text.assemble((still.call, "bold not dim"), f" ({still.queue})"), Both(told))
        if stands is not None and stands.excluded is Exclusion.NOT_QUALIFIED:
            widens = _widens(still)
            es = f"{still.queue} pide {skills(still.why.accepts)}; se amplía: {widens.es}"
            en = f"{still.queue} asks for {still.why.accepts}; {widens.en}"
            shown.add_row("", both(es, en, "dim"))
    return shown


def was_not_given(agent: AgentId, found: Sequence[Decision], zone: tzinfo) -> Table:
    """A row for each decision that was made without them."""
    shown = facts()
    for each in found:
        why = each.record.why if isinstance(each.record, OfferMade) else each.record
        excluded = dict(why.excluded)
        if isinstance(each.record, OfferMade) and each.record.agent == agent:
            words = Said("se le marcó", "was rung")
        elif agent in excluded:
            words = _excluded(excluded[agent])
        elif isinstance(each.record, OfferMade):
            words = _outranked(each.record)
        else:
            words = Said(
                "no estaba en turno, o podía atender",
                "was not logged in, or could have taken it",
            )
        told = both(f"{agent}: {words.es}", f"{agent}: {words.en}")
        shown.add_row(_instant(each.at, zone), told)
    return shown


def logged_out(agent: AgentId) -> Said:
    """Who is not there is given no call."""
    return Said(f"{agent} está fuera de turno", f"{agent} is logged out")


def _standing(stands: Stands, still: StillWaiting) -> Said:
    return Said(spanish.standing(stands, still), english.standing(stands, still))


def _excluded(why: Exclusion) -> Said:
    return Said(spanish.excluded_words(why), english.excluded_words(why))


def _outranked(record: OfferMade) -> Said:
    if not record.why.excluded and record.why.staffed > record.why.candidates:
        return Said(
            f"iba después de {record.agent}, o no podía atender"
            " (hay demasiada gente en turno para nombrar a cada quien)",
            f"came after {record.agent}, or was left out (too many on shift to name each)",
        )
    return Said(
        f"iba después de {record.agent} (decidió: {spanish.decided(record.why.decided_by)})",
        f"came after {record.agent} ({record.why.decided_by.replace('_', ' ')} decided)",
    )


def _sentence(record: OfferMade | KeptWaiting) -> Said:
    if isinstance(record, OfferMade):
        return Said(
            f"se marca a {record.agent}: {spanish.because(record.why, record.queue)}",
            f"rings {record.agent}: {english.because(record.why, record.queue)}",
        )
    return Said(
        f"nadie aún: {spanish.because_nobody(record)}",
        f"nobody yet: {english.because_nobody(record)}",
    )


def _ahead(still: StillWaiting) -> Said:
    if not still.ahead:
        return Said("nadie va antes", "nobody comes before them")
    return Said(
        f"{counted(still.ahead, 'llamada')} antes, con agentes en común",
        f"{still.ahead} who come before them with somebody they share",
    )


def _widens(still: StillWaiting) -> Said:
    if still.widens_at is None or still.widens_to is None:
        return Said(
            "ya no: son todas las personas que pueden atender",
            "no further widening: this is everybody who may take it",
        )
    left = still.widens_at - still.at
    now = left <= timedelta(0)
    return Said(
        f"{'ahora' if now else f'en {lasted(left)}'}, también a {skills(still.widens_to)}",
        f"{'now' if now else f'in {lasted(left)}'}, to {still.widens_to} as well",
    )


def _expected(still: StillWaiting) -> Said:
    if not still.expected:
        return Said(
            "nadie en turno puede atender tal como están las cosas",
            "nobody on shift may take it as things are",
        )
    es = ", ".join(f"{share(part)} en menos de {lasted(wait)}" for part, wait in still.expected)
    en = ", ".join(f"{part:.0%} within {lasted(wait)}" for part, wait in still.expected)
    return Said(
        f"{es} (según quién va antes y cuánto han durado las llamadas)",
        f"{en} (by who is ahead, and how long calls have lately taken)",
    )


def _instant(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}"
