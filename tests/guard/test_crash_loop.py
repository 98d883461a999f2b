"""An engine that dies right after its first beat, again and again: the guard sees through it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import pytest

from router.adapters.ami.access import Access
from router.adapters.ami.client import AmiClient, OnEvent, Reply
from router.adapters.ami.restless import COUNTS_FOR, RESTLESS, stands
from router.guard import watch
from router.guard.lives import TRIAL
from router.guard.watch import AT_ONCE, Guard

ACCESS = Access(host="nowhere", port=0, user="guard", password="geheim")
LONG_AGO = 1_000_000.0
LOOKS_EVERY = 0.25
EVERY_OTHER_SECOND = 2.0


@dataclass(slots=True)
class Asterisk:
    """Its time passes as the guard looks. Each life of the engine beats once, and the next begins
    after `dies_every` s, until `steady_from`; since then the last one beats each second."""

    steady_from: float = 1000.0
    dies_every: float = EVERY_OTHER_SECOND
    ends: float = 20.0
    callers: list[str] = field(default_factory=lambda: ["caller"])
    at: float = 0.0
    variables: dict[str, str] = field(default_factory=dict)
    moved: dict[str, float] = field(default_factory=dict)
    talks: set[str] = field(default_factory=set)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def now(self) -> str:
        return f"{LONG_AGO + self.at:.3f}"

    @property
    def is_kept(self) -> bool:
        """Whether the dialplan admits nobody to the engine."""
        return stands(self.variables.get(RESTLESS, ""), self.now)

    async def open(self) -> None:
        """It is there."""

    async def lost(self) -> None:
        await self.over.wait()

    def close(self) -> None:
        """Nothing is left."""

    def _passes(self) -> None:
        self.at += LOOKS_EVERY
        life = 1 + min(self.at, self.steady_from) // self.dies_every
        since = (life - 1) * self.dies_every
        beaten = self.at // 1 if self.at >= self.steady_from else since
        self.variables |= {
            "HOTLINE_EPOCH": f"{life:.0f}",
            "ENGINE_BEAT": f"{LONG_AGO + max(beaten, since):.3f}",
        }
        if self.at >= self.ends:
            self.over.set()

    async def act(self, name: str, *, many: bool = False, **fields: str) -> Reply:
        events: list[Mapping[str, str]] = []
        value = ""
        match name:
            case "Ping":
                self._passes()
            case "Getvar":
                value = self.variables.get(fields["Variable"], "")
            case "Setvar":
                self.variables[fields["Variable"]] = fields["Value"]
            case "Status":
                events += [self._row(each) for each in self.callers if each not in self.moved]
                events += [self._row(each, role="agent") for each in self.talks]
            case "Redirect":
                assert fields["Channel"] not in self.talks, "a conversation was cut"
                self.moved[fields["Channel"]] = self.at
                if len(self.moved) == AT_ONCE:
                    self.talks = {each for each in self.callers if each not in self.moved}
        answer = {"Timestamp": self.now, "Value": value}
        return Reply(answered=True, success=True, fields=answer, events=tuple(events))

    def _row(self, channel: str, role: str = "caller") -> Mapping[str, str]:
        return {
            "Event": "Status",
            "Channel": channel if role == "caller" else f"agent of {channel}",
            "BridgeID": channel if channel in self.talks else "",
            "Application": "Stasis",
            "Data": "hotline,caller",
            "Variable": f"HOTLINE_ROLE={role}",
        }


@pytest.fixture(autouse=True)
def nothing_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY", 0)


async def guarded(asterisk: Asterisk) -> None:
    """Until its time is over."""

    def connect(access: Access, on_event: OnEvent) -> AmiClient:
        return cast(AmiClient, asterisk)

    guard = Guard(ACCESS, connect=connect, monotonic=lambda: asterisk.at)
    watching = asyncio.create_task(guard.run())
    async with asyncio.timeout(20):
        await asterisk.over.wait()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


@pytest.mark.parametrize("every", [0.75, 1.5, EVERY_OTHER_SECOND, 3.25])
async def test_a_caller_is_moved_though_every_life_has_a_fresh_beat(every: float) -> None:
    asterisk = Asterisk(dies_every=every)
    await guarded(asterisk)
    # The first life was not seen from its beginning; the second and third were short.
    assert asterisk.moved["caller"] <= 3 * every + LOOKS_EVERY


async def test_nobody_is_admitted_before_a_life_has_lasted_and_then_they_are() -> None:
    asterisk = Asterisk(steady_from=10.0, ends=10 + TRIAL - 1)
    await guarded(asterisk)
    assert asterisk.is_kept
    asterisk = Asterisk(steady_from=10.0, ends=10 + TRIAL + 2)
    await guarded(asterisk)
    assert not asterisk.is_kept


async def test_a_guard_that_dies_locks_nobody_out_for_ever() -> None:
    asterisk = Asterisk()
    await guarded(asterisk)
    assert asterisk.is_kept
    asterisk.at += COUNTS_FOR + 1
    assert not asterisk.is_kept


async def test_who_talks_by_the_time_it_is_their_turn_is_left_alone() -> None:
    asterisk = Asterisk(callers=[f"caller-{n}" for n in range(AT_ONCE + 5)])
    await guarded(asterisk)
    assert len(asterisk.moved) == AT_ONCE
