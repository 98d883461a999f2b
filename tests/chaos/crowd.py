"""`make crowd`: 200 callers and 20 agents, and the engine is killed every 10 s for 5 min."""

from __future__ import annotations

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
from router.standalone.phones import Answer, Handset, switched_on
from router.standalone.programs import Prefix
from router.standalone.tone import longest_silence
from tests.acceptance.people import CALLERS_ADDRESS, Agent, caller_numbers, on_shift
from tests.chaos.census import Census, census
from tests.chaos.crowd_callers import AGENT_HZ, Waiter, crowd_line, waits_aloud, waits_quietly
from tests.chaos.house import House, house
from tests.chaos.lines import number
from tests.chaos.rows import SILENT_AT_MOST
from tests.chaos.stages import SILENCE_DBOV

LINE = "multitud"
CALLERS, ALOUD, AGENTS = 200, 20, 20
KILLED_EVERY, KILLED_FOR = 10.0, 300.0
DIALS_EVERY = 0.2
TALKS_FOR = (16.0, 24.0)
WAITS_AT_MOST = 900.0
SAME_TIME = 1.0
"""Seconds: nearer to each other nobody can say who was first, with ears that listen every half."""


@dataclass(slots=True, kw_only=True)
class Crowd:
    """What was seen."""

    waiters: list[Waiter] = field(default_factory=list)
    kills: int = 0
    failed: list[str] = field(default_factory=list)


def main() -> int:
    """0: all were answered, in order, by agents who were rung for one call at a time."""
    prefix = ensure(cache=cache_folder(os.environ))
    with tempfile.TemporaryDirectory(prefix="hotline-crowd-") as name:
        wrong, told = asyncio.run(_crowd(Path(name), prefix))
    console = Console()
    for line in told:
        console.print(line, highlight=False)
    for line in wrong:
        console.print(f"[red]NOT SO[/red]: {line}", highlight=False)
    return 1 if wrong else 0


async def _crowd(folder: Path, prefix: Prefix) -> tuple[list[str], list[str]]:
    seen = Crowd()
    numbers = caller_numbers()[:ALOUD]
    handsets = [Handset(name=each) for each in numbers]
    agents = [
        Agent(id=f"a{index:02}", skills=f"{LINE}: 3", tone_hz=AGENT_HZ, answer=Answer.AT_ONCE)
        for index in range(AGENTS)
    ]
    async with (
        house(folder, prefix, max_calls=CALLERS + ALOUD) as harmed,
        switched_on(prefix, handsets, folder=folder, address=CALLERS_ADDRESS) as phones,
        census(harmed.site) as taken,
        on_shift(harmed.hotline, prefix, folder, *agents, ends=False) as shift,
        crowd_line((harmed.site.sip_host, harmed.site.sip_port), CALLERS - ALOUD) as line,
    ):
        talk = random.Random(11)
        killing = asyncio.create_task(_kills(harmed, seen))
        waiting = set[asyncio.Task[None]]()
        for index in range(CALLERS):
            talks_for = talk.uniform(*TALKS_FOR)
            one = (
                waits_aloud(
                    phones[numbers[index // (CALLERS // ALOUD)]],
                    harmed.hotline.uri(number(LINE)),
                    talks_for,
                    seen.waiters,
                )
                if index % (CALLERS // ALOUD) == 0
                else waits_quietly(line, number(LINE), talks_for, seen.waiters)
            )
            waiting.add(asyncio.create_task(one))
            await asyncio.sleep(DIALS_EVERY)
        done, late = await asyncio.wait({*waiting}, timeout=WAITS_AT_MOST)
        seen.failed = [repr(each.exception()) for each in done if each.exception() is not None]
        for each in late:
            each.cancel()
        await killing
        calls = [len(shift[agent.id].seen(Established)) for agent in agents]
        return _wrong(seen, taken, len(late)), _told(seen, taken, calls)


async def _kills(harmed: House, seen: Crowd) -> None:
    until = time.monotonic() + KILLED_FOR
    while time.monotonic() < until:
        await asyncio.sleep(KILLED_EVERY)
        with suppress(ProcessLookupError):
            os.kill(harmed.hotline.stack["engine_pid"], signal.SIGKILL)
            seen.kills += 1


def _wrong(seen: Crowd, taken: Census, late: int) -> list[str]:
    answered = [each for each in seen.waiters if each.answered_at is not None]
    cut_off = [each for each in seen.waiters if each.cut_off]
    wrong = [f"a caller could not dial: {each}" for each in seen.failed]
    if len(answered) != CALLERS:
        wrong.append(f"{len(answered)} of {CALLERS} were answered, {late} still wait")
    if cut_off:
        wrong.append(f"{len(cut_off)} calls ended, and not by the caller")
    wrong += [f"{agent} was rung for two calls at once" for agent in sorted(taken.rung_twice())]
    overtaken = max(_overtaken(seen.waiters, taken), default=0)
    if overtaken > AGENTS:
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
        f"{seen.kills} times",
        f"waited: median {waits[len(waits) // 2]:.0f} s, longest {waits[-1]:.0f} s",
        f"in the fallback for a while: {handed}",
        f"overtaken by later callers of their class: {sum(1 for each in overtaken if each)} "
        f"callers, by {max(overtaken, default=0)} at most",
        f"longest silence of {len(silences)} whose sound was kept: "
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
    return [
        longest_silence(
            each.phone.recording().between(each.dialled_at + 0.5, each.hung_up_at), SILENCE_DBOV
        )
        for each in waiters
        if each.phone is not None and each.hung_up_at is not None
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
    sys.exit(main())
