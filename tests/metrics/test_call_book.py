"""What a journal adds up to, call by call."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from router.core.records import Abandoned, AgentLost, Ended
from router.core.shift_records import WrapUpEnded
from router.core.vocabulary import AgentId, EndedBy, QueueName
from router.metrics.call_book import CallBook
from router.metrics.figures import Values
from tests.tale import CRISIS, NOON, Tale

ZONE = ZoneInfo("America/Mexico_City")
JURIDICO = QueueName("juridico")
ANA = AgentId("ana")
MINUTE = timedelta(minutes=1)


def handled(tale: Tale, talked: timedelta, wrapped_up: timedelta) -> Tale:
    ended = Ended(agent=ANA, by=EndedBy.CALLER, talked=talked)
    done = WrapUpEnded(agent=ANA, by=EndedBy.AGENT, lasted=wrapped_up)
    return tale.then(ended, after=talked.total_seconds()).then(
        done, after=wrapped_up.total_seconds()
    )


def gave_up(call: str, waited: float, queue: QueueName = CRISIS) -> Tale:
    record = Abandoned(queue=queue, waited=timedelta(seconds=waited), offered=False)
    return Tale(call).started().queued(queue).then(record, after=waited)


def book(
    *tales: Tale,
    reached: tuple[str, ...] = (),
    begins: datetime | None = None,
    ends: datetime | None = None,
) -> CallBook:
    calls = CallBook({CRISIS: timedelta(seconds=3)}, ZONE, begins=begins, ends=ends)
    for tale in tales:
        for entry in tale.entries:
            assert entry.call is not None
            calls.hear(entry.call, entry.record, entry.at)
    calls.close(lambda call, _: call in reached)
    return calls


def crisis(calls: CallBook) -> Values:
    return calls.queues()[CRISIS]


def test_who_gave_up_is_lost_unless_their_number_reached_somebody_soon_after() -> None:
    """M3: who was gone within 5 s had not waited."""
    calls = book(gave_up("n1-1", 60), gave_up("n1-2", 60), gave_up("n1-3", 2), reached=("n1-2",))
    figures = crisis(calls)
    assert (figures["abandoned"], figures["abandoned_early"]) == (3, 1)
    assert figures["abandonment"] == 1
    assert (figures["net_abandoned"], figures["net_abandonment"]) == (1, 0.5)


def test_handling_is_talk_and_wrap_up() -> None:
    tale = handled(Tale("n1-1").started().queued().offered().answered(), 10 * MINUTE, 5 * MINUTE)
    assert crisis(book(tale))["aht"] == 900


def test_a_caller_whose_agent_was_lost_is_offered_and_answered_once_and_handled_twice() -> None:
    lost = AgentLost(agent=ANA, cause=0, talked=2 * MINUTE)
    nothing = WrapUpEnded(agent=ANA, by=EndedBy.SYSTEM, lasted=timedelta(0))
    tale = Tale("n1-1").started().queued().offered().answered().then(lost).then(nothing)
    tale = handled(tale.queued(again=True).offered().answered(), 3 * MINUTE, MINUTE)
    figures = crisis(book(tale))
    assert (figures["offered"], figures["answered"], figures["service_level"]) == (1, 1, 0)
    assert figures["aht"] == 360


def test_a_call_that_is_still_handled_has_no_handling_time_yet() -> None:
    assert crisis(book(Tale("n1-1").started().queued().offered().answered()))["aht"] is None


def test_calls_count_in_the_hour_in_which_they_took_their_place() -> None:
    calls = book(gave_up("n1-1", 60), gave_up("n1-2", 60, JURIDICO))
    assert [h for h, each in enumerate(calls.hours()[CRISIS]) if each["offered"]] == [12]
    assert calls.by_hour()[12]["offered"] == calls.overall()["offered"] == 2


def test_calls_that_took_their_place_at_another_time_do_not_count() -> None:
    early, late = (
        book(gave_up("n1-1", 9), begins=NOON + MINUTE),
        book(gave_up("n1-1", 9), ends=NOON),
    )
    assert early.queues() == late.queues() == {}
    assert early.overall()["offered"] == 0


def test_a_call_of_no_queue_is_none() -> None:
    assert book(Tale("n1-1").started().finished()).overall()["offered"] == 0
