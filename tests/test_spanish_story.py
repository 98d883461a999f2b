"""A supervisor reads a call's story in Mexican Spanish; the English is beside each sentence."""

from __future__ import annotations

from datetime import timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.cli import story_look
from router.core.house_records import AgentStateChanged, AlarmRaised, DeviceStateChanged
from router.core.journal_lines import Line, UnreadableRecord
from router.core.records import (
    AgentLost,
    CallFinished,
    Ended,
    HandedToFallback,
    LadderLeft,
    Overflowed,
    PartnerLeft,
    PartnerMissed,
    PromptMissing,
    Record,
    StepEntered,
    TimedOut,
)
from router.core.shift_records import PairsRead, RestBegan, RestEnded, SkillsChanged, WrapUpStarted
from router.core.vocabulary import (
    AgentId,
    AgentState,
    ContactName,
    DeviceKind,
    EndedBy,
    FlowName,
    Language,
    LegEnding,
    OfferOutcome,
    PromptId,
    QueueName,
    SkillName,
    StepName,
)
from router.spanish.story import sentence
from router.story import sentence as english
from tests.tale import CRISIS, Tale
from tests.test_spanish_why import shown

ANA = AgentId("ana")
MEXICO = ZoneInfo("America/Mexico_City")
ENGLISH_WORDS = {"the", "of", "is", "and", "after", "caller", "call", "takes", "agent", "with"}


@pytest.mark.parametrize("kind", get_args(Record), ids=lambda kind: kind.__name__)
def test_every_record_has_a_spanish_sentence_that_is_not_the_english_one(
    kind: type[Record],
) -> None:
    @settings(max_examples=5, deadline=None, database=None)
    @given(st.from_type(kind))
    def has_one(record: Record) -> None:
        assert sentence(record).strip()
        if not isinstance(record, StepEntered):  # a step's name is alike in both
            assert sentence(record) != english(record)

    has_one()


def test_what_another_version_wrote_is_said_to_be_unreadable() -> None:
    record = UnreadableRecord(kind="danced", problem="no such kind", body={})
    assert sentence(record) == "danced: lo escribió otra versión (no such kind)"


def test_what_another_version_does_when_a_queue_overflows_is_named_as_it_is_written() -> None:
    told = sentence(overflowed("{anew}", "vivienda", "nobody"))
    assert told == "crisis se desborda (nadie en turno): {anew}"


def test_a_call_is_told_in_spanish_from_its_first_second() -> None:
    tale = Tale("n1-17.1").started().queued().offered().rang().answered().finished()
    assert [sentence(entry.record) for entry in tale.entries] == [
        "entra la llamada: main, en español, política a1b2",
        "espera en crisis (clase 100)",
        "se marca a ana (teléfono de escritorio) para crisis: la única persona libre para crisis",
        "timbra el teléfono de ana",
        "ana toma la llamada, tras 3.0 s",
        "ana conversa con quien llama: 5.2 s hasta oír una voz, 3.2 s de ese tiempo en la cola",
        "quien llama cuelga en esperar, tras 1 min 00 s: fin de la llamada",
    ]


def entered(after: str, digits: int) -> StepEntered:
    return StepEntered(
        flow=FlowName("main"),
        step=StepName("crisis"),
        step_kind="queue",
        after=after,
        digits=digits,
    )


