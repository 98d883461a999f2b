"""One Asterisk node over AMI: its desk phones, and the members of its fallback queue."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from router import errors
from router.adapters.ami.access import Access
from router.adapters.ami.client import Acts, AmiClient, Connect, OnlyWhile
from router.adapters.ami.fallback import Fallback, FallbackQueue
from router.adapters.ami.listening import Listening
from router.adapters.ami.members import FallbackMembers
from router.adapters.ami.memory import LegMemory
from router.adapters.ami.translate import translate
from router.core.commands import (
    EnrolInFallback,
    Listen,
    Remember,
    TakeBack,
    WithdrawFromFallback,
)
from router.core.events import DeviceChanged, FallbackListed, LegSilent, TroubleReported
from router.core.vocabulary import AgentId, DeviceKind, LegId, NodeId
from router.fence import Fence
from router.ports import Deliver, Failure

log = structlog.get_logger()

TROUBLE = "ami"
DYING = "restless"
"""The names of this adapter's alarms, with the node's behind it."""
KEEPS_DYING = (
    "The engine died again and again within seconds of its start, so the fallback has its callers"
    " until it has lived for 10 s or more. Its log tells why it died."
)

AmiCommand = EnrolInFallback | WithdrawFromFallback | Remember | TakeBack | Listen
"""What ARI lacks, or does too late."""


class AmiNode:
    """What app.py joins to the runner."""

    def __init__(
        self,
        *,
        node: NodeId,
        access: Access,
        now: Callable[[], datetime],
        fence: Fence | None = None,
        connect: Connect = AmiClient,
    ) -> None:
        """`fence`: whether the engine may act; without one there is no other engine."""
        self.node = node
        self._access = access
        self._fence = fence
        self._connect = connect
        self._now = now
        self._hands: Acts | None = None
        self._members = FallbackMembers()
        self._memory = LegMemory()
        clock = fence.now if fence is not None else time.monotonic
        self._fallback = FallbackQueue(clock)
        self._listening = Listening(clock)
        self._told: dict[AgentId, bool] = {}
        self._troubles: dict[str, str] = {}

    async def run(self, deliver: Deliver) -> None:
        """Until cancelled; comes back when the connection breaks."""
        pace = self._access.pace
        delay = pace.first_delay
        while True:
            try:
                await self._one_connection(deliver)
                delay = pace.first_delay
            except errors.InboxFull as full:
                log.warning("ami.inbox_full", node=self.node, detail=str(full))
            except errors.HotlineError as trouble:
                # While Asterisk restarts it is absent, then half there: that takes some seconds.
                if delay >= pace.last_delay:
                    self._tell_trouble(TROUBLE, str(trouble), deliver)
            await asyncio.sleep(delay)
            delay = min(delay * 2, pace.last_delay)

    async def perform(self, command: AmiCommand) -> Failure | None:
        """None: done, or remembered and done at the next connection."""
        if isinstance(command, Remember):
            return await self._memory.perform(command, self._hands)
        if isinstance(command, TakeBack):
            return await self._fallback.take_back(command, self._hands)
        if isinstance(command, Listen):
            self._listening.begin(command.leg)
            return None
        return await self._members.perform(command, self._hands)

    def forget(self, leg: LegId) -> None:
        """Nothing that still waits to be written on it is news any more."""
        self._memory.forget(leg)

    async def _one_connection(self, deliver: Deliver) -> None:
        """Returns when the connection, once it was up, is lost."""

        def on_event(message: Mapping[str, str]) -> None:
            self._fallback.hear(message)
            safely(lambda: self._hand_on(message, deliver))

        def on_fallback(found: Fallback) -> None:
            safely(lambda: deliver(self._listed(found)))
            self._tell_trouble(DYING, KEEPS_DYING if found.kept else "", deliver)

        def on_silence(leg: LegId) -> None:
            safely(lambda: deliver(LegSilent(at=self._now(), leg=leg)))

        def safely(tell: Callable[[], None]) -> None:
            try:
                tell()
            except errors.InboxFull:
                # The list at the next connection says it all.
                log.warning("ami.inbox_full", node=self.node)
                client.close()

        client = self._connect(self._access, on_event)
        following: list[asyncio.Task[None]] = []
        try:
            await client.open()
            await self._tell_all(client, deliver)
            hands: Acts = client
            if self._fence is not None:
                gate = self._fence.at(self.node)
                if not await gate.opens():
                    return
                hands = OnlyWhile(client, gate.opens)
            self._hands = hands
            await self._memory.restore(hands)
            await self._members.restore(hands)
            self._tell_trouble(TROUBLE, "", deliver)
            log.info("ami.connected", node=self.node)
            following += (
                asyncio.create_task(self._fallback.follow(client, on_fallback)),
                asyncio.create_task(self._listening.follow(client, on_silence)),
            )
            await _while_it_answers(client, self._access.pace.ping_every)
            log.warning("ami.disconnected", node=self.node)
        finally:
            self._hands = None
            client.close()
            for each in following:
                each.cancel()
            await asyncio.gather(*following, return_exceptions=True)

    def _listed(self, found: Fallback) -> FallbackListed:
        return FallbackListed(
            at=self._now(),
            node=self.node,
            waiting=found.waiting,
            engaged=found.engaged,
            talking=found.talking,
            freed=found.freed,
        )

    async def _tell_all(self, client: AmiClient, deliver: Deliver) -> None:
        """The present state of every phone; one that is not known any more cannot be reached."""
        listed = await client.act("DeviceStateList", many=True)
        if not listed.success:
            raise self._access.unreachable(f"DeviceStateList: {listed.message}")
        missing = set(self._told)
        for message in listed.events:
            changed = translate(message, self.node, self._now())
            if changed is not None:
                missing.discard(changed.agent)
                self._deliver(changed, deliver)
        for agent in missing:
            gone = DeviceChanged(
                at=self._now(), node=self.node, agent=agent, kind=DeviceKind.DESK, reachable=False
            )
            self._deliver(gone, deliver)

    def _hand_on(self, message: Mapping[str, str], deliver: Deliver) -> None:
        changed = translate(message, self.node, self._now())
        if changed is None:
            return
        # Calls change a device's state all the time. A new contact is news even so: the phone may
        # count as unreachable after a failed INVITE.
        is_news = message["Event"] == "ContactStatus"
        if is_news or self._told.get(changed.agent) != changed.reachable:
            self._deliver(changed, deliver)

    def _deliver(self, changed: DeviceChanged, deliver: Deliver) -> None:
        deliver(changed)
        self._told[changed.agent] = changed.reachable

    def _tell_trouble(self, name: str, text: str, deliver: Deliver) -> None:
        """Once when it begins, changes or ends, however often the connection is tried."""
        if text == self._troubles.get(name, ""):
            return
        self._troubles[name] = text
        if text:
            log.warning("ami.trouble", node=self.node, name=name, text=text)
        try:
            deliver(TroubleReported(at=self._now(), name=f"{name}:{self.node}", text=text or None))
        except errors.InboxFull:
            log.warning("ami.inbox_full", node=self.node)


async def try_login(access: Access) -> None:
    """Log in once. Raises AsteriskUnreachable, AsteriskRefusedLogin, NotAsterisk."""
    client = AmiClient(access, lambda message: None)
    await client.open()
    client.close()


async def _while_it_answers(client: AmiClient, ping_every: float) -> None:
    """A connection that is merely open proves nothing: pings are checked."""
    lost = asyncio.create_task(client.lost())
    try:
        while not lost.done():
            await asyncio.wait((lost,), timeout=ping_every)
            if not lost.done() and not (await client.act("Ping")).answered:
                return
    finally:
        lost.cancel()
        await asyncio.gather(lost, return_exceptions=True)
