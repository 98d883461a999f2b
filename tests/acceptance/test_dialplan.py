"""Asterisk's own configuration: who is let in, where they go, and what agents' phones may see."""

from __future__ import annotations

import asyncio
import itertools
import math
import re
import time
import wave
from array import array
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import pytest

from router.adapters.ami.access import Access
from router.adapters.ami.restless import COUNTS_FOR
from router.guard.watch import Guard
from router.probe.sip_message import SipMessage
from tests.acceptance.asterisk_server import (
    Ari,
    AsteriskServer,
    ami,
    fixed_desk,
    registering_desk,
)
from tests.acceptance.telephone import Telephone, telephone

CARRIER = "127.0.0.2"
CALLER = "5587654321"
NAME = "Maria Perez"
LINE = "5555335533"
SOONER_THAN_A_FROZEN_ENGINE_IS_LEFT = 2.5


@asynccontextmanager
async def caller(server: AsteriskServer) -> AsyncIterator[Telephone]:
    async with telephone(CALLER, server.sip, host=CARRIER) as phone:
        yield phone


@asynccontextmanager
async def agent_at_desk(ari: Ari, server: AsteriskServer, agent: str) -> AsyncIterator[Telephone]:
    """Logged in, and seen to be there."""
    async with telephone(agent, server.sip) as phone, ami(server, "hotline") as engine:
        await ari.logs_in(agent, fixed_desk(phone.address))
        await engine.acts("PJSIPQualify", Endpoint=agent)
        await engine.event(lambda each: each.get("ContactStatus") == "Reachable")
        assert await ari.state_of(agent) == "online"
        yield phone


# Admission


