"""What the journal's readers are told; the books must close, or say that they do not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

import pytest

from router.adapters.postgres.connection import connected
from router.adapters.postgres.journal import PostgresJournal
from router.adapters.postgres.reports import Reports
from router.core.house_records import AlarmCleared
from router.core.records import Abandoned, Adopted, AgentLost, Entry, HandedToFallback, TimedOut
from router.core.vocabulary import (
    AgentId,
    CallId,
    EndedBy,
    NodeId,
    OfferOutcome,
    QueueName,
    StepName,
)
from router.errors import DatabaseRefused
from router.ledger import Ledger
from router.story import story
from tests.integration.troubles import Troubles
from tests.tale import CRISIS, NOON, Tale

UNTIL = NOON + timedelta(hours=1)
JURIDICO = QueueName("juridico")


async def write(dsn: str, *tales: Tale) -> Reports:
    await keep(dsn, [entry for tale in tales for entry in tale.entries])
    return Reports(dsn)


async def keep(dsn: str, entries: Iterable[Entry]) -> None:
    journal = PostgresJournal(dsn, node=NodeId("n1"), on_trouble=Troubles())
    journal.append(list(entries))
    assert await journal.drain(timedelta(seconds=20)) == 0


def abandoned(call: str, queue: QueueName = CRISIS, offered: bool = False) -> Tale:
    record = Abandoned(queue=queue, waited=timedelta(seconds=8), offered=offered)
    return Tale(call).started().queued(queue).then(record, after=8).finished()


def answered(call: str, queue: QueueName = CRISIS, agent: str = "ana") -> Tale:
    tale = Tale(call).started().queued(queue).offered(agent, queue).rang(agent)
    return tale.answered(agent, queue).finished()


async def books(reports: Reports) -> Ledger:
    return await reports.ledger(NOON, UNTIL)


async def test_the_books_close_over_every_way_a_call_can_go(database: str) -> None:
    lost = AgentLost(agent=AgentId("ana"), cause=0, talked=timedelta(seconds=9))
    timed_out = TimedOut(queue=CRISIS, waited=timedelta(seconds=60))
    fallback = HandedToFallback(queue=CRISIS, reason="defect")
    reports = await write(
        database,
        answered("n1-1"),
        abandoned("n1-2"),
        Tale("n1-3").started().queued().offered().answered().then(lost).queued(again=True),
        Tale("n1-4").started().queued().then(timed_out, after=60).queued(JURIDICO).offered(),
        Tale("n1-5").started().queued().then(fallback),
        Tale("n1-6").started().finished(),
    )
    ledger = await books(reports)
    assert ledger.balanced
    crisis, juridico = ledger.queues
    assert (crisis.queue, juridico.queue) == (CRISIS, JURIDICO)
    assert (crisis.queued, crisis.answered, crisis.abandoned) == (6, 2, 1)
    assert (crisis.timed_out, crisis.handed_to_fallback, crisis.waiting) == (1, 1, 1)
    assert (juridico.queued, juridico.waiting) == (1, 1)
    assert (ledger.offers_made, ledger.offers_open) == (3, 1)
    assert ledger.offers[OfferOutcome.ACCEPTED] == 2


async def test_a_caller_known_to_an_earlier_life_only_is_left_behind(database: str) -> None:
    reports = await write(
        database,
        Tale("n1-1", epoch=7).started().queued(),
        Tale("n1-2", epoch=7).started().queued(),
        Tale("n1-2", epoch=8).then(HandedToFallback(queue=None, reason="unknown after a restart")),
        Tale("n1-3", epoch=8).started().queued(),
    )
    newer = AlarmCleared(alarm="disk")
    await keep(database, [Entry(call=None, epoch=8, seq=1, at=NOON, record=newer)])
    (crisis,) = (await books(reports)).queues
    assert crisis.balanced
    assert (crisis.queued, crisis.left_behind, crisis.waiting) == (3, 1, 1)
    assert crisis.handed_to_fallback == 1


async def test_a_caller_whom_the_next_life_took_over_waits_and_is_not_left_behind(
    database: str,
) -> None:
    taken_over = Adopted(
        step=StepName("crisis"), queue=CRISIS, place_from=NOON, agent=None, arrived_at=NOON
    )
    reports = await write(
        database,
        Tale("n1-1", epoch=7).started().queued(),
        Tale("n1-1", epoch=8).then(taken_over),
        Tale("n1-2", epoch=7).started().queued(),
        Tale("n1-2", epoch=8).then(taken_over).offered().answered(),
    )
    newer = AlarmCleared(alarm="disk")
    await keep(database, [Entry(call=None, epoch=8, seq=1, at=NOON, record=newer)])
    (crisis,) = (await books(reports)).queues
    assert crisis.balanced
    assert (crisis.queued, crisis.left_behind, crisis.waiting, crisis.answered) == (2, 0, 1, 1)


async def test_a_caller_given_back_to_a_life_that_was_killed_at_once_is_in_the_books(
    database: str,
) -> None:
    """It did not write that they had their place again; the next life found them in it."""
    handed = HandedToFallback(queue=CRISIS, reason="left the application")
    taken_over = Adopted(
        step=StepName("crisis"), queue=CRISIS, place_from=NOON, agent=None, arrived_at=NOON
    )
    reports = await write(
        database,
        Tale("n1-1", epoch=7).started().queued().then(handed),
        Tale("n1-1", epoch=8).then(taken_over).offered().answered(),
        Tale("n1-2", epoch=7).started().queued().then(handed).then(taken_over).queued(),
        Tale("n1-2", epoch=8).then(taken_over).then(handed),
        Tale("n1-3", epoch=7).started().queued().then(handed),
        Tale("n1-3", epoch=8).then(taken_over),
    )
    newer = AlarmCleared(alarm="disk")
    await keep(database, [Entry(call=None, epoch=8, seq=1, at=NOON, record=newer)])
    (crisis,) = (await books(reports)).queues
    assert crisis.balanced
    assert (crisis.queued, crisis.answered) == (6, 1)
    assert (crisis.handed_to_fallback, crisis.waiting) == (4, 1)


async def test_a_caller_who_vanished_from_a_queue_keeps_the_books_open(database: str) -> None:
    reports = await write(database, Tale("n1-1").started().queued().finished())
    ledger = await books(reports)
    assert ledger.queues[0].unaccounted == 1
    assert not ledger.balanced


async def test_an_answer_without_a_place_keeps_the_books_open(database: str) -> None:
    reports = await write(database, Tale("n1-1").started().offered().answered().finished())
    ledger = await books(reports)
    assert ledger.queues[0].stray == 1
    assert not ledger.balanced


async def test_an_offer_that_ended_twice_keeps_the_books_open(database: str) -> None:
    tale = Tale("n1-1").started().queued().offered()
    tale.offer_ended(OfferOutcome.DECLINED).offer_ended(OfferOutcome.NO_ANSWER)
    assert not (await books(await write(database, tale))).balanced


async def test_the_books_of_another_hour_are_empty(database: str) -> None:
    reports = await write(database, answered("n1-1"))
    ledger = await reports.ledger(UNTIL, UNTIL + timedelta(hours=1))
    assert ledger.balanced
    assert ledger.queues == ()
    assert ledger.offers_made == 0


async def test_calls_are_listed_newest_first_with_how_far_they_came(database: str) -> None:
    late = Tale("n1-9", at=NOON + timedelta(minutes=5)).started().queued(JURIDICO)
    menu = Tale("n1-8", at=NOON + timedelta(minutes=4)).started().finished()
    reports = await write(database, answered("n1-1"), late, menu)
    listed = await reports.calls()
    assert [(each.call, each.outcome) for each in listed] == [
        ("n1-9", "waiting"),
        ("n1-8", "left"),
        ("n1-1", "answered"),
    ]
    first = listed[2]
    assert (first.queue, first.agent, first.offers) == (CRISIS, "ana", 1)
    assert first.to_voice == timedelta(seconds=5.25)
    assert first.lasted == timedelta(seconds=60)
    assert listed[0].lasted is None


async def test_calls_are_found_by_queue_agent_and_time(database: str) -> None:
    later = Tale("n1-3", at=NOON + timedelta(minutes=5)).started().queued()
    reports = await write(
        database, answered("n1-1"), answered("n1-2", JURIDICO, agent="beto"), later
    )
    assert [each.call for each in await reports.calls(queue=JURIDICO)] == ["n1-2"]
    assert [each.call for each in await reports.calls(agent=AgentId("ana"))] == ["n1-1"]
    soon = NOON + timedelta(minutes=1)
    assert [each.call for each in await reports.calls(since=soon)] == ["n1-3"]
    assert len(await reports.calls(limit=2)) == 2


async def test_the_whole_story_of_a_call_comes_back_in_order(database: str) -> None:
    tale = answered("n1-1")
    reports = await write(database, tale, abandoned("n1-2"))
    lines = await reports.story(CallId("n1-1"))
    assert [each.record for each in lines] == [each.record for each in tale.entries]
    assert story(lines) == story(tale.entries)
    assert await reports.story(CallId("n1-404")) == []


async def test_the_house_has_a_story_too(database: str) -> None:
    record = AlarmCleared(alarm="disk")
    await keep(database, [Entry(call=None, epoch=7, seq=1, at=NOON, record=record)])
    (line,) = await Reports(database).house(NOON, UNTIL)
    assert (line.call, line.record) == (None, record)


async def test_latencies_count_from_the_exchange_and_from_the_offer(database: str) -> None:
    reports = await write(database, answered("n1-1"), answered("n1-2"), abandoned("n1-3"))
    figures = {each.measure: each for each in await reports.latencies(NOON, UNTIL)}
    assert figures["to_voice"].count == 2
    assert figures["to_voice"].p99 == timedelta(seconds=5.25)
    assert figures["offer_to_ringing"].mean == timedelta(seconds=0.25)
    assert figures["offer_to_voice"].max == timedelta(seconds=3)
    assert figures["abandoned_after"].p50 == timedelta(seconds=8)


async def test_a_test_call_is_told_in_full_and_counted_nowhere(database: str) -> None:
    test_call = Tale("n1-7").started(synthetic=True).queued().offered("prueba").rang("prueba")
    reports = await write(database, test_call.answered("prueba").finished())
    assert await reports.latencies(NOON, UNTIL) == []
    assert [each.call for each in await reports.calls()] == ["n1-7"]
    assert (await books(reports)).balanced


async def test_a_database_without_our_tables_is_named(empty_database: str) -> None:
    with pytest.raises(DatabaseRefused, match="apply the migrations"):
        await Reports(empty_database).calls()


async def test_no_table_but_call_identity_has_a_place_for_a_number(database: str) -> None:
    await write(database, answered("n1-1"))
    async with connected(database) as connection:
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        )
        bodies = await connection.fetch("SELECT body FROM call_records")
    assert {row["relname"] for row in tables} == {
        "applied_migrations",
        "call_identity",
        "call_records",
        "callback_tries",
        "engine_lease",
        "engine_roster",
        "engine_standbys",
        "house_records",
        "never_pairs",
        "never_pairs_lifted",
        "number_reveals",
    }
    fields = {field for row in bodies for field in json.loads(row["body"])}
    assert not fields & {"number", "caller", "digits_pressed", "caller_key"}


def test_how_a_call_ended_by_the_system_is_told_apart() -> None:
    tale = Tale("n1-1").started().finished(by=EndedBy.SYSTEM)
    assert story(tale.entries)[-1].endswith("the system ends it at esperar, after 1 min 00 s: over")
