"""The fallback queue is followed closely enough, and nobody in it is asked for again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from router.adapters.ami.client import AmiClient, Reply
from router.adapters.ami.fallback import ASK_AGAIN_AFTER, LOOK_EVERY, Fallback, FallbackQueue
from router.adapters.ami.restless import RESTLESS, until
from router.core.commands import TakeBack
from router.core.vocabulary import AgentId, CallId, LegId, NodeId

NOW = "1795.5"
CALLER = LegId("1795.1")
AT_ONCE = 0.8 * ASK_AGAIN_AFTER
"""Seconds: less than between two looks that nothing asks for."""


@dataclass(slots=True)
class AppQueue:
    """What app_queue has; `rung`: its one agent is. `asked` counts withdrawals. `kept`: the guard
    keeps callers from an engine that dies again and again."""

    waiting: list[LegId] = field(default_factory=list)
    rung: bool = False
    asked: int = 0
    kept: bool = False

    async def act(self, name: str, *, many: bool = False, **fields: str) -> Reply:
        """As an AmiClient does."""
        events: list[Mapping[str, str]] = []
        if name == "QueueWithdrawCaller":
            self.asked += 1
        elif many:
            events += [
                {"Event": "QueueEntry", "Uniqueid": leg, "Queue": "fallback", "Channel": leg}
                for leg in self.waiting
            ]
            status = "6" if self.rung else "1"
            events.append({"Event": "QueueMember", "Location": "PJSIP/ana", "Status": status})
        value = until(NOW) if self.kept and fields.get("Variable") == RESTLESS else ""
        told = {"Timestamp": NOW, "Value": value}
        return Reply(answered=True, success=True, fields=told, events=tuple(events))


def client(there: AppQueue) -> AmiClient:
    return cast(AmiClient, there)


def take_back(leg: LegId) -> TakeBack:
    return TakeBack(node=NodeId("n1"), call=CallId(f"n1-{leg}"), leg=leg)


async def test_an_agent_who_is_rung_there_is_told_at_once() -> None:
    there, queue = AppQueue(waiting=[CALLER]), FallbackQueue()
    told: asyncio.Queue[Fallback] = asyncio.Queue()
    following = asyncio.create_task(queue.follow(client(there), told.put_nowait))
    assert (await told.get()).engaged == ()
    there.rung = True
    queue.hear({"Event": "QueueMemberStatus"})
    async with asyncio.timeout(AT_ONCE):
        assert (await told.get()).engaged == (AgentId("ana"),)
    following.cancel()


async def test_who_is_asked_for_and_has_not_left_yet_is_not_asked_for_again_at_each_look() -> None:
    clock = [100.0]
    there, queue = AppQueue(waiting=[CALLER]), FallbackQueue(lambda: clock[0])
    looked: asyncio.Queue[Fallback] = asyncio.Queue()
    following = asyncio.create_task(queue.follow(client(there), looked.put_nowait))
    await looked.get()
    for _ in range(3):
        assert await queue.take_back(take_back(CALLER), client(there)) is None
    assert there.asked == 1
    clock[0] += ASK_AGAIN_AFTER
    await queue.take_back(take_back(CALLER), client(there))
    assert there.asked == 2
    following.cancel()


async def test_who_left_and_is_in_the_fallback_anew_is_asked_for_at_once() -> None:
    there, queue = AppQueue(waiting=[CALLER]), FallbackQueue(lambda: 100.0)
    looked: asyncio.Queue[Fallback] = asyncio.Queue()
    following = asyncio.create_task(queue.follow(client(there), looked.put_nowait))
    await looked.get()
    await queue.take_back(take_back(CALLER), client(there))
    there.waiting.clear()
    queue.hear({"Event": "QueueCallerLeave"})
    await looked.get()
    there.waiting.append(CALLER)
    queue.hear({"Event": "QueueCallerJoin"})
    await looked.get()
    await queue.take_back(take_back(CALLER), client(there))
    assert there.asked == 2
    following.cancel()


async def test_whom_the_guard_keeps_from_us_is_told_only_when_it_lets_them_go() -> None:
    there, queue = AppQueue(waiting=[CALLER], rung=True, kept=True), FallbackQueue()
    told: asyncio.Queue[Fallback] = asyncio.Queue()
    following = asyncio.create_task(queue.follow(client(there), told.put_nowait))
    kept = await told.get()
    assert kept == Fallback(engaged=(AgentId("ana"),), kept=True)
    there.kept = False
    async with asyncio.timeout(2 * LOOK_EVERY):  # nothing asks for this look
        freed = await told.get()
    assert (freed.waiting, freed.kept, freed.freed) == ((CALLER,), False, True)
    queue.hear({"Event": "QueueCallerJoin"})
    assert not (await told.get()).freed
    following.cancel()


async def test_while_callers_are_kept_from_us_an_empty_queue_is_looked_at_again() -> None:
    there, queue = AppQueue(kept=True), FallbackQueue()
    told: asyncio.Queue[Fallback] = asyncio.Queue()
    following = asyncio.create_task(queue.follow(client(there), told.put_nowait))
    assert (await told.get()).kept
    there.kept = False
    async with asyncio.timeout(2 * LOOK_EVERY):
        assert not (await told.get()).kept
    following.cancel()