def overflowed(action: str, into: str, because: str) -> Overflowed:
    waited = timedelta(seconds=90)
    return Overflowed(queue=CRISIS, action=action, into=into, because=because, waited=waited)


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (entered("key", 1), "crisis (queue), tras 1 tecla"),
        (entered("key", 10), "crisis (queue), tras 10 teclas"),
        (entered("silence", 0), "crisis (queue), sin tecla"),
        (
            overflowed("on_call", "psicologia and ingles", "wait 90 s, nobody staffed"),
            "crisis se desborda (espera: 90 s, nadie en turno):"
            " se marca también a quienes están de guardia (psicologia e ingles)",
        ),
        (
            TimedOut(queue=CRISIS, waited=MINUTE, why="key"),
            "deja crisis con una tecla tras 1 min 00 s; el flujo sigue",
        ),
        (
            HandedToFallback(queue=CRISIS, reason="defect"),
            "pasa de crisis al respaldo del plan de marcación: defecto del motor",
        ),
        (
            AgentLost(agent=ANA, cause=0, talked=timedelta(milliseconds=250)),
            "se corta la conexión de ana tras 250 ms (causa 0): quien llama sigue en la línea",
        ),
        (
            LadderLeft(agent=ANA, why="not_reached"),
            "ana no contestó cuando se le volvió a marcar: la llamada es de quien esté libre",
        ),
        (
            Ended(agent=ANA, by=EndedBy.AGENT, talked=MINUTE),
            "ana cuelga tras 1 min 00 s de conversación",
        ),
        (
            PromptMissing(prompts=(PromptId("a"), PromptId("b")), language=Language("en")),
            "a y b no se pueden reproducir en inglés; la llamada sigue",
        ),
        (WrapUpStarted(agent=ANA, lasts=None), "ana escribe sus notas, hasta que las termine"),
        (
            AgentStateChanged(agent=ANA, state=AgentState.PAUSED, reason="comida"),
            "ana está en pausa (comida)",
        ),
        (
            DeviceStateChanged(agent=ANA, device=DeviceKind.PHONE, reachable=False),
            "el teléfono externo de ana no tiene conexión",
        ),
        (
            RestBegan(agent=ANA, in_a_row=1, talked=30 * MINUTE),
            "ana no recibe llamadas de alta carga hasta que tome un descanso:"
            " 1 llamada seguida, 30 min de conversación",
        ),
        (
            RestEnded(agent=ANA, why="needed"),
            "ana vuelve a recibir llamadas de alta carga, aunque le toca un descanso:"
            " no hay nadie más en turno",
        ),
        (
            SkillsChanged(agent=ANA, begun=(SkillName("ingles"),), ended=(SkillName("trata"),)),
            "habilidades de ana según la plantilla: ingles empieza a contar, trata ha terminado",
        ),
        (
            PairsRead(known=2, apart=1),
            "1 par se mantiene aparte; de 2 personas usuarias se sabe con qué agente fue su última"
            " conversación",
        ),
        (AlarmRaised(alarm="waiting", text="too long"), "ALARMA waiting: too long"),
    ],
)
def test_a_record_is_said_as_one_says_it_in_mexico(record: Record, words: str) -> None:
    assert sentence(record) == words


@pytest.mark.parametrize("why", ["rang_out", "unconfirmed", "refused", *LegEnding])
def test_why_somebody_outside_did_not_take_a_call_is_said_in_spanish(why: str) -> None:
    told = sentence(PartnerMissed(contact=ContactName("refugio"), why=why))
    assert told.startswith("refugio no toma la llamada (")
    assert str(why).replace("_", " ") not in told


def records_of_closed_lists() -> list[Record]:
    """One of every member of every list that a sentence has words for."""
    made = Tale("n1-17.1")
    for outcome in OfferOutcome:
        made.offer_ended(outcome)
    some: list[Record] = [entry.record for entry in made.entries]
    some += [AgentStateChanged(agent=ANA, state=each, reason="own") for each in AgentState]
    some += [CallFinished(by=by, at_step=StepName("esperar"), lasted=MINUTE) for by in EndedBy]
    some += [Ended(agent=ANA, by=by, talked=MINUTE) for by in EndedBy]
    some += [PartnerLeft(contact=ContactName("refugio"), by=by, talked=MINUTE) for by in EndedBy]
    for action in ("alarm", "widen", "on_call", "partner", "step"):
        some.append(overflowed(action, "sitio", "expected 120 s, length 5"))
    for why in ("time", "key", "nobody", "overflow", "partner"):
        some.append(TimedOut(queue=QueueName("trata"), waited=MINUTE, why=why))
    for why in ("declined", "machine", "not_reached", "away"):
        some.append(LadderLeft(agent=ANA, why=why))
    for reason in (
        "not a call of ours",
        "found in the dialplan",
        "left the application",
        "defect",
    ):
        some.append(HandedToFallback(queue=None, reason=reason))
    return some


@pytest.mark.parametrize("record", records_of_closed_lists(), ids=english)
def test_no_member_of_a_closed_list_is_left_in_english(record: Record) -> None:
    told = set(sentence(record).replace(",", " ").replace(":", " ").split())
    assert not told & ENGLISH_WORDS
    assert not told & {str(member) for kind in (AgentState, EndedBy) for member in kind}


def lines(tale: Tale) -> list[Line]:
    return [
        Line(call=e.call, epoch=e.epoch, seq=e.seq, at=e.at, record=e.record) for e in tale.entries
    ]


@pytest.mark.parametrize("width", [80, 200])
def test_a_story_has_spanish_first_and_english_beside_or_below(width: int) -> None:
    tale = Tale("n1-17.1").started().queued().offered().rang().answered().finished()
    told = shown(story_look.story(lines(tale), MEXICO), width)
    assert told[0].startswith("12:00:00.000    +0.000 s   entra la llamada: main, en español")
    whole = " ".join(" ".join(told).split())
    for entry in tale.entries:
        assert f"{sentence(entry.record)} / {english(entry.record)}" in whole
    assert all(len(row) <= width for row in told)


def test_the_tail_of_operators_is_english_alone() -> None:
    line = lines(Tale("n1-17.1").queued())[0]
    assert str(story_look.line_text(line, MEXICO)).endswith("  waits in crisis (class 100)")
