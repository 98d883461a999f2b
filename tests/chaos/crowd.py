"""`make crowd`: 200 callers and 20 agents, and the engine is killed every 10 s for 5 min."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from rich.console import Console

from router.folders import cache_folder
from router.standalone.debian import ensure
from router.standalone.phone_events import Established
from router.standalone.phones import Answer
from router.standalone.programs import Prefix
from tests.acceptance.people import Agent, on_shift
from tests.chaos.agents import picks_up_late
from tests.chaos.census import Census, census
from tests.chaos.crowd_callers import AGENT_HZ, KeenEar, Waiter, crowd_line, waits
from tests.chaos.crowd_lives import write_lives
from tests.chaos.house import House, house
from tests.chaos.lines import number
from tests.chaos.rows import SILENT_AT_MOST

LINE = "multitud"
KILLED_EVERY = 10.0
LISTENED_TO = 20
"""Callers at most of whose sound every packet counts: they cost most."""
DIALS_EVERY = 0.2
TALKS_FOR = (16.0, 24.0)
RINGS_FOR = (0.5, 4.0)
"""Seconds until every other agent picks up: so that telephones ring at each kill."""
WAITS_AT_MOST = 900.0
SAME_TIME = 1.0
"""Seconds: nearer to each other nobody can say who was first, with ears that listen every half."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many, and for how many seconds the engine is killed."""

    callers: int = 200
    agents: int = 20
    seconds: float = 300.0

    @property
    def listened_to(self) -> int:
        return min(LISTENED_TO, self.callers // 2)


@dataclass(slots=True, kw_only=True)
class Crowd:
    """What was seen. `kills`: when."""

    size: Size
    waiters: list[Waiter] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def main(words: Sequence[str]) -> int:
    """0: all were answered, in order, by agents who were rung for one call at a time."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.crowd", description=__doc__)
    parser.add_argument("--callers", type=int, default=Size.callers)
    parser.add_argument("--agents", type=int, default=Size.agents)
    parser.add_argument("--seconds", type=float, default=Size.seconds)
    parser.add_argument("--folder", type=Path, help="keep all files there, and each caller's life")
    given = parser.parse_args(words)
    size = Size(callers=given.callers, agents=given.agents, seconds=given.seconds)
    prefix = ensure(cache=cache_folder(os.environ))
    if given.folder is not None:
        given.folder.mkdir(parents=True)
        wrong, told = asyncio.run(_crowd(given.folder, prefix, size))
    else:
        with tempfile.TemporaryDirectory(prefix="hotline-crowd-") as name:
            wrong, told = asyncio.run(_crowd(Path(name), prefix, size))
    console = Console()
    for line in told:
        console.print(line, highlight=False)
    for line in wrong:
        console.print(f"[red]NOT SO[/red]: {line}", highlight=False)
    return 1 if wrong else 0


async def _crowd(folder: Path, prefix: Prefix, size: Size) -> tuple[list[str], list[str]]:
    seen = Crowd(size=size)
    agents = [
        Agent(
            id=f"a{index:02}",
            skills=f"{LINE}: 3",
            tone_hz=AGENT_HZ,
            answer=Answer.BY_HAND if index % 2 else Answer.AT_ONCE,
        )
        for index in range(size.agents)
    ]
    async with (
        house(folder, prefix, max_calls=size.callers + size.agents) as harmed,
        census(harmed.site) as taken,
        on_shift(harmed.hotline, prefix, folder, *agents, ends=False) as shift,
        crowd_line(_server(harmed), size.callers - size.listened_to) as line,
        crowd_line(_server(harmed), size.listened_to, KeenEar) as listening,
    ):
        talk = random.Random(11)
        killing = asyncio.create_task(_kills(harmed, seen))
        picking_up = [
            asyncio.create_task(picks_up_late(shift[agent.id], talk.uniform(*RINGS_FOR)))
            for agent in agents
            if agent.answer is Answer.BY_HAND
        ]
        waiting = set[asyncio.Task[None]]()
        every = size.callers // size.listened_to
        for index in range(size.callers):
            is_listened_to = index % every == 0 and index // every < size.listened_to
            one = waits(
                listening if is_listened_to else line,
                number(LINE),
                talk.uniform(*TALKS_FOR),
                seen.waiters,
            )
            waiting.add(asyncio.create_task(one))
            await asyncio.sleep(DIALS_EVERY)
        done, late = await asyncio.wait({*waiting}, timeout=WAITS_AT_MOST)
        seen.failed = [repr(each.exception()) for each in done if each.exception() is not None]
        for each in late:
            each.cancel()
        await killing
        for each in picking_up:
            each.cancel()
        calls = [len(shift[agent.id].seen(Established)) for agent in agents]
        await write_lives(
            folder / "lives.json", seen.waiters, taken, seen.kills, harmed.stack.database
        )
        return _wrong(seen, taken, len(late)), _told(seen, taken, calls)


def _server(harmed: House) -> tuple[str, int]:
    return harmed.site.sip_host, harmed.site.sip_port


async def _kills(harmed: House, seen: Crowd) -> None:
    until = time.monotonic() + seen.size.seconds
    while time.monotonic() < until:
        await asyncio.sleep(KILLED_EVERY)
        with suppress(ProcessLookupError):
            os.kill(harmed.hotline.stack["engine_pid"], signal.SIGKILL)
            seen.kills.append(time.monotonic())


def _wrong(seen: Crowd, taken: Census, late: int) -> list[str]:
    answered = [each for each in seen.waiters if each.answered_at is not None]
    cut_off = [each for each in seen.waiters if each.cut_off]
    wrong = [f"a caller could not dial: {each}" for each in seen.failed]
    if len(answered) != seen.size.callers:
        wrong.append(f"{len(answered)} of {seen.size.callers} were answered, {late} still wait")
    if cut_off:
        wrong.append(f"{len(cut_off)} calls ended, and not by the caller")
    wrong += [f"{agent} was rung for two calls at once" for agent in sorted(taken.rung_twice())]
    overtaken = max(_overtaken(seen.waiters, taken), default=0)
    if overtaken > seen.size.agents:
        wrong.append(f"a caller was overtaken by {overtaken} who came later")
    silence = max(_silences(seen.waiters), default=timedelta())
    if silence > SILENT_AT_MOST:
        wrong.append(f"silence of {silence.total_seconds():.1f} s")
    return wrong


def _told(seen: Crowd, taken: Census, calls: Sequence[int]) -> list[str]:
    waits = sorted(
        each.answered_at - each.dialled_at for each in seen.waiters if each.answered_at is not None
    )
    handed = _in_the_fallback(seen.waiters, taken)
    overtaken = _overtaken(seen.waiters, taken)
    silences = _silences(seen.waiters)
    return [
        f"{len(seen.waiters)} callers, {len(waits)} answered; the engine was killed "
        f"{len(seen.kills)} times",
        f"waited: median {waits[len(waits) // 2]:.0f} s, longest {waits[-1]:.0f} s",
        f"in the fallback for a while: {handed}",
        f"overtaken by later callers of their class: {sum(1 for each in overtaken if each)} "
        f"callers, by {max(overtaken, default=0)} at most",
        f"longest silence of {len(silences)} who were listened to: "
        f"{max(silences, default=timedelta()).total_seconds():.1f} s",
        f"calls per agent: {min(calls)} to {max(calls)}; rung twice at once: "
        f"{len(taken.rung_twice())}",
    ]


def _overtaken(waiters: Sequence[Waiter], taken: Census) -> list[int]:
    """For each caller, how many of their class who came later heard an agent earlier.

    Of a caller whom only the fallback knew nobody can say what they want: they are a class of their
    own there, before those who chose something else than crisis.
    """
    heard = [
        (_urgency(each, taken), each.dialled_at, each.answered_at)
        for each in waiters
        if each.answered_at is not None
    ]
    return [
        sum(
            same == urgency and other > dialled + SAME_TIME and sooner < answered - SAME_TIME
            for same, other, sooner in heard
        )
        for urgency, dialled, answered in heard
    ]


def _urgency(one: Waiter, taken: Census) -> str:
    """As they were answered."""
    channel = taken.channel_of.get(one.call_id, "")
    last = "?"
    for sighting in taken.sightings:
        if one.answered_at is None or sighting.at > one.answered_at:
            break
        seen = (sighting.channels or {}).get(channel)
        if seen is not None:
            last = seen.urgency or "?"
    return last


def _silences(waiters: Sequence[Waiter]) -> list[timedelta]:
    """The longest of each to whom it was listened; nothing if it was never longer than a second."""
    return [
        max((each.duration for each in one.silences()), default=timedelta())
        for one in waiters
        if isinstance(one.ear, KeenEar) and one.hung_up_at is not None
    ]


def _in_the_fallback(waiters: Sequence[Waiter], taken: Census) -> int:
    ours = {taken.channel_of[each.call_id] for each in waiters if each.call_id in taken.channel_of}
    return len(
        {
            channel
            for sighting in taken.sightings
            for channel, seen in (sighting.channels or {}).items()
            if channel in ours and seen.application == "Queue"
        }
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
