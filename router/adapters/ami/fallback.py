"""The fallback queue as app_queue has it: who waits, whose telephone is engaged, taking back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from router.adapters.ami.client import AmiClient
from router.adapters.ami.members import QUEUE, agent_of
from router.core.commands import TakeBack
from router.core.vocabulary import AgentId, LegId, Refusal
from router.ports import Failure

LOOK_EVERY = 1.0
"""Seconds between two looks while somebody waits or talks there."""
NEWS = frozenset({"QueueCallerJoin", "QueueCallerLeave"})
ENGAGED = frozenset({"2", "3", "6", "7", "8"})
"""app_queue's states of a member: in use, busy, ringing, ringing while in use, on hold."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """Who waits, in order, and whose telephone is engaged while somebody is there at all."""

    waiting: tuple[LegId, ...] = ()
    engaged: tuple[AgentId, ...] = ()


class FallbackQueue:
    """Asked for at every connection, whenever app_queue has news, and each second while needed."""

    def __init__(self) -> None:
        self._places: dict[LegId, tuple[str, str]] = {}
        self._news = asyncio.Event()

    def hear(self, message: Mapping[str, str]) -> None:
        """An event of AMI."""
        if message.get("Event") in NEWS:
            self._news.set()

    async def follow(self, client: AmiClient, tell: Callable[[Fallback], None]) -> None:
        """Until cancelled; `tell` hears of every look at a queue that is not empty, and of the
        first that is."""
        last: Fallback | None = None
        while True:
            self._news.clear()
            found = await self._look(client)
            if found is not None and (found.waiting or found != last):
                tell(found)
                last = found
            is_needed = found is None or found != Fallback()
            try:
                async with asyncio.timeout(LOOK_EVERY if is_needed else None):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def take_back(self, command: TakeBack, client: AmiClient | None) -> Failure | None:
        """app_queue lets the caller go between two rings; who is answered meanwhile stays."""
        place = self._places.get(command.leg)
        if client is None or place is None:
            return None
        queue, channel = place
        reply = await client.act("QueueWithdrawCaller", Queue=queue, Caller=channel)
        if reply.answered:
            return None  # refused: the caller has left the queue, and the next look tells
        return Failure(why=Refusal.UNKNOWN, detail=reply.message)

    async def _look(self, client: AmiClient) -> Fallback | None:
        # This queue only: callers in other queues of the same Asterisk are none of ours.
        listed = await client.act("QueueStatus", many=True, Queue=QUEUE)
        if not listed.success:
            return None
        entries = [each for each in listed.events if each.get("Event") == "QueueEntry"]
        members = [each for each in listed.events if each.get("Event") == "QueueMember"]
        self._places = {
            LegId(each["Uniqueid"]): (each["Queue"], each["Channel"]) for each in entries
        }
        if not entries and not any(each.get("InCall") == "1" for each in members):
            return Fallback()
        engaged = {
            agent_of(each["Location"])
            for each in members
            if each.get("InCall") == "1" or each.get("Status") in ENGAGED
        }
        return Fallback(tuple(self._places), tuple(sorted(engaged)))
