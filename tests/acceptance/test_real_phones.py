"""Real phones on a real Asterisk, without an engine: what they rely on when an engine is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from router.standalone.phone_events import (
    Cancelled,
    Closed,
    Established,
    Registered,
    RegistrationRefused,
)
from router.standalone.phones import Phone
from router.standalone.sipp import run_load
from router.standalone.tone import heard, longest_silence, sounds
from tests.acceptance.asterisk_server import (
    Ami,
    Ari,
    AsteriskServer,
    ami,
    fixed_desk,
    registering_desk,
)

SOON = timedelta(seconds=5)
LINE = "5555335533"
CALLER = "5587654321"
# The caller's silence may last that long anywhere: lead-in, and the change from music to agent.
SHORT = timedelta(seconds=0.5)


@asynccontextmanager
async def agent_in_fallback(
    ari: Ari, server: AsteriskServer, manager: Ami, folder: Path
) -> AsyncIterator[Phone]:
    async with Phone.start(
        server.prefix, name="ana", folder=folder, address="127.0.0.1", tone_hz=523
    ) as phone:
        await ari.logs_in("ana", fixed_desk(phone.uri))
        await seen_online(ari, "ana")
        await manager.acts("QueueAdd", Queue="fallback", Interface="PJSIP/ana")
        yield phone
        await manager.acts("QueueRemove", Queue="fallback", Interface="PJSIP/ana")


async def seen_online(ari: Ari, agent: str) -> None:
    async with asyncio.timeout(5):
        # Polled, because without an engine nobody subscribes to what Asterisk would tell.
        while await ari.state_of(agent) != "online":  # noqa: ASYNC110
            await asyncio.sleep(0.02)


def line(server: AsteriskServer) -> str:
    host, port = server.sip
    return f"sip:{LINE}@{host}:{port}"


async def test_desk_phone_registers_with_its_password_and_with_no_other(
    asterisk_server: AsteriskServer, ari: Ari, tmp_path: Path
) -> None:
    await ari.logs_in("luz", registering_desk("right"))
    host, port = asterisk_server.sip
    async with Phone.start(
        asterisk_server.prefix,
        name="luz",
        folder=tmp_path,
        registrar=f"{host}:{port}",
        password="right",
    ) as phone:
        await phone.wait_for(Registered, within=SOON)
        await seen_online(ari, "luz")
    async with Phone.start(
        asterisk_server.prefix,
        name="luz",
        folder=tmp_path,
        registrar=f"{host}:{port}",
        password="wrong",
    ) as phone:
        refusal = await phone.wait_for(RegistrationRefused, within=SOON)
        assert refusal.reason.startswith("401")


async def test_caller_hears_music_then_the_agent_and_the_agent_hears_the_caller(
    asterisk_server: AsteriskServer, ari: Ari, tmp_path: Path
) -> None:
    async with (
        ami(asterisk_server, "hotline") as manager,
        agent_in_fallback(ari, asterisk_server, manager, tmp_path) as ana,
        Phone.start(
            asterisk_server.prefix, name=CALLER, folder=tmp_path, address="127.0.0.2"
        ) as caller,
    ):
        await caller.dial(line(asterisk_server))
        up = await caller.wait_for(Established, within=SOON)
        call = await ana.incoming(within=SOON)
        assert CALLER not in str(call.headers)
        await caller.hears(within=SOON)
        talking = await ana.accept()
        await caller.hears(523, within=SOON)
        await ana.hears(440, within=SOON)
        until = caller.recording().end
        while caller.recording().end < until + 1:
            await caller.more_to_hear()
        await caller.hang_up()
        over = await ana.wait_for(Closed, within=SOON)

        assert longest_silence(caller.recording()) < SHORT
        assert sounds(caller.recording().between(up.at, talking.at))
        for phone, hz in ((caller, 523), (ana, 440)):
            (span,) = heard(phone.recording(), hz)
            assert span.start - talking.at < 0.3
            assert over.at - span.end < 0.3


async def test_agents_phone_stops_ringing_when_the_caller_hangs_up(
    asterisk_server: AsteriskServer, ari: Ari, tmp_path: Path
) -> None:
    async with (
        ami(asterisk_server, "hotline") as manager,
        agent_in_fallback(ari, asterisk_server, manager, tmp_path) as ana,
        Phone.start(
            asterisk_server.prefix, name=CALLER, folder=tmp_path, address="127.0.0.2"
        ) as caller,
    ):
        await caller.dial(line(asterisk_server))
        await ana.incoming(within=SOON)
        await caller.hang_up()
        closed = await caller.wait_for(Closed, within=SOON)
        stopped = await ana.wait_for(Cancelled, within=SOON)
        assert stopped.at - closed.at < 0.5


async def test_digits_that_a_caller_presses_reach_the_engine(
    asterisk_server: AsteriskServer, ari: Ari, tmp_path: Path
) -> None:
    async with (
        ari.application() as engine,
        Phone.start(
            asterisk_server.prefix, name=CALLER, folder=tmp_path, address="127.0.0.2"
        ) as caller,
    ):
        await ari.beats()
        await caller.dial(line(asterisk_server))
        await engine.arrival()
        await caller.press("1*")
        for digit in "1*":
            pressed = await engine.event(lambda event: event["type"] == "ChannelDtmfReceived")
            assert pressed["digit"] == digit


async def test_twenty_callers_a_second_are_all_answered(
    asterisk_server: AsteriskServer, tmp_path: Path
) -> None:
    host, port = asterisk_server.sip
    result = await run_load(
        asterisk_server.prefix,
        target=f"{host}:{port}",
        folder=tmp_path,
        rate=20,
        calls=20,
        talk_for=timedelta(seconds=0.5),
        with_tone=True,
    )
    assert (result.succeeded, result.failed) == (20, 0)
    assert result.answered_within(0.99) < timedelta(seconds=0.5)
