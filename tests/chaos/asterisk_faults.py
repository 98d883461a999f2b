"""Harm done to Asterisk: killed, reloaded under load, flooded."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import time
from collections.abc import Sequence, Set
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from router.core.records import CallFinished
from router.core.vocabulary import EndedBy
from router.probe.line import line
from router.standalone.asterisk import CONFIGURATION
from router.standalone.sipp import LoadResult, run_load
from tests.acceptance.people import CALLERS_ADDRESS, MAIN_LINE
from tests.chaos.agents import hears_somebody
from tests.chaos.engine_faults import untouched
from tests.chaos.rows import Harm, Row, when

RESTARTED_WITHIN = 5.0
LISTED_WITHIN = 30.0
ANSWERED_WITHIN = timedelta(seconds=1)
DIGITS_A_SECOND = 50
"""A telephone sends sound between its keys: two of them come to this."""
GARBAGE_A_SECOND = 200
TIMES_THE_CAP = 10


async def killed(harm: Harm) -> None:
    os.kill(harm.hotline.stack["asterisk_pid"], signal.SIGKILL)


async def calls_told_as_lost(harm: Harm) -> Sequence[str]:
    """And whoever dials now is served."""
    wrong = []
    for each in harm.scene.on_the_line:
        over = await each.caller.first(CallFinished, within=20)
        if over.by is not EndedBy.LOST:
            wrong.append(f"{each.stage}: ended by {over.by}, not lost")
    calls = {str(each.caller.call) for each in harm.scene.on_the_line}
    try:
        await when(lambda: _are_listed(harm, calls), within=LISTED_WITHIN)
    except TimeoutError:
        wrong.append("`hotline calls --lost` does not list all of them")
    harm.remarks.append(f"{len(calls)} calls told as lost, for a person to decide on calling back")
    for each in harm.scene.on_the_line:
        each.lost_to_physics = True
    await harm.scene.shift.logs_in("olga")
    await harm.scene.dials("dials again", "espera")
    if not await hears_somebody(harm.scene, "dials again", within=30):
        wrong.append("who dials again reaches nobody")
    return wrong


async def _are_listed(harm: Harm, calls: Set[str]) -> bool:
    """The journal is written behind."""
    told = await harm.hotline.runs("calls", "--lost", "--json")
    return calls <= {each["call"] for each in told.json["lost"] if each["lost"]}


async def reloaded_under_load(harm: Harm) -> None:
    rounds, pause = (2, 3) if harm.short else (3, 10)
    loading = asyncio.create_task(_load(harm, rate=3, calls=3 * rounds * pause))
    for _ in range(rounds):
        process = await asyncio.create_subprocess_exec(
            *harm.house.stack.prefix.command("asterisk", "-C", CONFIGURATION, "-rx", "core reload"),
            cwd=harm.hotline.folder / "asterisk",
            env=harm.house.stack.prefix.environment(),
            stdout=asyncio.subprocess.DEVNULL,
        )
        await process.wait()
        await asyncio.sleep(pause)
    _tell(harm, await loading)


async def flooded(harm: Harm) -> None:
    """SIP that is none, keys without end, and ten times the callers that there is room for."""
    lasts = 8.0 if harm.short else 20.0
    calls = TIMES_THE_CAP * harm.house.site.max_calls
    load, _, one, other = await asyncio.gather(
        _load(harm, rate=calls / lasts, calls=calls),
        _sip_garbage(harm, lasts),
        _keys(harm, lasts, 1),
        _keys(harm, lasts, 2),
    )
    harm.remarks.append(f"{(one + other) / lasts:.0f} keys a second")
    _tell(harm, load)
    if not load.failed:
        harm.remarks.append("UNLIKE: nobody was refused")


async def _load(harm: Harm, *, rate: float, calls: int) -> LoadResult:
    site = harm.house.site
    with TemporaryDirectory(dir=harm.house.flows.parent) as folder:
        return await run_load(
            harm.house.stack.prefix,
            target=f"{site.sip_host}:{site.sip_port}",
            folder=Path(folder),
            rate=rate,
            calls=calls,
            talk_for=timedelta(seconds=2),
        )


def _tell(harm: Harm, load: LoadResult) -> None:
    p99 = load.answered_within(0.99)
    harm.remarks.append(
        f"{load.succeeded} calls besides, answered in {p99 / timedelta(milliseconds=1):.0f} ms "
        f"(p99), {load.failed} refused"
    )
    if p99 > ANSWERED_WITHIN:
        harm.remarks.append("UNLIKE: answered late")


async def _sip_garbage(harm: Harm, lasts: float) -> None:
    """From the carrier's own address: bytes, and requests with holes in them."""
    chance, site = random.Random(3), harm.house.site
    whole = (
        f"INVITE sip:{MAIN_LINE}@{site.sip_host} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.2:5999;"
        "branch=z9hG4bKx\r\nFrom: <sip:x@127.0.0.2>;tag=1\r\nTo: <sip:x@x>\r\nCall-ID: garbage\r\n"
        "CSeq: 1 INVITE\r\nContent-Type: application/sdp\r\nContent-Length: 99999\r\n\r\nv=0\r\n"
    ).encode()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((CALLERS_ADDRESS, 0))
        until = time.monotonic() + lasts
        while time.monotonic() < until:
            spoilt = bytearray(whole)
            for _ in range(chance.randrange(1, 30)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            garbage = chance.choice((bytes(spoilt), chance.randbytes(300), whole[:90]))
            sender.sendto(garbage, (site.sip_host, site.sip_port))
            await asyncio.sleep(1 / GARBAGE_A_SECOND)


async def _keys(harm: Harm, lasts: float, seed: int) -> int:
    """How many were pressed."""
    chance = random.Random(seed)
    site = harm.house.site
    async with line(
        (site.sip_host, site.sip_port), host=CALLERS_ADDRESS, hz=None, calls=1
    ) as callers:
        call, _, _ = await callers.dial(MAIN_LINE)
        until, pressed = time.monotonic() + lasts, 0
        while time.monotonic() < until:
            await call.audio.press(
                chance.choice("23456789*#"), lasts=timedelta(seconds=1 / DIGITS_A_SECOND)
            )
            pressed += 1
        call.hang_up()
        await call.free()
        return pressed


async def as_expected(harm: Harm) -> Sequence[str]:
    return [
        *(remark for remark in harm.remarks if remark.startswith("UNLIKE")),
        *await untouched(harm),
    ]


ROWS = (
    Row(
        name="reload",
        fault="reload under load",
        how="core reload every 10 s",
        must_hold="I",
        strike=reloaded_under_load,
        recovers_within=3.0,
        judge=as_expected,
    ),
    Row(
        name="flood",
        fault="SIP garbage, DTMF flood, 10x calls",
        how=f"{GARBAGE_A_SECOND} datagrams/s, {DIGITS_A_SECOND} keys/s, SIPp",
        must_hold="bounded queues; answer p99 <= 1 s; 503 past the cap",
        strike=flooded,
        recovers_within=3.0,
        judge=as_expected,
        newcomer=False,
    ),
    Row(
        name="asterisk-killed",
        fault="Asterisk crash",
        how="kill -9",
        must_hold="restart <= 5 s; calls told as lost; who dials again is served",
        strike=killed,
        recovers_within=RESTARTED_WITHIN,
        judge=calls_told_as_lost,
        newcomer=False,
        physics="A call ends with the Asterisk that has it: these must be told as lost.",
    ),
)