async def test_caller_reaches_the_engine_while_its_beat_is_fresh(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with ari.application() as engine, caller(asterisk_server) as phone:
        await ari.beats()
        answer = await phone.calls(LINE)
        assert answer.status == 200
        arrival = await engine.arrival()
        assert arrival["args"] == ["caller", LINE]
        channel = arrival["channel"]
        assert channel["caller"]["number"] == CALLER
        assert channel["language"] == "es"
        assert channel["channelvars"]["HOTLINE_ROLE"] == "caller"
        phone.hangs_up(answer)
        await engine.event(lambda each: each["type"] == "StasisEnd")


@pytest.mark.parametrize("age", [5, 3600, -5])
async def test_caller_hears_the_fallback_when_the_beat_is_stale_or_from_the_future(
    asterisk_server: AsteriskServer, ari: Ari, age: int
) -> None:
    async with ari.application(), caller(asterisk_server) as phone:
        await ari.beats(age=age)
        answer = await phone.calls(LINE)
        await phone.hears(within=4)
        phone.hangs_up(answer)


@pytest.mark.parametrize("beat", ["", "abc", "1e9", "0 | 1", "))"])
async def test_caller_hears_the_fallback_when_the_beat_is_no_time_at_all(
    asterisk_server: AsteriskServer, ari: Ari, beat: str
) -> None:
    async with ari.application(), caller(asterisk_server) as phone:
        await ari.writes("ENGINE_BEAT", beat)
        answer = await phone.calls(LINE)
        await phone.hears(within=4)
        phone.hangs_up(answer)


async def test_caller_hears_the_fallback_while_the_engine_dies_again_and_again(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with ari.application(), caller(asterisk_server) as phone:
        await ari.beats()
        await ari.keeps_callers(COUNTS_FOR)
        answer = await phone.calls(LINE)
        await phone.hears(within=SOONER_THAN_A_FROZEN_ENGINE_IS_LEFT)
        phone.hangs_up(answer)


@pytest.mark.parametrize("seconds", [-2, 3600], ids=["over", "from before the clock was set"])
async def test_caller_reaches_the_engine_when_what_the_guard_wrote_counts_no_more(
    asterisk_server: AsteriskServer, ari: Ari, seconds: float
) -> None:
    async with ari.application() as engine, caller(asterisk_server) as phone:
        await ari.beats()
        await ari.keeps_callers(seconds)
        answer = await phone.calls(LINE)
        await engine.arrival()
        phone.hangs_up(answer)
        await engine.event(lambda each: each["type"] == "StasisEnd")


async def test_caller_whom_such_an_engine_asks_for_stays_in_the_fallback(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with ari.application(), caller(asterisk_server) as phone:
        answer = await phone.calls(LINE)
        await phone.hears(within=4)
        (waits,) = await ari.ask("GET", "/channels")
        await ari.beats()
        await ari.keeps_callers(COUNTS_FOR)
        async with ami(asterisk_server, "hotline") as manager:
            await manager.acts("QueueWithdrawCaller", Queue="fallback", Caller=waits["name"])
            await manager.event(lambda each: each.get("Event") == "QueueCallerLeave")
            await manager.event(lambda each: each.get("Event") == "QueueCallerJoin")
        phone.hangs_up(answer)


async def test_caller_hears_the_fallback_when_the_engine_died_with_a_fresh_beat(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with caller(asterisk_server) as phone:
        await ari.beats()
        answer = await phone.calls(LINE)
        await phone.hears(within=4)
        phone.hangs_up(answer)


async def test_caller_whom_the_engine_hands_back_hears_the_fallback(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with ari.application() as engine, caller(asterisk_server) as phone:
        await ari.beats()
        answer = await phone.calls(LINE)
        channel = (await engine.arrival())["channel"]["id"]
        await ari.ask("POST", f"/channels/{channel}/continue")
        await phone.hears(within=4)
        phone.hangs_up(answer)


async def test_caller_in_the_fallback_is_never_in_silence_for_a_second(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with caller(asterisk_server) as phone:
        answer = await phone.calls(LINE)
        first = await phone.hears(within=4)
        await phone.until(lambda: phone.packets[-1].at - first.at > 6)
        loud = [each.at for each in phone.packets if not each.is_silent]
        gaps = [later - earlier for earlier, later in itertools.pairwise(loud)]
        assert max(gaps) < 1
        phone.hangs_up(answer)


async def test_caller_whom_the_fallback_gives_back_hears_music_until_the_engine_says_something(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with caller(asterisk_server) as phone, ari.application() as engine:
        answer = await phone.calls(LINE)
        first = await phone.hears(within=4)
        (waits,) = await ari.ask("GET", "/channels")
        await ari.beats()
        async with ami(asterisk_server, "hotline") as manager:
            await manager.acts("QueueWithdrawCaller", Queue="fallback", Caller=waits["name"])
        await engine.arrival()
        back_at = phone.packets[-1].at
        await phone.until(lambda: phone.packets[-1].at - back_at > 1.5)
        loud = [each.at for each in phone.packets if not each.is_silent and each.at > first.at]
        assert max(later - earlier for earlier, later in itertools.pairwise(loud)) < 1
        assert phone.packets[-1].at - loud[-1] < 1
        phone.hangs_up(answer)


# What comes from outside


@pytest.mark.parametrize(
    ("dialled", "digits"),
    [
        ("+525555335533", "525555335533"),
        ("0000", "0000"),
        ("linea", ""),
        ("5555%24%7BSHELL(id)%7D", "5555"),
        ("55%2C55%26PJSIP%2F99%40trunk", "555599"),
        ("s", ""),
    ],
)
async def test_whatever_a_caller_dials_only_digits_arrive(
    asterisk_server: AsteriskServer, ari: Ari, dialled: str, digits: str
) -> None:
    async with ari.application() as engine, caller(asterisk_server) as phone:
        await ari.beats()
        answer = await phone.calls(dialled)
        assert answer.status == 200
        arrival = await engine.arrival()
        assert arrival["args"] == ["caller", digits]
        phone.hangs_up(answer)
        await engine.event(lambda each: each["type"] == "StasisEnd")


async def test_callers_past_the_cap_are_refused_at_once_and_let_in_again_below_it(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with ari.application() as engine, AsyncExitStack() as phones:
        await ari.beats()
        here = []
        for _ in range(asterisk_server.site.max_calls):
            phone = await phones.enter_async_context(caller(asterisk_server))
            here.append((phone, await phone.calls(LINE)))
        assert {answer.status for _, answer in here} == {200}
        one_more = await phones.enter_async_context(caller(asterisk_server))
        assert (await one_more.calls(LINE)).status == 503
        first, answer = here[0]
        first.hangs_up(answer)
        await engine.event(lambda each: each["type"] == "StasisEnd")
        assert (await one_more.calls(LINE)).status == 200


@pytest.mark.parametrize("name", [CALLER, "trunk", "hotline", "anonymous"])
async def test_call_from_an_unknown_address_is_refused_whatever_name_it_takes(
    asterisk_server: AsteriskServer, ari: Ari, name: str
) -> None:
    async with telephone(name, asterisk_server.sip, host="127.0.0.9") as stranger:
        assert (await stranger.calls(LINE)).status == 401
    assert await ari.ask("GET", "/channels") == []


async def test_caller_who_takes_an_agents_name_stays_a_caller(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        ari.application() as engine,
        agent_at_desk(ari, asterisk_server, "ana"),
        telephone("ana", asterisk_server.sip, host=CARRIER) as impostor,
    ):
        await ari.beats()
        answer = await impostor.calls("*11")
        assert (await engine.arrival())["args"] == ["caller", "11"]
        impostor.hangs_up(answer)


# Agents' phones


async def test_desk_phone_with_a_fixed_address_is_seen_and_rings(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        ari.application() as engine,
        agent_at_desk(ari, asterisk_server, "ana") as desk,
    ):
        await ari.ask(
            "POST",
            "/channels/c-e1-a1",
            params={"endpoint": "PJSIP/ana", "app": "hotline", "callerId": LINE},
        )
        invite = await desk.rings()
        desk.answers(invite)
        await desk.receives(lambda each: each.start.startswith("ACK"))
        assert (await engine.arrival())["channel"]["id"] == "c-e1-a1"


async def test_telephone_is_dialled_at_the_carrier_with_the_hotlines_number(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    host, _, port = asterisk_server.site.carrier.partition(":")
    async with (
        ari.application(),
        telephone("carrier", asterisk_server.sip, host=host, port=int(port)) as carrier,
    ):
        await ari.ask(
            "POST",
            "/channels/c-e1-a2",
            params={"endpoint": "PJSIP/+525512345678@trunk", "app": "hotline"},
        )
        invite = await carrier.rings()
        assert invite.start == f"INVITE sip:+525512345678@{host}:{port} SIP/2.0"
        assert f"<sip:{LINE}@" in invite.header("from")
        carrier.reply(invite, "486 Busy Here")


async def test_desk_phone_that_registers_needs_its_password(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    await ari.logs_in("beto", registering_desk("s3cret"))
    async with telephone("beto", asterisk_server.sip) as liar:
        assert (await liar.registers("guess")).status == 401
    async with ari.application(), telephone("beto", asterisk_server.sip) as desk:
        assert (await desk.registers("s3cret")).status == 200
        await ari.ask("POST", "/channels", params={"endpoint": "PJSIP/beto", "app": "hotline"})
        desk.reply(await desk.rings(), "486 Busy Here")


async def test_short_code_reaches_the_engine_with_the_agent(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        ari.application() as engine,
        agent_at_desk(ari, asterisk_server, "ana") as desk,
    ):
        await ari.beats()
        answer = await desk.calls("*11")
        arrival = await engine.arrival()
        assert arrival["args"] == ["code", "*11"]
        assert arrival["channel"]["channelvars"]["HOTLINE_ROLE"] == "code"
        assert arrival["channel"]["channelvars"]["HOTLINE_AGENT"] == "ana"
        desk.hangs_up(answer)


async def test_short_code_without_an_engine_is_answered_with_a_sorry_and_ends(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with agent_at_desk(ari, asterisk_server, "ana") as desk:
        await desk.calls("*12")
        await desk.hears()
        await desk.receives(lambda each: each.start.startswith("BYE"))


@pytest.mark.parametrize(
    "dialled", ["+525512345678", "911", "*18", "*50", "*50x", "s", "trunk", "beto"]
)
async def test_agents_phone_can_call_nothing_but_short_codes(
    asterisk_server: AsteriskServer, ari: Ari, dialled: str
) -> None:
    async with agent_at_desk(ari, asterisk_server, "ana") as desk:
        await ari.beats()
        # 484: more digits could still make it a code.
        assert (await desk.calls(dialled)).status == (484 if dialled == "*50" else 404)


async def test_desk_phone_known_by_its_address_is_refused_from_another(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        agent_at_desk(ari, asterisk_server, "ana"),
        telephone("ana", asterisk_server.sip, host="127.0.0.9") as impostor,
    ):
        assert (await impostor.calls("*11")).status in (401, 403)


# The fallback queue


def carries_nothing_of_the_caller(invite: SipMessage) -> bool:
    return CALLER not in invite.raw and "Maria" not in invite.raw


async def test_agent_in_the_fallback_is_rung_at_once_and_sees_only_the_hotlines_number(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        agent_at_desk(ari, asterisk_server, "ana") as desk,
        ami(asterisk_server, "hotline") as engine,
        caller(asterisk_server) as phone,
    ):
        added = await engine.acts("QueueAdd", Queue="fallback", Interface="PJSIP/ana")
        assert added["Response"] == "Success", added
        identity = f'"{NAME}" <sip:{CALLER}@carrier.example>'
        answer = await phone.calls(
            LINE,
            {
                "From": f"{identity};tag=1",
                "P-Asserted-Identity": identity,
                "Remote-Party-ID": f"{identity};party=calling;privacy=off",
                "Diversion": identity,
            },
        )
        invite = await desk.rings(within=4)
        assert carries_nothing_of_the_caller(invite)
        assert f"<sip:{LINE}@" in invite.header("from")
        await phone.hears(within=1)
        desk.answers(invite)
        await desk.receives(lambda each: each.start.startswith("ACK"))

        phone.packets.clear()
        await desk.is_heard_by(phone, invite)
        assert all(carries_nothing_of_the_caller(each) for each in desk.messages)
        await engine.acts("QueueRemove", Queue="fallback", Interface="PJSIP/ana")
        phone.hangs_up(answer)
        await desk.receives(lambda each: each.start.startswith("BYE"))


async def test_whoever_reached_us_first_is_first_in_the_fallback_however_late_they_come_to_it(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        ari.application() as application,
        ami(asterisk_server, "hotline") as engine,
        caller(asterisk_server) as first,
        caller(asterisk_server) as later,
    ):
        await ari.beats()
        one = await first.calls(LINE)
        channel = (await application.arrival())["channel"]["id"]
        came = {"variable": "HOTLINE_CAME", "value": str(int(time.time()) - 5)}
        await ari.ask("POST", f"/channels/{channel}/variable", params=came)
        await ari.beats(age=60)
        other = await later.calls(LINE)
        await later.hears(within=4)
        where = {"context": "fallback", "extension": "s", "priority": "1"}
        await ari.ask("POST", f"/channels/{channel}/continue", params=where)
        await first.hears(within=4)
        await engine.acts("QueueStatus", Queue="fallback")
        entries = [
            await engine.event(lambda each: each.get("Event") == "QueueEntry") for _ in range(2)
        ]
        assert {each["Uniqueid"]: each["Position"] for each in entries}[channel] == "1"
        first.hangs_up(one)
        later.hangs_up(other)


@asynccontextmanager
async def guarded(server: AsteriskServer) -> AsyncIterator[None]:
    """Its beat is stale: no engine lives."""
    site = server.site
    access = Access(
        host=site.control_host,
        port=site.ami_port,
        user="guard",
        password=site.ami_guard_password,
    )
    watching = asyncio.create_task(Guard(access).run())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_caller_whose_fallback_agents_line_breaks_waits_again_with_music(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        guarded(asterisk_server),
        agent_at_desk(ari, asterisk_server, "ana") as desk,
        ami(asterisk_server, "hotline") as engine,
        caller(asterisk_server) as phone,
    ):
        await engine.acts("QueueAdd", Queue="fallback", Interface="PJSIP/ana")
        answer = await phone.calls(LINE)
        invite = await desk.rings(within=4)
        desk.answers(invite)
        await desk.receives(lambda each: each.start.startswith("ACK"))
        await engine.acts("QueueRemove", Queue="fallback", Interface="PJSIP/ana")
        # No packet comes from the agent: the guard gives their line up, and only theirs.
        await desk.receives(lambda each: each.start.startswith("BYE"))
        phone.packets.clear()
        await phone.hears(within=4)
        assert not any(each.start.startswith("BYE") for each in phone.messages)
        phone.hangs_up(answer)


async def test_agents_who_join_the_fallback_later_are_rung_within_four_seconds(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        agent_at_desk(ari, asterisk_server, "ana") as desk,
        ami(asterisk_server, "hotline") as engine,
        caller(asterisk_server) as phone,
    ):
        answer = await phone.calls(LINE)
        await phone.hears(within=4)
        await engine.acts("QueueAdd", Queue="fallback", Interface="PJSIP/ana")
        desk.reply(await desk.rings(within=4), "486 Busy Here")
        await engine.acts("QueueRemove", Queue="fallback", Interface="PJSIP/ana")
        phone.hangs_up(answer)


async def test_agent_who_talks_for_the_engine_is_not_rung_by_the_fallback(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        ari.application() as application,
        agent_at_desk(ari, asterisk_server, "ana") as talking,
        agent_at_desk(ari, asterisk_server, "beto") as free,
        ami(asterisk_server, "hotline") as engine,
        caller(asterisk_server) as phone,
    ):
        await engine.acts("QueueAdd", Queue="fallback", Interface="PJSIP/ana")
        await ari.ask("POST", "/channels", params={"endpoint": "PJSIP/ana", "app": "hotline"})
        invite = await talking.rings()
        talking.answers(invite)
        await application.arrival()
        # Penalty 1: were ana thought free, she would be rung first.
        await engine.acts("QueueAdd", Queue="fallback", Interface="PJSIP/beto", Penalty="1")
        answer = await phone.calls(LINE)
        free.reply(await free.rings(within=4), "486 Busy Here")
        assert [each for each in talking.messages if each.start.startswith("INVITE")] == [invite]
        for agent in ("ana", "beto"):
            await engine.acts("QueueRemove", Queue="fallback", Interface=f"PJSIP/{agent}")
        phone.hangs_up(answer)


async def test_caller_in_the_fallback_hears_the_apology_before_the_music(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    falla = asterisk_server.folder / "sounds/es/hotline/falla.wav"
    falla.parent.mkdir(exist_ok=True)
    loud = array("h", (round(16000 * math.sin(tick * math.pi / 4)) for tick in range(8000)))
    with wave.open(str(falla), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(loud.tobytes())
    try:
        async with caller(asterisk_server) as phone:
            answer = await phone.calls(LINE)
            apology = await phone.hears(within=1)
            assert apology.loudness > 8000
            await phone.until(lambda: 500 < phone.packets[-1].loudness < 8000)
            assert 0.8 < phone.packets[-1].at - apology.at < 1.5
            phone.hangs_up(answer)
    finally:
        falla.unlink()


# Rights


@pytest.mark.parametrize(
    ("user", "action", "fields"),
    [
        ("hotline", "Command", {"Command": "core show version"}),
        ("hotline", "Originate", {"Channel": "PJSIP/trunk", "Application": "Echo"}),
        (
            "hotline",
            "UpdateConfig",
            {"SrcFilename": "pjsip.conf", "DstFilename": "pjsip.conf"},
        ),
        ("guard", "QueueAdd", {"Queue": "fallback", "Interface": "PJSIP/x"}),
        ("guard", "Command", {"Command": "core show version"}),
        ("guard", "Originate", {"Channel": "PJSIP/trunk", "Application": "Echo"}),
    ],
)
async def test_manager_user_may_not_do_what_it_does_not_need(
    asterisk_server: AsteriskServer, user: str, action: str, fields: dict[str, str]
) -> None:
    async with ami(asterisk_server, user) as connection:
        answer = await connection.acts(action, **fields)
    assert (answer["Response"], answer["Message"]) == ("Error", "Permission denied")


async def test_read_only_user_reads_and_changes_nothing(asterisk_server: AsteriskServer) -> None:
    site = asterisk_server.site
    login = {"Authorization": aiohttp.encode_basic_auth("hotline-read", site.ari_read_password)}
    base = f"http://{site.control_host}:{site.http_port}/ari"
    async with aiohttp.ClientSession(headers=login) as http:
        async with http.get(f"{base}/channels") as answer:
            assert answer.status == 200
        beat = {"variable": "ENGINE_BEAT", "value": "1"}
        async with http.post(f"{base}/asterisk/variable", params=beat) as answer:
            assert answer.status == 403


async def test_engines_manager_learns_of_phones_and_nothing_of_numbers(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with (
        ami(asterisk_server, "hotline") as engine,
        caller(asterisk_server) as phone,
    ):
        answer = await phone.calls(LINE)
        phone.hangs_up(answer)
        async with agent_at_desk(ari, asterisk_server, "ana"):
            await engine.event(
                lambda each: (
                    each.get("Event") == "ContactStatus"
                    and each.get("ContactStatus") == "Reachable"
                )
            )
        assert CALLER not in str(engine.events)


# Logs


async def test_no_number_and_no_digit_is_ever_written_down(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    async with telephone(CALLER, asterisk_server.sip, host="127.0.0.9") as stranger:
        await stranger.calls("5512121212")
    async with caller(asterisk_server) as phone:
        answer = await phone.calls("5512121212")
        await phone.hears(within=4)
        phone.hangs_up(answer)
        await phone.receives(lambda each: each.is_final and each.method == "BYE")
    assert not re.search(f"{CALLER}|5512121212", asterisk_server.logged)
    written = {each.name for each in (asterisk_server.folder / "asterisk/log").rglob("*")}
    assert written == {"messages.log", "console.log"}
