"""Sentences of the story: each record has one, and it says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.house_records import AlarmRaised, NodeLost
from router.core.journal_lines import UnreadableRecord
from router.core.records import Abandoned, AgentLost, Entry, HandedToFallback, Record, StepEntered
from router.core.routing.explain import Exclusion
from router.core.shift_records import WrapUpStarted
from router.core.vocabulary import AgentId, FlowName, NodeId, OfferOutcome, StepName
from router.durations import span
from router.story import line, sentence, story
from router.why import because
from tests.tale import CRISIS, NOON, WHY, Tale


@pytest.mark.parametrize("kind", get_args(Record), ids=lambda kind: kind.__name__)
def test_every_record_has_a_sentence(kind: type[Record]) -> None:
    @settings(max_examples=5, deadline=None, database=None)
    @given(st.from_type(kind))
    def has_one(record: Record) -> None:
        assert sentence(record).strip()

    has_one()


def test_a_call_is_told_from_its_first_second() -> None:
    tale = Tale("n1-17.1").started().queued().offered().rang().answered().finished()
    assert story(tale.entries) == [
        "    0.000 s  the caller is heard: main, in es, policy a1b2",
        "    2.000 s  waits in crisis (class 100)",
        "    2.000 s  rings ana (desk) for crisis: the only free agent for crisis",
        "    2.250 s  ana's telephone rings",
        "    5.250 s  ana takes the call, after 3.0 s",
        "    5.250 s  ana and the caller talk: 5.2 s to a voice, 3.2 s of it in the queue",
        "   35.250 s  the caller hangs up at esperar, after 1 min 00 s: over",
    ]


def test_a_line_of_the_tail_names_the_time_of_day_and_the_call() -> None:
    entry = Tale("n1-17.1").queued().entries[0]
    mexico = ZoneInfo("America/Mexico_City")
    assert line(entry, mexico) == "12:00:02.000  n1-17.1  waits in crisis (class 100)"
    lost = NodeLost(node=NodeId("n1"))
    about_the_house = Entry(call=None, epoch=7, seq=1, at=NOON, record=lost)
    assert line(about_the_house).startswith("18:00:00.000  house  the connection to Asterisk n1")


@pytest.mark.parametrize(
    ("decided_by", "words"),
    [
        ("preferred", "best in what the call prefers (6), before beto, of 2 free"),
        ("least_scarce", "keeps rarer skills free than beto would, of 2 free"),
        ("longest_idle", "idle longest (90 s), before beto, of 2 free"),
        ("id", "level with beto, first by id, of 2 free"),
        ("sticky", "knows the caller, before beto, of 2 free"),
    ],
)
def test_an_offer_says_what_set_the_agent_apart(decided_by: str, words: str) -> None:
    why = replace(WHY, candidates=2, runner_up=AgentId("beto"), decided_by=decided_by, preferred=6)
    assert because(why, CRISIS) == words


def test_an_offer_says_who_was_left_out_and_how_far_it_widened() -> None:
    excluded = (
        (AgentId("beto"), Exclusion.BUSY),
        (AgentId("caro"), Exclusion.NOT_QUALIFIED),
        (AgentId("dani"), Exclusion.BUSY),
    )
    assert because(replace(WHY, widening=2, excluded=excluded), CRISIS) == (
        "the only free agent for crisis; widened 2 times; not qualified: caro; busy: beto, dani"
    )


def test_a_long_list_of_busy_agents_is_cut() -> None:
    busy = tuple((AgentId(f"a{n}"), Exclusion.BUSY) for n in range(30))
    assert because(replace(WHY, excluded=busy), CRISIS).endswith("busy: a0, a1, a2, a3, 26 more")


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (
            StepEntered(
                flow=FlowName("main"),
                step=StepName("crisis"),
                step_kind="queue",
                after="key",
                digits=1,
            ),
            "crisis (queue), after 1 key pressed",
        ),
        (
            StepEntered(
                flow=FlowName("main"),
                step=StepName("crisis"),
                step_kind="queue",
                after="silence",
                digits=0,
            ),
            "crisis (queue), after no key",
        ),
        (
            Abandoned(queue=CRISIS, waited=timedelta(seconds=75), offered=True),
            "the caller gives up after 1 min 15 s in crisis, while an agent was rung: abandoned",
        ),
        (
            AgentLost(agent=AgentId("ana"), cause=0, talked=timedelta(milliseconds=250)),
            "ana's connection breaks after 250 ms (cause 0): caller kept",
        ),
        (
            WrapUpStarted(agent=AgentId("ana"), lasts=None),
            "ana wraps up, until they end it",
        ),
        (
            HandedToFallback(queue=None, reason="defect"),
            "handed to the dialplan's fallback: defect",
        ),
        (AlarmRaised(alarm="disk", text="Full."), "ALARM disk: Full."),
        (
            UnreadableRecord(kind="call_teleported", body={}, problem="not known"),
            "call_teleported: written by another version (not known)",
        ),
    ],
)
def test_what_happened_is_said_in_words(record: Record | UnreadableRecord, words: str) -> None:
    assert sentence(record) == words


def test_a_refused_offer_tells_the_cause_of_the_network() -> None:
    tale = Tale("n1-17.1").offered().offer_ended(OfferOutcome.DECLINED)
    assert sentence(tale.entries[-1].record) == "ana declines, after 3.0 s (cause 17)"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0304, "30 ms"), (3.24, "3.2 s"), (59.99, "60.0 s"), (61, "1 min 01 s")],
)
def test_a_duration_has_the_unit_that_fits(seconds: float, text: str) -> None:
    assert span(timedelta(seconds=seconds)) == text
