"""The guard at work: whom it moves, in which order, and when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

import pytest

from router import errors
from router.adapters.ami.access import Access
from router.adapters.ami.client import AmiClient, OnEvent, Reply
from router.guard.watch import AT_ONCE, Guard

LONG_AGO, NOW = "1000.0", "1100.0"
ACCESS = Access(host="nowhere", port=0, user="guard", password="geheim")


@dataclass(slots=True)
class Asterisk:
    """Whose engine is dead, until `on_moved` says something else of its beat."""

    channels: list[tuple[str, str]]
    on_moved: Callable[[Asterisk], None] = lambda asterisk: None
    beat: str = LONG_AGO
    guard: str = ""
    moved: list[str] = field(default_factory=list)
    let_go: list[str] = field(default_factory=list)
    looks: int = 0
    looked_again: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        """It is there."""

    async def lost(self) -> None:
        await asyncio.Event().wait()

    def close(self) -> None:
        """Nothing is left."""

    async def act(self, name: str, *, many: bool = False, **fields: str) -> Reply:
        events: list[Mapping[str, str]] = []
        told = ""
        match name:
            case "Ping":
                self.looks += 1
                if self.looks == 2:
                    self.looked_again.set()
            case "Getvar" if fields["Variable"] == "ENGINE_BEAT":
                told = self.beat
            case "Getvar" if fields["Variable"] == "HOTLINE_GUARD":
                told = self.guard
            case "Status":
                events += [
                    {
                        "Event": "Status",
                        "Channel": channel,
                        "Uniqueid": f"1000.{number}",
                        "Application": "Stasis",
                        "Data": "hotline,caller",
                        "Variable": f"HOTLINE_ROLE={role}",
                    }
                    for number, (channel, role) in enumerate(self.channels)
                ]
            case "Redirect":
                self.moved.append(fields["Channel"])
                self.on_moved(self)
            case "Hangup":
                self.let_go.append(fields["Channel"])
        answer = {"Timestamp": NOW, "Value": told}
        return Reply(answered=True, success=True, fields=answer, events=tuple(events))


async def guarded(asterisk: Asterisk) -> None:
    """For one whole look."""

    def connect(access: Access, on_event: OnEvent) -> AmiClient:
        return cast(AmiClient, asterisk)

    watching = asyncio.create_task(Guard(ACCESS, connect=connect).run())
    async with asyncio.timeout(5):
        await asterisk.looked_again.wait()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


def crowd(callers: int) -> list[tuple[str, str]]:
    """And a telephone that rings."""
    return [*((f"caller-{n}", "caller") for n in range(callers)), ("rings", "agent")]


async def test_all_are_moved_the_longest_there_first_and_telephones_let_go() -> None:
    asterisk = Asterisk(crowd(3 * AT_ONCE))
    await guarded(asterisk)
    assert asterisk.moved == [f"caller-{n}" for n in range(3 * AT_ONCE)]
    assert asterisk.let_go == ["rings"]


async def test_who_is_not_moved_yet_when_an_engine_beats_stays_with_it_and_telephones_ring_on() -> (
    None
):
    def lives_again(asterisk: Asterisk) -> None:
        asterisk.beat = NOW

    asterisk = Asterisk(crowd(3 * AT_ONCE), on_moved=lives_again)
    await guarded(asterisk)
    assert asterisk.moved == [f"caller-{n}" for n in range(AT_ONCE)]
    assert asterisk.let_go == []


async def test_the_guard_that_came_first_ends_when_another_watches_and_moves_nobody() -> None:
    asterisk = Asterisk(crowd(3), guard="another")

    def connect(access: Access, on_event: OnEvent) -> AmiClient:
        return cast(AmiClient, asterisk)

    with pytest.raises(errors.GuardReplaced):
        async with asyncio.timeout(5):
            await Guard(ACCESS, connect=connect).run()
    assert asterisk.moved == []
