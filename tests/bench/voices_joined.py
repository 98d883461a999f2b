"""A9.1, the agents' half: picked up (desk) or confirmed (mobile) until both hear each other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

from router.probe.line import Line, LineCall, Rung, line, tone
from tests.bench.figures import Figure
from tests.bench.prompts_heard import against_floor
from tests.bench.stack import (
    AGENT_HZ,
    CALLER_HZ,
    CALLERS,
    CARRIER,
    DESKS,
    FLOOR_DESKS,
    HERE,
    MOBILES,
    Bench,
)

SOON = timedelta(seconds=3)
AT_ONCE = 3
# Longer than the notice, so that the caller hears music when the agent picks up.
RING, LISTEN, TALK = (0.35, 0.45), (0.1, 0.2), 0.05
WHISPER = HERE["es", "susurro_extorsion"][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How callers come to a group of telephones. `key` empty: by the dialplan alone."""

    group: str
    numbers: Sequence[str]
    key: str
    confirms: bool


async def measure(bench: Bench, *, quick: bool) -> list[Figure]:
    """As many calls through the hotline as through Dial, at the same time."""
    calls = 12 if quick else 104
    async with AsyncExitStack() as ends:
        rung = Rung(lambda user: user[:-1])
        for host, port in (("127.0.0.1", bench.desk_port), (CARRIER, bench.carrier_port)):
            await ends.enter_async_context(
                line(
                    bench.sip,
                    host=host,
                    hz=AGENT_HZ,
                    calls=4 * AT_ONCE,
                    port=port,
                    incoming=rung.note,
                )
            )
        callers = await ends.enter_async_context(
            line(bench.sip, host=CALLERS, hz=CALLER_HZ, calls=4 * AT_ONCE)
        )
        # The floors' telephones are agents too, whom no caller asks for: so they have endpoints.
        on_shift = (*DESKS, *MOBILES, *FLOOR_DESKS)
        await bench.log_in(on_shift)
        own = [bench.number] * AT_ONCE
        desks = await _compare(
            callers,
            rung,
            calls,
            _Way(group="desk", numbers=own, key="4", confirms=False),
            _Way(group="floor", numbers=_numbers("7002"), key="", confirms=False),
        )
        mobiles = await _compare(
            callers,
            rung,
            calls,
            _Way(group="+52558000000", numbers=own, key="2", confirms=True),
            _Way(group="+52559900000", numbers=_numbers("7003"), key="", confirms=True),
        )
        await bench.log_out(on_shift)
    return [
        against_floor("desk picked up → both hear each other", *desks),
        against_floor("mobile pressed 1 → both hear each other", *mobiles),
    ]


def _numbers(floor: str) -> list[str]:
    return [f"{floor}{index + 1}" for index in range(AT_ONCE)]


async def _compare(
    callers: Line, rung: Rung, calls: int, *ways: _Way
) -> tuple[list[float], list[float]]:
    ours: list[float] = []
    floor: list[float] = []
    await asyncio.gather(
        *(
            _calls(callers, rung, samples, way, number, asked, -(-calls // AT_ONCE))
            for way, samples, asked in zip(
                ways, (ours, floor), (asyncio.Lock(), asyncio.Lock()), strict=True
            )
            for number in way.numbers
        )
    )
    return ours, floor


async def _calls(
    callers: Line,
    rung: Rung,
    samples: list[float],
    way: _Way,
    number: str,
    asked: asyncio.Lock,
    calls: int,
) -> None:
    for _ in range(calls):
        # One asks at a time: an INVITE does not tell which caller it is for.
        if way.key:
            call, _, _ = await callers.dial(number)
            await call.audio.hears(within=SOON)
            async with asked:
                await call.audio.press(way.key)
                _, at_agent = await rung.rings(way.group)
        else:
            async with asked:
                call, _, _ = await callers.dial(number)
                _, at_agent = await rung.rings(way.group)
        await asyncio.sleep(random.uniform(*RING))
        samples.append(await _joined(call, at_agent, confirms=way.confirms))
        await asyncio.sleep(TALK)
        call.hang_up()
        await call.free()
        await at_agent.free()


async def _joined(call: LineCall, at_agent: LineCall, *, confirms: bool) -> float:
    """From the agent's act until the later of the two hears the other."""
    since = at_agent.answer()
    if confirms:
        await at_agent.audio.hears(within=SOON, since=since, what=tone(WHISPER))
        await asyncio.sleep(random.uniform(*LISTEN))
        since = await at_agent.audio.press("1")
    heard = await asyncio.gather(
        at_agent.audio.hears(within=SOON, since=since, what=tone(CALLER_HZ)),
        call.audio.hears(within=SOON, since=since, what=tone(AGENT_HZ)),
    )
    return max(packet.at for packet in heard) - since
