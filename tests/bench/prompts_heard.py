"""A9.1, the caller's half: answer to the first prompt, digit to the next prompt."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import timedelta

from router.probe.line import Line, LineCall, line, tone
from tests.bench.figures import Figure, Spread
from tests.bench.stack import CALLER_HZ, CALLERS, HERE, Bench

TARGET_MS = 30.0
LEAD_IN = 0.3
FLOOR = "7001"
SOON = timedelta(seconds=3)
AT_ONCE = 2
FIRST, SECOND, THIRD = HERE["es", "saludo"][0], HERE["en", "menu"][0], HERE["en", "aviso"][0]


@dataclass(slots=True)
class _Heard:
    """In seconds."""

    first: list[float] = field(default_factory=list)
    after_digit: list[float] = field(default_factory=list)


async def measure(bench: Bench, *, quick: bool) -> list[Figure]:
    """Hotline and dialplan in turn, two calls at once, two keys pressed in each call."""
    calls = 20 if quick else 104
    ours, floor = _Heard(), _Heard()
    async with line(bench.sip, host=CALLERS, hz=CALLER_HZ, calls=AT_ONCE) as callers:

        async def one_after_another(share: int) -> None:
            for _ in range(share):
                await _call(callers, bench.number, ours)
                await _call(callers, FLOOR, floor)

        await _call(callers, bench.number, _Heard())  # the engine's first call opens connections
        await asyncio.gather(*(one_after_another(calls // AT_ONCE) for _ in range(AT_ONCE)))
    return [
        against_floor("answer → first prompt (beyond the lead-in)", ours.first, floor.first),
        against_floor("end of digit → next prompt", ours.after_digit, floor.after_digit),
    ]


def against_floor(name: str, ours: list[float], floor: list[float]) -> Figure:
    """A figure of A9.1."""
    spread, least = Spread.of(ours), Spread.of(floor)
    return Figure(
        name=name,
        samples=spread.samples,
        ours=str(spread),
        versus=f"dialplan: {least}",
        ratio=f"+{spread.p99 - least.p99:.1f} ms",
        target=f"p99 ≤ {TARGET_MS:.0f} ms",
        holds=spread.p99 <= TARGET_MS,
    )


async def _call(callers: Line, number: str, heard: _Heard) -> None:
    call, _, answered = await callers.dial(number)
    first = await call.audio.hears(within=SOON, since=answered, what=tone(FIRST))
    heard.first.append(first.at - answered - LEAD_IN)
    heard.after_digit.append(await _press(call, "7", SECOND))
    heard.after_digit.append(await _press(call, "4", THIRD))
    call.hang_up()
    await call.free()


async def _press(call: LineCall, digit: str, hz: float) -> float:
    await asyncio.sleep(random.uniform(0.1, 0.2))
    pressed = await call.audio.press(digit)
    heard = await call.audio.hears(within=SOON, since=pressed, what=tone(hz))
    return heard.at - pressed
