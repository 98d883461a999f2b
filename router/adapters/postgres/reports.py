"""What the journal's readers ask: calls, stories, ledger, latencies, and what metrics count."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta

import asyncpg

from router.adapters.postgres.connection import connected
from router.adapters.postgres.statements import statement
from router.core.journal_lines import Line, decode
from router.core.vocabulary import AgentId, CallId, OfferOutcome, QueueName
from router.ledger import CallSummary, Latency, Ledger, LostCall, QueueLedger
from router.past_call import PastCall

LOST_CALL = [each.name for each in fields(LostCall) if each.name != "call"]


class Reports:
    """Reads only. Every method raises DatabaseUnreachable and DatabaseRefused."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    async def calls(
        self,
        *,
        limit: int = 50,
        queue: QueueName | None = None,
        agent: AgentId | None = None,
        since: datetime | None = None,
    ) -> list[CallSummary]:
        """The calls that began last, newest first; by the queue they were in, by whom they rang."""
        rows = await self._fetch("recent_calls", limit, queue, agent, since)
        return [
            CallSummary(
                call=CallId(row["call_id"]),
                began_at=row["began_at"],
                queue=row["queue"],
                agent=row["agent"],
                outcome=row["outcome"],
                offers=row["offers"],
                to_voice=_duration(row["to_voice"]),
                lasted=_duration(row["lasted"]),
            )
            for row in rows
        ]

    async def lost_calls(self, since: datetime, *, limit: int) -> list[LostCall]:
        """Who was lost, or whose end nobody saw, the latest first. Some of these may still live."""
        rows = await self._fetch("lost_calls", since, limit)
        return [
            LostCall(call=CallId(row["call_id"]), **{name: row[name] for name in LOST_CALL})
            for row in rows
        ]

    async def story(self, call: CallId) -> list[Line]:
        """All that happened to a call, in order; empty if it is unknown."""
        return [_line(row) for row in await self._fetch("call_story", call)]

    async def house(self, since: datetime, until: datetime) -> list[Line]:
        """What happened that belongs to no call."""
        return [_line(row) for row in await self._fetch("house_story", since, until)]

    async def ledger(self, since: datetime, until: datetime) -> Ledger:
        """The books from `since` to before `until`."""
        calls = await self._fetch("ledger_of_calls", since, until)
        offers = await self._fetch("ledger_of_offers", since, until)
        counts: dict[str | None, int] = {row["outcome"]: row["offers"] for row in offers}
        return Ledger(
            queues=tuple(
                QueueLedger(**{each.name: row[each.name] for each in fields(QueueLedger)})
                for row in calls
            ),
            offers_made=offers[0]["made"] if offers else 0,
            offers={outcome: counts.get(outcome.value, 0) for outcome in OfferOutcome},
            offers_open=counts.get(None, 0),
        )

    async def latencies(self, since: datetime, until: datetime) -> list[Latency]:
        """`to_voice` is the main figure (routing.md M2)."""
        return [
            Latency(
                measure=row["measure"],
                count=row["count"],
                mean=timedelta(seconds=row["mean"]),
                p50=timedelta(seconds=row["p50"]),
                p90=timedelta(seconds=row["p90"]),
                p99=timedelta(seconds=row["p99"]),
                max=timedelta(seconds=row["max"]),
            )
            for row in await self._fetch("latencies", since, until)
        ]

    async def past_calls(self, since: datetime, until: datetime) -> list[PastCall]:
        """Those that reached a queue from `since` to before `until`, in the order of arrival."""
        return [
            PastCall(
                call=CallId(row["call_id"]),
                arrived_at=row["arrived_at"],
                queue=QueueName(row["queue"]),
                reached=row["reached"],
                gave_up_after=_duration(row["gave_up_after"]),
                waited=_duration(row["waited"]),
                talked=_duration(row["talked"]),
                wrapped_up=_duration(row["wrapped_up"]),
            )
            for row in await self._fetch("past_calls", since, until)
        ]

    async def of_calls(self, since: datetime, until: datetime) -> list[Line]:
        """Of calls that took a place in a queue in this time: what the metrics count, each call's
        in its order."""
        return [_line(row) for row in await self._fetch("metrics_of_calls", since, until)]

    async def of_agents(self, since: datetime, until: datetime) -> list[Line]:
        """What agents did in this time, after the state that each was in before."""
        return [_line(row) for row in await self._fetch("metrics_of_agents", since, until)]

    async def reached_later(self, since: datetime, within: timedelta) -> frozenset[CallId]:
        """Calls abandoned from then on whose number reached a person within so long after."""
        rows = await self._fetch("reached_later", since, within)
        return frozenset(CallId(row["call_id"]) for row in rows)

    async def _fetch(self, name: str, *arguments: object) -> Sequence[asyncpg.Record]:
        async with connected(self._dsn) as connection:
            return await connection.fetch(statement(name), *arguments)


def _line(row: asyncpg.Record) -> Line:
    return Line(
        call=row["call_id"],
        epoch=row["epoch"],
        seq=row["seq"],
        at=row["at"],
        record=decode(row["kind"], json.loads(row["body"])),
    )


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
