"""What callers hear while they wait, and what they can do about it by a key."""

from __future__ import annotations

from dataclasses import replace

from router.core.commands import Play
from router.core.ivr.model import Flow, Step
from router.core.ivr.speaking.grammar import Form
from router.core.ivr.speaking.phrase import Gap
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.play import PlayStep
from router.core.ivr.steps.queue import Aside, QueueStep
from router.core.ivr.steps.tag import TagStep
from router.core.policy import Policy
from router.core.records import Abandoned, Queued, Tagged, TimedOut
from router.core.routing.queue import Waiting
from router.core.vocabulary import OfferOutcome, PromptId, QueueName, StepName
from router.rehearsal.switchboard import MUSIC
from tests.core.driver import Caller, Driver
from tests.core.house import ES, JURIDICO, agent, policy, prompts, seconds

ESPERA = PromptId("espera")
WAITING = Waiting(
    notice=PromptId("aviso"),
    message=PromptId("calma"),
    estimate=ESPERA,
    first=seconds(25),
    every=seconds(30),
    takes=seconds(300),
)
LAWYER = agent("luz", juridico=1)
OTHER = agent("ana", psicologia=1)


def rules(waiting: Waiting = WAITING, *, nobody: str | None = None) -> Policy:
    """One queue from the start, in which 1 asks to be called and 8 and 9 keep the place."""
    asked = QueueStep(
        name=StepName("juridico"),
        queue=QueueName("juridico"),
        keys={"1": StepName("llamada")},
        asides={
            "8": Aside(prompts=prompts("privacidad")),
            "9": Aside(tags=("sin_grabacion",), prompts=prompts("sin_grabacion")),
            "7": Aside(tags=("lento",)),
        },
        next=StepName("gracias"),
        on_nobody_staffed=None if nobody is None else StepName(nobody),
    )
    steps: tuple[Step, ...] = (
        asked,
        PlayStep(name=StepName("llamada"), prompts=prompts("llamada"), next=StepName("gracias")),
        GoodbyeStep(name=StepName("gracias"), prompts=prompts("gracias")),
    )
    usual = policy()
    flow = Flow(
        name=next(iter(usual.book.flows)),
        start=asked.name,
        steps={step.name: step for step in steps},
    )
    phrase = (PromptId("espera-1"), Gap(name="n", form=Form.NUMBER), PromptId("espera-2"))
    return replace(
        usual,
        book=replace(usual.book, flows={flow.name: flow}, phrases={(ES, ESPERA): phrase}),
        queues={**usual.queues, JURIDICO.name: replace(JURIDICO, waiting=waiting)},
    )


def waits(hotline: Driver) -> Caller:
    """In the queue, the notice heard."""
    return hotline.caller_arrives().hears_out()


def test_messages_come_at_25_55_and_85_seconds_with_music_after_each() -> None:
    hotline = Driver(rules(replace(WAITING, estimate=None)))
    caller = waits(hotline)
    for before, message in ((24, False), (1, True), (29, False), (1, True), (30, True)):
        hotline.passes(before)
        assert (caller.hears == "calma") is message
        if message:
            assert caller.hears_out().hears == MUSIC


def test_a_long_wait_is_told_rounded_up_to_minutes() -> None:
    hotline = Driver(rules())
    hotline.works(LAWYER)
    hotline.caller_arrives()
    hotline.answers("luz")
    caller = waits(hotline)
    hotline.passes(25)
    # One lawyer, 5 min of talk and 4 of wrap-up.
    assert caller.hears == "espera-1+digits/9+espera-2"
    assert caller.hears_out().hears == MUSIC


def test_who_is_on_a_break_makes_nobodys_wait_shorter() -> None:
    hotline = Driver(rules())
    hotline.works(LAWYER, agent("leo", juridico=1))
    hotline.pauses("leo")
    hotline.caller_arrives()
    hotline.answers("luz")
    caller = waits(hotline)
    hotline.passes(25)
    assert caller.hears == "espera-1+digits/9+espera-2"


def test_a_wait_beyond_ten_minutes_is_told_in_fives() -> None:
    hotline = Driver(rules())
    hotline.works(LAWYER)
    hotline.caller_arrives()
    hotline.answers("luz")
    waits(hotline)
    caller = waits(hotline)
    hotline.passes(25)
    assert caller.hears == "espera-1+digits/20+espera-2"


def test_a_short_wait_is_not_told() -> None:
    hotline = Driver(rules(replace(WAITING, above=seconds(3600))))
    hotline.works(LAWYER)
    hotline.caller_arrives()
    hotline.answers("luz")
    caller = waits(hotline)
    hotline.passes(25)
    assert caller.hears == "calma"


def test_nothing_is_promised_while_nobody_works_on_it() -> None:
    hotline = Driver(rules())
    caller = waits(hotline)
    hotline.passes(25)
    assert caller.hears == "calma"


def test_the_wait_follows_how_long_conversations_take() -> None:
    hotline = Driver(rules())
    hotline.works(LAWYER)
    first = hotline.caller_arrives()
    hotline.answers("luz")
    hotline.passes(60)
    first.hangs_up()
    hotline.ready("luz")
    hotline.caller_arrives()
    hotline.answers("luz")
    caller = waits(hotline)
    hotline.passes(25)
    assert caller.hears == "espera-1+digits/5+espera-2"


