"""A9.3: calls a second until answers come late, against a small ARI program on the same Asterisk."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from router import errors
from router.standalone.sipp import run_load
from tests.bench.figures import Figure, Spread
from tests.bench.line import Line, line
from tests.bench.prompts_heard import LEAD_IN
from tests.bench.processes import Used
from tests.bench.stack import CALLERS, Bench

TARGET = 0.8
KNEE = timedelta(milliseconds=100)
PEER = "7005"
CALLERS_FROM = "127.0.0.2"
FIRST_RATE, LAST_RATE = 40.0, 640.0
LASTS, TALK = 4.0, timedelta(seconds=1)
BREATH = 1.0
PROBE_EVERY = 0.15
SOON = timedelta(seconds=8)


@dataclass(slots=True, kw_only=True)
class _Climber:
    """One number, and how far it has come. `prompts`: answer → first prompt, at the last rate."""

    name: str
    number: str
    lead_in: float
    held: float = 0.0
    missed: float = LAST_RATE
    prompts: dict[float, list[float]] = field(default_factory=dict)
    used: dict[float, Used] = field(default_factory=dict)


async def measure(bench: Bench, *, quick: bool) -> list[Figure]:
    """Each rate is tried on both, in turn, by SIPp; halving the distance at the end."""
    ours = _Climber(name="hotline", number=bench.number, lead_in=LEAD_IN)
    peer = _Climber(name="peer", number=PEER, lead_in=0.0)
    async with _peer(bench), line(bench.sip, host=CALLERS, hz=None, calls=40) as probes:
        await _climb(bench, probes, (ours, peer), until=1.25 if quick else 1.06)
    ratio = ours.held / peer.held if peer.held else float("inf")
    return [
        Figure(
            name="calls/s to the knee (p99 INVITE → 200 < 100 ms)",
            samples=0,
            ours=f"{ours.held:.0f}/s",
            versus=f"ARI program: {peer.held:.0f}/s",
            ratio=f"{ratio:.2f}",
            target=f"≥ {TARGET}",
            holds=ratio >= TARGET,
        ),
        *_lags(ours, peer),
    ]


def _lags(ours: _Climber, peer: _Climber) -> list[Figure]:
    """Answering costs the engine nothing, so what it is late with shows in the first prompt."""
    figures = []
    for rate in sorted(set(ours.prompts) & set(peer.prompts)):
        if rate > min(ours.held, peer.held):
            break
        own, other = Spread.of(ours.prompts[rate]), Spread.of(peer.prompts[rate])
        figures.append(
            Figure(
                name=f"answer → first prompt at {rate:.0f} calls/s",
                samples=own.samples,
                ours=str(own),
                versus=f"ARI program: {other}",
                ratio=f"{own.p50 - other.p50:+.1f} ms",
            )
        )
    return figures


async def _climb(
    bench: Bench, probes: Line, both: tuple[_Climber, _Climber], *, until: float
) -> None:
    """Doubling first; then between what held and what did not, until they are close."""
    while any(each.missed / max(each.held, 1.0) > until for each in both):
        for each in both:
            if each.missed / max(each.held, 1.0) <= until:
                continue
            rate = _next_rate(each)
            if await _holds(bench, probes, each, rate):
                each.held = rate
                if rate >= LAST_RATE:
                    return
            else:
                each.missed = rate
            if each.missed <= FIRST_RATE:
                return


def _next_rate(climber: _Climber) -> float:
    if not climber.held:
        return FIRST_RATE
    if climber.missed == LAST_RATE:
        return min(climber.held * 2, LAST_RATE)
    return round((climber.held * climber.missed) ** 0.5)


async def _holds(bench: Bench, probes: Line, climber: _Climber, rate: float) -> bool:
    heard = climber.prompts[rate] = []
    probing = asyncio.create_task(_probe(probes, climber, heard))
    used = Used.by(bench)
    host, port = bench.sip
    try:
        result = await run_load(
            bench.prefix,
            target=f"{host}:{port}",
            folder=bench.folder,
            number=climber.number,
            from_ip=CALLERS_FROM,
            rate=rate,
            calls=round(rate * LASTS),
            talk_for=TALK,
        )
    except errors.LoadFailed:
        return False
    finally:
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)
        await asyncio.sleep(BREATH)
        climber.used[rate] = used.since(bench).per(round(rate * LASTS) + len(heard))
    print(
        climber.name,
        rate,
        result.succeeded,
        result.failed,
        dict(result.failures),
        result.retransmissions,
        result.answered_within(0.5),
        result.answered_within(0.99),
        Spread.of(climber.prompts[rate]) if climber.prompts[rate] else None,
        climber.used[rate],
        file=sys.stderr,
    )
    return not result.failed and result.answered_within(0.99) < KNEE


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
async def _peer(bench: Bench) -> AsyncIterator[None]:
    site = bench.site
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.peer", f"http://{site.control_host}:{site.http_port}",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(f"{site.ari_password}\n".encode())
        await asyncio.wait_for(process.stdout.readline(), 5)
        yield
    finally:
        process.kill()
        await process.wait()
