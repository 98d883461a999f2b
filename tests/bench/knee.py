"""A9.3: calls a second until answers come late, against a small ARI program on one Asterisk."""

from __future__ import annotations

import asyncio
import math
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from router import errors
from router.probe.line import Line, line
from tests.bench.figures import Figure, Spread
from tests.bench.processes import processor_seconds
from tests.bench.prompts_heard import LEAD_IN
from tests.bench.stack import CALLERS, Bench

TARGET = 0.8
KNEE = timedelta(milliseconds=100)
PEER = "7005"
FIRST_RATE = 50
LASTS, TALK = 3.0, timedelta(seconds=1)
TRIES = 3
"""What a busy machine spoils may hold another time; nothing holds by luck."""
BREATH = 1.2
PROBE_EVERY = 0.1
SOON = timedelta(seconds=5)


@dataclass(slots=True, kw_only=True)
class _Climber:
    """One of the two, and how far it has come. `lags` and `costs` are by rate, in seconds."""

    number: str
    lead_in: float
    pid: int
    held: int = 0
    missed: int | None = None
    lags: dict[int, list[float]] = field(default_factory=dict)
    costs: dict[int, tuple[float, float]] = field(default_factory=dict)

    def next_rate(self, until: float) -> int | None:
        """Doubling first; then between what held and what did not, until they are close."""
        if self.missed is None:
            return self.held * 2 or FIRST_RATE
        if not self.held or self.missed / self.held <= until:
            return None
        return round(math.sqrt(self.held * self.missed))


async def measure(bench: Bench, *, quick: bool) -> list[Figure]:
    """Each rate is tried on both in turn, so that both see the same machine."""
    async with _peer(bench) as pid, line(bench.sip, host=CALLERS, hz=None, calls=60) as probes:
        ours = _Climber(number=bench.number, lead_in=LEAD_IN, pid=bench.engine.pid)
        peer = _Climber(number=PEER, lead_in=0.0, pid=pid)
        climbing = [ours, peer]
        while climbing:
            for each in list(climbing):
                rate = each.next_rate(1.3 if quick else 1.07)
                if rate is None:
                    climbing.remove(each)
                elif await _holds(bench, probes, each, rate):
                    each.held = rate
                else:
                    each.missed = rate
    ratio = ours.held / peer.held if peer.held else math.inf
    return [
        Figure(
            name="calls/s to the knee (p99 INVITE → 200 < 100 ms)",
            samples=0,
            ours=f"{ours.held}/s",
            versus=f"ARI program: {peer.held}/s",
            ratio=f"{ratio:.2f}",
            target=f"≥ {TARGET}",
            holds=ratio >= TARGET,
        ),
        *_told(ours, peer),
    ]


def _told(ours: _Climber, peer: _Climber) -> list[Figure]:
    """What the knee hides: our dialplan answers before the engine is asked, so what the engine is
    late with shows in the first prompt; and processor time does not depend on who else is busy."""
    figures = []
    for rate in sorted(set(ours.lags) & set(peer.lags)):
        if rate > min(ours.held, peer.held):
            break
        own, other = Spread.of(ours.lags[rate]), Spread.of(peer.lags[rate])
        figures.append(
            Figure(
                name=f"answer → first prompt (beyond the lead-in) at {rate} calls/s",
                samples=own.samples,
                ours=str(own),
                versus=f"ARI program: {other}",
                ratio=f"{own.p50 - other.p50:+.1f} ms",
            )
        )
        own_cost, other_cost = ours.costs[rate], peer.costs[rate]
        figures.append(
            Figure(
                name=f"processor time of a call, program + Asterisk, at {rate} calls/s",
                samples=round(rate * LASTS),
                ours="{:.1f} + {:.1f} ms".format(*(1000 * each for each in own_cost)),
                versus="ARI program: {:.1f} + {:.1f} ms".format(
                    *(1000 * each for each in other_cost)
                ),
                ratio=f"{sum(own_cost) / sum(other_cost):.2f}",
            )
        )
    return figures


async def _holds(bench: Bench, probes: Line, climber: _Climber, rate: int) -> bool:
    for _ in range(TRIES):
        if await _one_try(bench, probes, climber, rate):
            return True
    return False


async def _one_try(bench: Bench, probes: Line, climber: _Climber, rate: int) -> bool:
    heard: list[float] = []
    before = _used(bench, climber)
    probing = asyncio.create_task(_probe(probes, climber, heard))
    try:
        result = await bench.load(
            round(rate * LASTS), rate=rate, talk_for=TALK, number=climber.number
        )
    except errors.LoadFailed:
        return False
    finally:
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)
        await asyncio.sleep(BREATH)
    if result.failed or result.answered_within(0.99) >= KNEE or not heard:
        return False
    calls = result.succeeded + len(heard)
    program, asterisk = _used(bench, climber)
    climber.lags[rate] = heard
    climber.costs[rate] = ((program - before[0]) / calls, (asterisk - before[1]) / calls)
    return True


def _used(bench: Bench, climber: _Climber) -> tuple[float, float]:
    return processor_seconds(climber.pid), processor_seconds(bench.asterisk_pid)


async def _probe(probes: Line, climber: _Climber, heard: list[float]) -> None:
    """Now and then a caller who listens."""
    calling: set[asyncio.Task[None]] = set()

    async def one() -> None:
        call, _, answered = await probes.dial(climber.number)
        first = await call.audio.hears(within=SOON, since=answered)
        heard.append(first.at - answered - climber.lead_in)
        call.hang_up()
        await call.free()

    try:
        while True:
            calling.add(asyncio.create_task(one()))
            await asyncio.sleep(PROBE_EVERY)
    finally:
        await asyncio.gather(*calling, return_exceptions=True)


@asynccontextmanager
async def _peer(bench: Bench) -> AsyncIterator[int]:
    """Its process id, once it has its socket."""
    site = bench.site
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.peer", site.ari_url,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    stdin, stdout = process.stdin, process.stdout
    assert stdin is not None
    assert stdout is not None
    try:
        stdin.write(f"{site.ari_password}\n".encode())
        await asyncio.wait_for(stdout.readline(), SOON.total_seconds())
        yield process.pid
    finally:
        process.kill()
        await process.wait()