def test_a_key_while_waiting_leaves_the_queue() -> None:
    hotline = Driver(rules())
    caller = waits(hotline).presses("1")
    assert caller.hears == "llamada"
    assert [(r.queue, r.why) for r in hotline.records(TimedOut)] == [("juridico", "key")]
    assert caller.call.place is None
    hotline.passes(600)
    assert len(hotline.records(Queued)) == 1


def test_a_key_during_the_notice_counts_as_well() -> None:
    assert Driver(rules()).caller_arrives().presses("1").hears == "llamada"


def test_a_key_stops_the_telephones_that_ring() -> None:
    hotline = Driver(rules())
    hotline.works(LAWYER)
    caller = waits(hotline)
    assert hotline.rung() == ["luz"]
    caller.presses("1")
    assert hotline.rung() == []
    assert hotline.outcomes() == [("luz", OfferOutcome.WITHDRAWN)]


def test_a_key_may_play_something_and_keep_the_place() -> None:
    hotline = Driver(rules())
    caller = waits(hotline)
    since = caller.call.place.since if caller.call.place else None
    hotline.passes(5)
    caller.presses("8")
    assert caller.hears == "privacidad"
    assert caller.hears_out().hears == MUSIC
    assert caller.call.place is not None
    assert caller.call.place.since == since
    assert len(hotline.records(Queued)) == 1
    hotline.passes(20)
    assert caller.hears == "calma"


def test_a_key_may_refuse_the_recording() -> None:
    hotline = Driver(rules())
    caller = waits(hotline).presses("99")
    assert [r.tag for r in hotline.records(Tagged)] == ["sin_grabacion"]
    assert caller.hears == "sin_grabacion"


def test_a_key_may_note_something_without_a_word() -> None:
    hotline = Driver(rules())
    caller = waits(hotline).presses("7")
    assert [r.tag for r in hotline.records(Tagged)] == ["lento"]
    assert caller.hears == MUSIC


def test_other_keys_change_nothing() -> None:
    hotline = Driver(rules())
    caller = waits(hotline).presses("23456*#0")
    assert caller.hears == MUSIC
    assert not hotline.records(TimedOut)


def test_keys_in_a_conversation_are_the_callers_own_affair() -> None:
    hotline = Driver(rules())
    hotline.works(LAWYER)
    caller = waits(hotline)
    hotline.answers("luz")
    caller.presses("189")
    assert caller.talks_to() == "luz"
    assert not hotline.records(Tagged)


def test_keys_are_never_kept() -> None:
    hotline = Driver(rules())
    waits(hotline).presses("2345678")
    assert not [entry for entry in hotline.entries if "2345678" in repr(entry)]


def test_who_hangs_up_during_what_a_key_plays_has_abandoned() -> None:
    hotline = Driver(rules())
    waits(hotline).presses("8").hangs_up()
    assert [r.queue for r in hotline.records(Abandoned)] == ["juridico"]


def test_a_prompt_of_a_key_that_cannot_be_played_leaves_music() -> None:
    hotline = Driver(rules())
    caller = waits(hotline).presses("8")
    assert caller.hears_out(heard=False).hears == MUSIC


def test_nobody_on_shift_is_told_at_once_if_the_flow_has_a_way() -> None:
    hotline = Driver(rules(nobody="llamada"))
    hotline.works(OTHER)
    caller = hotline.caller_arrives()
    assert caller.hears == "llamada"
    assert [r.why for r in hotline.records(TimedOut)] == ["nobody"]


def test_without_such_a_way_the_caller_waits() -> None:
    assert waits(Driver(rules())).hears == MUSIC


def test_who_is_busy_or_on_a_break_is_somebody() -> None:
    hotline = Driver(rules(nobody="llamada"))
    hotline.works(LAWYER)
    hotline.pauses("luz")
    assert waits(hotline).hears == MUSIC


def test_the_last_one_who_goes_home_does_not_leave_callers_waiting() -> None:
    hotline = Driver(rules(nobody="llamada"))
    hotline.works(LAWYER)
    hotline.pauses("luz")
    caller = waits(hotline)
    hotline.logs_out("luz")
    hotline.passes(10)
    assert caller.hears == "llamada"


def test_the_notice_is_not_said_over_what_follows_it() -> None:
    hotline = Driver(rules(nobody="llamada"))
    caller = hotline.caller_arrives()
    assert [c.prompts for c in hotline.ordered(Play)][-1] == ("llamada",)
    assert caller.hears == "llamada"


def test_a_tag_before_the_first_wait_is_noted_once() -> None:
    usual = rules()
    flow = next(iter(usual.book.flows.values()))
    tag = TagStep(name=StepName("tema"), tags=("estafa",), next=flow.start)
    tagged = replace(flow, start=tag.name, steps={**flow.steps, tag.name: tag})
    book = replace(usual.book, flows={flow.name: tagged})
    hotline = Driver(replace(usual, book=book))
    hotline.caller_arrives().hears_out().presses("7")
    assert [r.tag for r in hotline.records(Tagged)] == ["estafa", "lento"]
