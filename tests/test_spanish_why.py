"""A supervisor reads in Spanish why this agent was rung, and why nobody yet; English beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console, RenderableType

from router import why as english
from router.cli import why_look
from router.cli.both import both
from router.core.enquiry import still_waiting
from router.core.routing.choice import Term
from router.core.routing.explain import Exclusion, KeptWaiting, Stands
from router.core.vocabulary import AgentId
from router.spanish import why as spanish
from router.spanish.grammar import counted, listed, share, skills
from tests.core.driver import Driver
from tests.core.house import agent
from tests.tale import CRISIS, WHY

KEPT = KeptWaiting(
    queue=CRISIS,
    accepts="crisis and psicologia",
    eligible=1,
    staffed=3,
    excluded=((AgentId("ana"), Exclusion.BUSY), (AgentId("ben"), Exclusion.NOT_QUALIFIED)),
    reserved=False,
    widening=0,
    widens_after=timedelta(seconds=20),
    waited=timedelta(seconds=2),
    policy="a1b2",
)


def shown(what: RenderableType, width: int) -> list[str]:
    """As it is piped: without colours."""
    console = Console(width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(what)
    return [row.rstrip() for row in captured.get().splitlines()]


@pytest.mark.parametrize("reason", Exclusion)
def test_every_reason_for_which_an_agent_is_left_out_is_said_in_spanish(reason: Exclusion) -> None:
    stands = Stands(agent=AgentId("ana"), excluded=reason)
    hotline = Driver()
    caller = hotline.caller_arrives().chooses("1")
    waiting = still_waiting(hotline.engine.floor, caller.id, hotline.at)
    assert waiting is not None
    told = spanish.standing(stands, waiting)
    assert told.startswith("ana ")
    assert told != english.standing(stands, waiting)
    assert spanish.excluded_words(reason) != english.excluded_words(reason)


@pytest.mark.parametrize("reason", Exclusion)
def test_who_is_left_out_of_a_decision_is_named_in_spanish(reason: Exclusion) -> None:
    why = replace(WHY, excluded=((AgentId("beto"), reason),))
    assert spanish.because(why, CRISIS).endswith(f"{spanish.excluded_words(reason)}: beto")


@pytest.mark.parametrize("term", [*Term, "only_one", "same_telephone", "second_telephone"])
def test_whatever_decides_between_agents_has_spanish_words(term: str) -> None:
    assert spanish.decided(term) != str(term).replace("_", " ")
    runner_up = AgentId("beto") if term in list(Term) else None
    why = replace(WHY, candidates=2, decided_by=term, runner_up=runner_up)
    assert term not in spanish.because(why, CRISIS)
    assert spanish.because(why, CRISIS) != english.because(why, CRISIS)


def test_an_offer_says_in_spanish_what_set_the_agent_apart() -> None:
    why = replace(
        WHY,
        candidates=2,
        runner_up=AgentId("beto"),
        decided_by="longest_idle",
        widening=1,
        excluded=tuple((AgentId(f"a{n}"), Exclusion.BUSY) for n in range(6)),
    )
    assert spanish.because(why, CRISIS) == (
        "lleva más tiempo libre (90 s), antes que beto, de 2 personas libres; ampliada 1 vez;"
        " en otra llamada: a0, a1, a2, a3, 2 más"
    )


def test_a_caller_who_gets_nobody_yet_is_explained_in_spanish() -> None:
    assert spanish.because_nobody(KEPT) == (
        "1 de 3 en turno puede atender (crisis y psicologia); se amplía a los 20 s de iniciada la"
        " llamada; sin las habilidades que se piden: ben; en otra llamada: ana"
    )
    assert "2 de 3 en turno pueden atender" in spanish.because_nobody(replace(KEPT, eligible=2))


def test_spanish_joins_words_as_they_sound() -> None:
    assert skills("ingles and juridico or anyone") == "ingles y juridico o cualquiera"
    assert skills("juridico and ingles or orientacion>=3") == "juridico e ingles u orientacion>=3"
    assert listed(["ana", "beto", "inés"]) == "ana, beto e inés"
    assert (counted(1, "llamada"), counted(0, "llamada")) == ("1 llamada", "0 llamadas")
    assert share(0.9) == "90 %"


def test_english_stands_beside_the_spanish_where_it_fits_and_else_below() -> None:
    told = both("está en pausa", "is on a break")
    assert shown(told, 40) == ["está en pausa / is on a break"]
    assert shown(told, 20) == ["está en pausa", "/ is on a break"]
    assert shown(told, 12) == ["está en", "pausa", "/ is on a", "  break"]


@pytest.mark.parametrize("width", [80, 200])
def test_a_supervisor_reads_spanish_first_why_a_caller_waits(width: int) -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("ben", juridico=3))
    hotline.pauses("ana")
    caller = hotline.caller_arrives().chooses("1")
    hotline.passes(5)
    waiting = still_waiting(hotline.engine.floor, caller.id, hotline.at)
    assert waiting is not None
    told = shown(why_look.waiting(waiting), width)
    assert told[0] == "espera / waits         en crisis desde hace 0:05 / in crisis for 0:05"
    assert "agente / agent         ana está en pausa / ana is on a break" in told
    whole = "\n".join(told)
    assert whole.index("también a juridico y psicologia") < whole.index(
        "to juridico and psicologia"
    )
    assert all(len(row) <= width for row in told)
