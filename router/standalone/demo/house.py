"""The demo's hotline: a private stack, the agents' telephones and the callers' telephones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from router.adapters.control.client import ControlClient
from router.adapters.control.protocol import LogIn, LogOut
from router.core.records import CallStarted
from router.core.vocabulary import AgentId, CallId
from router.standalone.demo.cast import AGENTS, CALLER_HZ, CALLERS, Player, roster
from router.standalone.demo.feed import Feed
from router.standalone.loopback import free_port
from router.standalone.phone_events import Established, Incoming
from router.standalone.phones import Handset, Phone, switched_on
from router.standalone.private_stack import Stack
from router.standalone.tone import heard, longest_silence

CALLERS_ADDRESS = "127.0.0.2"
CARRIER_ADDRESS = "127.0.0.3"
SECOND = timedelta(seconds=1)


@dataclass(slots=True, kw_only=True)
class Caller:
    """Somebody on the line. `call` is the engine's name for it (empty in the fallback)."""

    phone: Phone
    call: CallId
    answered_at: float


class House:
    """What the stories play in."""

    def __init__(
        self, stack: Stack, feed: Feed, callers: Mapping[str, Phone], agents: Mapping[str, Phone]
    ) -> None:
        self.stack = stack
        self.feed = feed
        self._callers = list(callers.values())
        self._agents = agents
        self._dialling = asyncio.Lock()

    def phone(self, player: Player) -> Phone:
        """The telephone of an agent."""
        return self._agents[player.id]

    async def dials(self, *, engine: bool = True) -> Caller:
        """One more caller dials the hotline, and its call is up."""
        phone = self._callers.pop(0)
        async with self._dialling:
            since = self.feed.position()
            site = self.stack.site
            await phone.dial(f"sip:{site.hotline_number}@{site.sip_host}:{site.sip_port}")
            up = await phone.wait_for(Established, within=5 * SECOND)
            call = CallId("")
            if engine:
                line, _ = await self.feed.first(CallStarted, within=5, since=since)
                assert line.call is not None
                call = line.call
        return Caller(phone=phone, call=call, answered_at=up.at)

    async def log_in(self, *players: Player) -> None:
        """Returns once they can be offered calls."""
        await self._shift(LogIn(agents=tuple(AgentId(p.id) for p in players)))

    async def log_out(self, *players: Player) -> None:
        """The end of a shift."""
        await self._shift(LogOut(agents=tuple(AgentId(p.id) for p in players)))

    async def _shift(self, request: LogIn | LogOut) -> None:
        client = ControlClient(self.stack.plan.state_dir)
        await asyncio.to_thread(client.change_shift, request)


@asynccontextmanager
async def telephones(stack: Stack, carrier_port: int, feed: Feed) -> AsyncIterator[House]:
    """Switches every telephone on and imports the roster."""
    folder = stack.plan.state_dir / "phones"
    folder.mkdir()
    mobiles = [p for p in AGENTS if p.mobile]
    desks = [p for p in AGENTS if not p.mobile]
    async with AsyncExitStack() as on:
        callers, behind_carrier, *at_desks = await asyncio.gather(
            on.enter_async_context(
                switched_on(
                    stack.prefix,
                    [Handset(name=number, tone_hz=CALLER_HZ) for number in CALLERS],
                    folder=folder,
                    address=CALLERS_ADDRESS,
                )
            ),
            on.enter_async_context(
                switched_on(
                    stack.prefix,
                    [p.handset() for p in mobiles],
                    folder=folder,
                    address=CARRIER_ADDRESS,
                    port=carrier_port,
                )
            ),
            *(
                on.enter_async_context(
                    switched_on(stack.prefix, [p.handset()], folder=folder, port=free_port())
                )
                for p in desks
            ),
        )
        agents = {p.id: behind_carrier[p.handset().name] for p in mobiles}
        agents |= {p.id: at[p.id] for p, at in zip(desks, at_desks, strict=True)}
        text = roster({p.id: agents[p.id].address for p in desks})
        client = ControlClient(stack.plan.state_dir)
        await asyncio.to_thread(client.import_roster, text, "the demo's roster")
        yield House(stack, feed, callers, agents)


def talks_from(phone: Phone, other_hz: float, since: float) -> tuple[bool, float]:
    """Whether the other's tone fills what the phone heard from `since` to its end; the gap's s."""
    part = phone.recording().between(since, phone.recording().end)
    spans = heard(part, other_hz)
    if not spans:
        return False, part.end - part.start
    edges = [part.start, *(edge for span in spans for edge in (span.start, span.end)), part.end]
    gap = max(b - a for a, b in zip(edges[::2], edges[1::2], strict=True))
    return gap <= 0.3, gap


def silence_between(phone: Phone, start: float, end: float) -> float:
    """The longest silence that the phone heard, in seconds."""
    return longest_silence(phone.recording().between(start, end)).total_seconds()


def hides_the_caller(incoming: Incoming) -> bool:
    """No header of the INVITE to an agent carries a caller's number."""
    text = " ".join((incoming.from_header, *incoming.headers.values()))
    return not any(number in text for number in CALLERS)


def now() -> float:
    """The phones' clock."""
    return time.monotonic()


def state_folder(parent: Path) -> Path:
    """A fresh one for each demo."""
    return parent / "state"
