"""Tables and sheets of supervisors: Spanish first, on a terminal of 80 columns too."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from router.cli.agents_look import agent_line, agent_sheet, agents_table
from router.cli.calls_look import OUTCOME_STYLES, calls_table, now_line, words
from router.core.snapshot import AgentView, CallView, OfferView
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallId,
    DeviceKind,
    OfferId,
    QueueName,
    StepName,
)
from router.ledger import CallSummary
from router.spanish.glossary import DEVICES, ENDED, OUTCOMES, STATES
from tests.fakes.desk import NOON, profile
from tests.test_spanish_why import shown

MEXICO = ZoneInfo("America/Mexico_City")
STAGES = ("menu", "queued", "offered", "talking", "after")
ENDINGS = ("answered", "abandoned", "timed_out", "handed_to_fallback", "waiting", "left", "open")


def stands(state: AgentState, reason: str = "") -> AgentView:
    return AgentView(
        profile=profile("ana"),
        state=state,
        since=NOON,
        reason=reason,
        reachable=((DeviceKind.DESK, True), (DeviceKind.PHONE, False)),
        call=None,
    )


def live(stage: str) -> CallView:
    offer = OfferView(
        offer=OfferId("o1"),
        agent=AgentId("ana"),
        device=DeviceKind.DESK,
        since=NOON,
        picked_up=False,
    )
    return CallView(
        call=CallId("n1-1795536738.0"),
        stage=stage,
        step=StepName("esperar"),
        arrived_at=NOON,
        queue=QueueName("orientacion"),
        queued_at=NOON,
        widening=0,
        offers=(offer,) if stage == "offered" else (),
        agent=AgentId("ana") if stage == "talking" else None,
    )


def ended(outcome: str) -> CallSummary:
    return CallSummary(
        call=CallId("n1-1795536739.0"),
        began_at=NOON,
        queue=QueueName("orientacion"),
        agent=AgentId("ana"),
        outcome=outcome,
        offers=2,
        to_voice=timedelta(seconds=9),
        lasted=timedelta(minutes=5),
    )


def test_the_glossary_has_every_word_of_its_lists() -> None:
    assert set(STATES) == set(AgentState)
    assert set(DEVICES) == set(DeviceKind)
    assert len(set(ENDED.values())) == len(ENDED)
    assert set(OUTCOMES) == {*STAGES, *ENDINGS} >= set(OUTCOME_STYLES)


@pytest.mark.parametrize("state", AgentState)
def test_where_an_agent_stands_is_said_in_spanish_first(state: AgentState) -> None:
    (line,) = shown(agent_line(stands(state)), 120)
    english = state.value.replace("_", "-" if state is AgentState.WRAP_UP else " ")
    assert line == (
        f"Ana (ana) {STATES[state]} / {english}  ● escritorio / desk  ○ externo / phone"
    )


def test_a_pause_by_a_rule_is_said_in_spanish_and_one_by_a_person_in_their_words() -> None:
    (by_rule,) = shown(agent_line(stands(AgentState.PAUSED, "missed_offers")), 120)
    assert "en pausa (llamadas sin contestar) / paused (missed_offers)" in by_rule
    (by_hand,) = shown(agent_line(stands(AgentState.PAUSED, "comida")), 120)
    assert "en pausa (comida) / paused (comida)" in by_hand


@pytest.mark.parametrize("width", [80, 130])
def test_agents_fit_the_terminal_and_none_of_their_words_is_cut(width: int) -> None:
    views = [stands(state, "comida") for state in AgentState]
    console = Console(width=width)
    told = shown(agents_table(views, NOON, console), width)
    assert told[0].split()[:3] == ["clave", "nombre", "situación"]
    assert told[1].split()[:3] == ["id", "name", "state"]
    whole = "\n".join(told)
    assert all(len(row) <= width for row in told)
    assert "…" not in whole
    assert all(f"{word} (comida)" in whole for word in STATES.values())


def test_the_sheet_of_an_agent_names_each_fact_in_both_languages() -> None:
    ready = replace(stands(AgentState.READY), reachable=((DeviceKind.DESK, True),))
    told = shown(agent_sheet(ready, MEXICO), 120)
    assert told[1] == (
        "situación / state      disponible desde las 12:00:00 / ready since 12:00:00"
    )
    assert told[-1] == "notas / wrap-up        según la cola / as the queue says"


@pytest.mark.parametrize("outcome", ENDINGS)
def test_what_became_of_a_call_is_said_in_spanish_first(outcome: str) -> None:
    table = calls_table([], [ended(outcome)], NOON, MEXICO, Console(width=80))
    assert table is not None
    told = shown(table, 80)
    assert told[0].split() == ["llamada", "cola", "situación", "agente", "duración"]
    assert all(len(row) <= 80 for row in told)
    whole = " ".join(" ".join(told).split())
    assert whole.index(OUTCOMES[outcome]) < whole.index(f"/ {words(outcome)}")


@pytest.mark.parametrize("stage", STAGES)
def test_where_a_live_call_stands_is_said_in_spanish_first(stage: str) -> None:
    told = " ".join(shown(now_line(live(stage), NOON), 80))
    assert told.startswith(f"ahora {OUTCOMES[stage]}, en orientacion")
    assert f"/ now {words(stage)}, in orientacion" in told


def test_who_is_rung_is_told_with_the_telephone_and_for_how_long() -> None:
    told = shown(now_line(live("offered"), NOON + timedelta(seconds=5)), 200)
    assert told == [
        "ahora timbrando, en orientacion, en el teléfono de escritorio de ana desde hace 0:05,"
        " desde el inicio de la llamada: 0:05",
        "/ now ringing, in orientacion, ringing ana on the desk for 0:05, since the call began:"
        " 0:05",
    ]
