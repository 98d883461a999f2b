"""The fallback queue as app_queue has it: who waits, whose telephone is engaged, taking back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from router.adapters.ami.client import Acts, AmiClient
from router.adapters.ami.members import QUEUE, agent_of
from router.adapters.ami.restless import RESTLESS, stands
from router.core.commands import TakeBack
from router.core.vocabulary import AgentId, LegId, Refusal
from router.ports import Failure

LOOK_EVERY = 1.0
"""Seconds between two looks while somebody waits or talks there."""
ASK_AGAIN_AFTER = 3.0
"""Seconds after which a caller who is still there is asked for once more."""
NEWS = frozenset({"QueueCallerJoin", "QueueCallerLeave"})
NEWS_WHILE_NEEDED = frozenset({"QueueMemberStatus"})
"""An agent is rung there, or free again: the engine must know before it chooses them."""
ENGAGED = frozenset({"2", "3", "6", "7", "8"})
"""app_queue's states of a member: in use, busy, ringing, ringing while in use, on hold."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """Who waits, in order; and while somebody is there at all, whose telephone is engaged, for
    whatever call, and who talks to a caller of this queue.

    `kept`: the guard keeps callers from us, and whoever waits there is not ours to ask for;
    `freed`: it did so until now.
    """

    waiting: tuple[LegId, ...] = ()
    engaged: tuple[AgentId, ...] = ()
    talking: tuple[AgentId, ...] = ()
    kept: bool = False
    freed: bool = False


class FallbackQueue:
    """Asked for at every connection, whenever app_queue has news, and each second while needed."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._places: dict[LegId, tuple[str, str]] = {}
        self._asked: dict[LegId, float] = {}
        self._news = asyncio.Event()
        self._is_needed = False

    def hear(self, message: Mapping[str, str]) -> None:
        """An event of AMI."""
        event = message.get("Event")
        if event in NEWS or (event in NEWS_WHILE_NEEDED and self._is_needed):
            self._news.set()

    async def follow(self, client: AmiClient, tell: Callable[[Fallback], None]) -> None:
        """Until cancelled; `tell` hears of every look at a queue that is not empty, and of the
        first that is."""
        last: Fallback | None = None
        while True:
            self._news.clear()
            found = await self._look(client)
            if found is not None and last is not None and last.kept and not found.kept:
                found = replace(found, freed=True)
            if found is not None and (found != Fallback() or found != last):
                tell(found)
                last = found
            self._is_needed = found is None or found != Fallback()
            try:
                async with asyncio.timeout(LOOK_EVERY if self._is_needed else None):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def take_back(self, command: TakeBack, client: Acts | None) -> Failure | None:
        """app_queue lets the caller go between two rings; who is answered meanwhile stays."""
        place = self._places.get(command.leg)
        asked_at = self._asked.get(command.leg)
        if client is None or place is None:
            return None
        if asked_at is not None and self._now() - asked_at < ASK_AGAIN_AFTER:
            return None
        self._asked[command.leg] = self._now()
        queue, channel = place
        reply = await client.act("QueueWithdrawCaller", Queue=queue, Caller=channel)
        if reply.answered:
            return None  # refused: the caller has left the queue, and the next look tells
        self._asked.pop(command.leg, None)
        return Failure(why=Refusal.UNKNOWN, detail=reply.message)

    async def _look(self, client: AmiClient) -> Fallback | None:
        # This queue only: callers in other queues of the same Asterisk are none of ours.
        listed, kept, pong = await asyncio.gather(
            client.act("QueueStatus", many=True, Queue=QUEUE),
            client.act("Getvar", Variable=RESTLESS),
            client.act("Ping"),
        )
        if not (listed.success and kept.answered and pong.answered):
            return None
        is_kept = stands(kept.fields.get("Value", ""), pong.fields.get("Timestamp", ""))
        entries = [each for each in listed.events if each.get("Event") == "QueueEntry"]
        members = [each for each in listed.events if each.get("Event") == "QueueMember"]
        self._places = {
            LegId(each["Uniqueid"]): (each["Queue"], each["Channel"]) for each in entries
        }
        self._asked = {leg: at for leg, at in self._asked.items() if leg in self._places}
        talking = {agent_of(each["Location"]) for each in members if each.get("InCall") == "1"}
        if not entries and not talking:
            return Fallback(kept=is_kept)
        engaged = talking | {
            agent_of(each["Location"]) for each in members if each.get("Status") in ENGAGED
        }
        return Fallback(
            waiting=() if is_kept else tuple(self._places),
            engaged=tuple(sorted(engaged)),
            talking=tuple(sorted(talking)),
            kept=is_kept,
        )
