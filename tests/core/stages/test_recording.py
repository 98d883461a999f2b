"""What callers and agents say is recorded and kept, whatever becomes of the call or the engine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from router.core import events as e
from router.core.commands import DropRecording, KeepMessage, KeepPrompt, RecordSound, StopRecording
from router.core.ivr.model import Step
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.message import MessageStep
from router.core.ivr.steps.queue import QueueStep
from router.core.policy import Policy
from router.core.records import MessageLeft, MessageLost, PromptRecorded
from router.core.vocabulary import (
    CallId,
    Language,
    LegEnding,
    PromptId,
    QueueName,
    RecordingId,
    Refusal,
    StepName,
)
from router.rehearsal.switchboard import GONE, THE_TONE
from tests.core.books import books_close, floor_agrees
from tests.core.driver import Caller, Driver
from tests.core.house import agent, policy_of, prompts, seconds

SAYS = (Language("es"), PromptId("saludo"))


def rules() -> Policy:
    """A recorder first, and crisis if it fails."""
    steps: tuple[Step, ...] = (
        MessageStep(
            name=StepName("buzon"),
            prompts=prompts("deje"),
            confirm=prompts("confirma"),
            next=StepName("gracias"),
            on_timeout=StepName("crisis"),
        ),
        QueueStep(name=StepName("crisis"), queue=QueueName("crisis"), next=StepName("gracias")),
        GoodbyeStep(name=StepName("gracias"), prompts=prompts("gracias")),
    )
    return replace(policy_of(*steps), prompts=(SAYS,))


@pytest.fixture
def hotline() -> Driver:
    return Driver(rules())


def recorded(hotline: Driver) -> Caller:
    """The tone has sounded."""
    caller = hotline.caller_arrives().hears_out()
    assert caller.hears == THE_TONE
    floor_agrees(hotline)
    return caller


def test_a_message_is_kept_and_the_caller_is_thanked(hotline: Driver) -> None:
    caller = recorded(hotline).speaks(12)
    assert caller.hears == "confirma"
    assert not hotline.ordered(KeepMessage)
    caller.presses("1")
    (left,) = hotline.records(MessageLeft)
    assert (left.step, left.lasted) == ("buzon", seconds(12))
    assert caller.hears == "gracias"
    caller.hears_out()
    books_close(hotline.entries, hotline.engine.floor)
    assert not hotline.engine.floor.recordings


def test_a_caller_who_hangs_up_has_left_what_they_said(hotline: Driver) -> None:
    caller = recorded(hotline)
    hotline.passes(8)
    caller.hangs_up()
    (left,) = hotline.records(MessageLeft)
    assert left.lasted == seconds(8)
    books_close(hotline.entries, hotline.engine.floor)


def test_the_end_may_be_told_after_the_caller_has_gone(hotline: Driver) -> None:
    caller = recorded(hotline)
    hotline.passes(8)
    over = hotline.board.recording_ends(caller.leg, hotline.at)
    caller.hangs_up()
    assert not hotline.records(MessageLeft)
    hotline.happens(over)
    assert len(hotline.records(MessageLeft)) == 1
    assert not hotline.engine.floor.recordings


def test_a_caller_who_hangs_up_at_the_question_has_left_it(hotline: Driver) -> None:
    recorded(hotline).speaks(12).hangs_up()
    assert len(hotline.records(MessageLeft)) == 1


def test_a_breath_before_hanging_up_is_no_message(hotline: Driver) -> None:
    caller = recorded(hotline)
    hotline.passes(1)
    caller.hangs_up()
    assert not hotline.records(MessageLeft)
    assert len(hotline.ordered(DropRecording)) == 1
    assert not hotline.engine.floor.recordings


@pytest.mark.parametrize(
    ("lasted", "silent", "enough"),
    [(5, 5, False), (6, 5, False), (9, 5, True), (20, 20, True), (3, 3, True), (1, 0, False)],
)
def test_the_silence_that_ended_it_is_no_message_and_a_whisper_is_one(
    lasted: int, silent: int, enough: bool, hotline: Driver
) -> None:
    caller = recorded(hotline)
    (order,) = hotline.ordered(RecordSound)
    hotline.board.recording_ends(caller.leg, hotline.at)
    hotline.happens(
        e.RecordingEnded(
            at=hotline.at,
            recording=order.recording,
            lasted=seconds(lasted),
            silent=seconds(silent),
        )
    )
    assert caller.hears == ("confirma" if enough else "deje")


def test_what_the_caller_does_not_want_is_deleted(hotline: Driver) -> None:
    caller = recorded(hotline).speaks(12)
    caller.presses("2").hears_out()
    first, second = hotline.ordered(RecordSound)
    assert [c.recording for c in hotline.ordered(DropRecording)] == [first.recording]
    assert first.recording != second.recording
    caller.speaks(5).presses("1")
    assert [r.recording for r in hotline.records(MessageLeft)] == [second.recording]


@pytest.mark.parametrize("why", [Refusal.REFUSED, Refusal.UNKNOWN])
def test_a_recording_that_is_refused_leads_to_a_person(hotline: Driver, why: Refusal) -> None:
    caller = recorded(hotline)
    hotline.refused(hotline.ordered(RecordSound)[0], why)
    hotline.passes(0)
    assert caller.waits_in() == "crisis"
    assert len(hotline.records(MessageLost)) == 1
    assert "messages" in hotline.alarms()
    floor_agrees(hotline)


def test_a_full_disk_leads_to_a_person(hotline: Driver) -> None:
    caller = recorded(hotline)
    (order,) = hotline.ordered(RecordSound)
    hotline.happens(e.RecordingEnded(at=hotline.at, recording=order.recording, why="no space left"))
    assert caller.waits_in() == "crisis"
    assert [r.why for r in hotline.records(MessageLost)] == ["no space left"]


def test_what_cannot_be_kept_leads_to_a_person_and_the_next_that_is_clears_the_alarm(
    hotline: Driver,
) -> None:
    hotline.board.disk_is_full = True
    caller = recorded(hotline).speaks(9).presses("1")
    assert caller.waits_in() == "crisis"
    assert "messages" in hotline.alarms()
    hotline.board.disk_is_full = False
    recorded(hotline).speaks(9).presses("1")
    assert "messages" not in hotline.alarms()


def test_an_end_that_is_never_told_leads_to_a_person_and_is_kept_when_it_comes(
    hotline: Driver,
) -> None:
    caller = recorded(hotline)
    (order,) = hotline.ordered(RecordSound)
    hotline.board.recording.clear()
    hotline.passes(125)
    assert caller.waits_in() == "crisis"
    assert len(hotline.ordered(StopRecording)) == 1
    hotline.happens(e.RecordingEnded(at=hotline.at, recording=order.recording, lasted=seconds(9)))
    assert [c.call for c in hotline.ordered(KeepMessage)] == [caller.id]
    assert len(hotline.records(MessageLeft)) == 1


def test_one_that_ended_while_the_connection_was_lost_goes_on(hotline: Driver) -> None:
    caller = recorded(hotline)
    (order,) = hotline.ordered(RecordSound)
    hotline.board.recording_ends(caller.leg, hotline.at)
    hotline.disconnects()
    hotline.listed(recordings=(order.recording,))
    assert caller.hears == "confirma"
    hotline.listed(recordings=(order.recording,))
    assert caller.hears == "confirma"
    floor_agrees(hotline)


def test_a_message_of_an_earlier_life_is_kept(hotline: Driver) -> None:
    left = RecordingId("n1-1700.3-e3-m1")
    hotline.listed(recordings=(left, RecordingId("n1-e3-k4")))
    (order,) = hotline.ordered(KeepMessage)
    assert (order.recording, order.call) == (left, CallId("n1-1700.3"))
    assert [r.recording for r in hotline.records(MessageLeft)] == [left]


def test_the_next_life_ends_the_recording_and_asks_again(hotline: Driver) -> None:
    caller = recorded(hotline)
    carried = hotline.board.carried[caller.leg]
    (order,) = hotline.ordered(RecordSound)
    assert order.recording in carried
    later = Driver(rules(), at=hotline.at, epoch=8)
    later.board.comes_up(caller.leg, later.at)
    later.board.created[caller.leg] = later.at
    later.board.carried[caller.leg] = carried
    later.listed()
    assert [c.recording for c in later.ordered(StopRecording)] == [order.recording]
    assert later.board.hears[caller.leg] == "deje"


# -- prompts, by an agent at a desk phone -----------------------------------------------------


def at_work(hotline: Driver, *, may: bool = True) -> None:
    hotline.works(replace(agent("ana", juridico=1), records_prompts=may), log_in=False)


def test_an_agent_hears_the_prompt_and_says_it_anew(hotline: Driver) -> None:
    at_work(hotline)
    leg = hotline.dials_code("ana", "*501")
    assert hotline.board.hears[leg] == "saludo"
    hotline.code_hears_out(leg)
    assert hotline.board.hears[leg] == THE_TONE
    hotline.passes(6)
    hotline.happens(hotline.board.recording_ends(leg, hotline.at))
    (kept,) = hotline.ordered(KeepPrompt)
    assert (kept.language, kept.prompt) == SAYS
    assert [(r.agent, r.lasted, r.why) for r in hotline.records(PromptRecorded)] == [
        ("ana", seconds(6), "")
    ]
    assert hotline.board.hears[leg] == "agente_ready"
    hotline.code_hears_out(leg)
    assert hotline.board.hears[leg] == GONE
    assert not hotline.engine.floor.code_legs


def test_an_agent_who_hangs_up_has_said_it(hotline: Driver) -> None:
    at_work(hotline)
    leg = hotline.dials_code("ana", "*501")
    hotline.code_hears_out(leg)
    hotline.passes(6)
    over = hotline.board.recording_ends(leg, hotline.at)
    hotline.happens(e.LegEnded(at=hotline.at, leg=leg, ending=LegEnding.HUNG_UP))
    hotline.happens(over)
    assert len(hotline.records(PromptRecorded)) == 1
    assert not hotline.engine.floor.recordings


@pytest.mark.parametrize("code", ["*50", "*500", "*502", "*50x", "*51"])
def test_a_number_that_is_no_prompt_is_refused(hotline: Driver, code: str) -> None:
    at_work(hotline)
    leg = hotline.dials_code("ana", code)
    assert hotline.board.hears[leg] == "agente_refused"


def test_who_may_not_record_is_refused(hotline: Driver) -> None:
    at_work(hotline, may=False)
    leg = hotline.dials_code("ana", "*501")
    assert hotline.board.hears[leg] == "agente_refused"
    hotline.code_hears_out(leg)
    assert not hotline.ordered(RecordSound)


def test_a_prompt_that_cannot_be_recorded_is_told_the_agent(hotline: Driver) -> None:
    at_work(hotline)
    leg = hotline.dials_code("ana", "*501")
    hotline.code_hears_out(leg)
    hotline.refused(hotline.ordered(RecordSound)[0])
    hotline.passes(0)
    assert hotline.board.hears[leg] == "agente_refused"
    assert [r.why for r in hotline.records(PromptRecorded)] == ["never told"]
