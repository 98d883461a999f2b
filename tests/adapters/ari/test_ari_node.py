"""The ARI adapter against a server that misbehaves: it comes back, and says what is wrong."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from router import errors
from router.adapters.ari.access import Access
from router.adapters.ari.door import AriDoor, ari_door
from router.adapters.ari.node import AriNode
from router.core import commands as c
from router.core import events as e
from router.core.events import Event
from router.core.vocabulary import (
    AgentId,
    CallerKey,
    CallId,
    Device,
    DeviceKind,
    LegId,
    RecordingId,
    Refusal,
)
from router.fence import Fence
from router.ports import BeatReturned
from tests.adapters.ari.ari_server import (
    NODE,
    PASSWORD,
    QUICK,
    AriServer,
    ari_server,
    arrives,
    asterisk_time,
    channel,
    connected,
    never,
    now,
    presses,
    replies,
)
from tests.adapters.telephony_world import Inbox

DESK = Device(kind=DeviceKind.DESK, address="sip:ana@127.0.0.1:6001")


@pytest.fixture
async def server() -> AsyncIterator[AriServer]:
    async with ari_server() as running:
        yield running


@asynccontextmanager
async def running(node: AriNode, inbox: Inbox) -> AsyncIterator[asyncio.Task[None]]:
    """Until the block ends; with the beat written as the runner does."""
    task = asyncio.create_task(node.run(inbox.deliver, seal))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def seal(call: CallId, number: str) -> CallerKey | None:
    return CallerKey("key")


async def is_live(inbox: Inbox, times: int = 1) -> None:
    await inbox.until(lambda: len(inbox.all(e.LegsListed)) >= times)


def hang_up(leg: str = "1.1") -> c.Hangup:
    return c.Hangup(node=NODE, call=CallId("c"), leg=LegId(leg))


# The event socket


async def test_events_during_the_listing_come_after_the_list(server: AriServer) -> None:
    server.listing = asyncio.Event()
    server.channels = [channel("1.1"), channel("2.2")]
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await server.is_asked("GET", "/channels")
        await server.says(presses("1.1", "4"), arrives("2.2"))
        server.listing.set()
        await inbox.gets(e.CallArrived)
        first, *rest = (event for event in inbox.events)
        assert isinstance(first, e.LegsListed)
        # Who arrives during the listing is an arrival, not a stranger.
        assert [leg.leg for leg in first.legs] == ["1.1"]
        assert [type(event) for event in rest] == [e.DigitPressed, e.CallArrived]


async def test_recordings_of_ours_that_have_ended_are_listed(server: AriServer) -> None:
    ended, live = "n1-1.1-e7-m1", "n1-1.2-e7-m1"
    server.recorded = [ended, live, "somebody-elses"]
    server.replies[f"GET /recordings/live/{ended}"] = replies(404)
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        assert inbox.all(e.LegsListed)[0].recordings == (ended,)


async def test_an_asterisk_that_has_never_recorded_anything_is_listed_all_the_same(
    server: AriServer,
) -> None:
    server.replies["GET /recordings/stored"] = replies(500)
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        assert inbox.all(e.LegsListed)[0].recordings == ()


async def test_a_recording_is_fetched_as_it_is(server: AriServer) -> None:
    async def gives(request: web.Request) -> web.Response:
        return web.Response(body=b"RIFF\x00\xff")

    recording = RecordingId("n1-1.1-e7-m1")
    server.replies[f"GET /recordings/stored/{recording}/file"] = gives
    server.replies["GET /recordings/stored/n1-1.1-e7-m2/file"] = replies(404)
    async with connected(server) as node:
        assert await node.fetch(recording) == b"RIFF\x00\xff"
        assert await node.fetch(RecordingId("n1-1.1-e7-m2")) is None
        assert await node.drop(recording) is None
    assert ("DELETE", f"/recordings/stored/{recording}", {}) in server.asked


@pytest.mark.parametrize(
    "garbage",
    ["{", "[]", "null", '"x"', "{}", '{"type": "StasisStart"}', '{"type": "ChannelDestroyed"}'],
)
async def test_malformed_event_costs_nothing_but_itself(server: AriServer, garbage: str) -> None:
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        await server.says(garbage, presses("1.1", "4"))
        assert (await inbox.gets(e.DigitPressed)).digit == "4"
        assert len(server.sockets) == 1


async def test_broken_connection_is_told_and_the_list_comes_again(server: AriServer) -> None:
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        await server.hangs_up()
        await is_live(inbox, times=2)
        kinds = [type(event) for event in inbox.events]
        assert kinds == [e.LegsListed, e.NodeDisconnected, e.LegsListed]
        assert [each.restarted for each in inbox.all(e.LegsListed)] == [True, False]


async def test_connection_that_is_open_but_dead_is_given_up(server: AriServer) -> None:
    server.half_open = True
    inbox = Inbox()
    async with (
        connected(server, pace=replace(QUICK, ping_every=0.05)) as node,
        running(node, inbox),
    ):
        await inbox.gets(e.NodeDisconnected)
        server.half_open = False
        await is_live(inbox, times=2)


async def test_connection_that_lives_but_tells_not_even_our_own_beat_is_given_up(
    server: AriServer,
) -> None:
    inbox = Inbox()
    async with (
        connected(server, pace=replace(QUICK, silent_for=0.2)) as node,
        running(node, inbox),
    ):
        await inbox.gets(e.NodeDisconnected)
        await is_live(inbox, times=2)


async def test_asterisk_that_restarted_is_told_apart_and_gets_its_endpoints_again(
    server: AriServer,
) -> None:
    inbox = Inbox()
    provision = c.ProvisionDevice(node=NODE, call=None, agent=AgentId("ana"), device=DESK)
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        for _ in range(2):
            assert await node.perform(provision) is None
        assert _made(server) == ["aor", "endpoint"]
        await server.restarts()
        await is_live(inbox, times=2)
        assert inbox.all(e.LegsListed)[1].restarted
        assert await node.perform(provision) is None
        assert _made(server) == ["aor", "endpoint"] * 2


def _made(server: AriServer) -> list[str]:
    made = (path for method, path, _ in server.asked if method == "PUT" and "/dynamic/" in path)
    return [path.split("/")[-2] for path in made]


async def test_full_inbox_means_reconnect_and_list(server: AriServer) -> None:
    inbox, full = Inbox(), [True]

    def deliver(item: Event | BeatReturned) -> None:
        if isinstance(item, e.DigitPressed) and full.pop():
            full.append(False)
            raise errors.InboxFull(size=1)
        inbox.deliver(item)

    async with connected(server) as node:
        task = asyncio.create_task(node.run(deliver, seal))
        await is_live(inbox)
        await server.says_last(presses("1.1", "4"))
        await is_live(inbox, times=2)
        await server.says(presses("1.1", "5"))
        assert (await inbox.gets(e.DigitPressed)).digit == "5"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_last_word_of_an_engine_that_woke_is_looked_into(server: AriServer) -> None:
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        said = {"type": "ChannelUserevent", "eventname": "hotline-stood-down.6"}
        await server.says({**said, "timestamp": asterisk_time(now())})
        await is_live(inbox, times=2)


async def test_the_last_word_that_comes_while_all_are_listed_is_looked_into(
    server: AriServer,
) -> None:
    inbox, server.listing = Inbox(), asyncio.Event()
    async with connected(server) as node, running(node, inbox):
        await server.is_asked("GET", "/channels")
        said = {"type": "ChannelUserevent", "eventname": "hotline-stood-down.6"}
        await server.says({**said, "timestamp": asterisk_time(now())})
        server.listing.set()
        await is_live(inbox, times=2)


async def test_engine_that_was_replaced_stands_down(server: AriServer) -> None:
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox) as task:
        await is_live(inbox)
        await server.says_last({"type": "ApplicationReplaced", "application": "hotline"})
        async with asyncio.timeout(5):
            await task
        asked = len(server.asked)
        refusal = await node.perform(hang_up())
        assert refusal is not None
        assert refusal.why is Refusal.REFUSED
        await node.beat(1.0)
        assert len(server.asked) == asked
        assert len(server.sockets) == 1


async def test_password_that_stops_being_right_is_an_alarm_until_it_is_right_again(
    server: AriServer,
) -> None:
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        server.password = "another"
        await server.hangs_up()
        trouble = await inbox.gets(e.TroubleReported)
        assert trouble.text is not None
        assert "ari.password" in trouble.text
        assert PASSWORD not in trouble.text
        server.password = PASSWORD
        await is_live(inbox, times=2)
        await inbox.until(lambda: len(inbox.all(e.TroubleReported)) == 2)
        assert inbox.all(e.TroubleReported)[1].text is None


# The beat and the epoch


async def test_beat_is_the_time_that_asterisk_put_on_the_event(server: AriServer) -> None:
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        await server.is_asked("POST", "/events/user/hotline-beat.1")
        await server.says(beats(1, "00.900"))
        await inbox.until(lambda: bool(inbox.beats))
        await node.beat(inbox.beats[0].stamp)
        assert server.variables["ENGINE_BEAT"] == "1795532400.900"


async def test_beat_does_not_wait_for_requests_that_wait_for_a_prompt(server: AriServer) -> None:
    server.replies["POST /channels/1.1/moh"] = never
    async with connected(server) as node:
        music = c.StartMusic(node=NODE, call=CallId("c"), leg=LegId("1.1"))
        waiting = [asyncio.create_task(node.perform(music)) for _ in range(60)]
        async with asyncio.timeout(1):
            await node.beat(7.0)
        assert server.variables["ENGINE_BEAT"] == "7.000"
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def beats(number: int, at: str) -> dict[str, str]:
    """The engine's own event, come back."""
    return {
        "type": "ChannelUserevent",
        "eventname": f"hotline-beat.{number}",
        "timestamp": f"2026-11-24T15:00:{at}+0000",
    }


async def test_beat_that_lay_unread_in_a_frozen_engine_is_not_written(server: AriServer) -> None:
    clock, inbox = [0.0], Inbox()
    fence = Fence(1, now=lambda: clock[0])
    async with connected(server, fence=fence) as node, running(node, inbox):
        await is_live(inbox)
        await server.is_asked("POST", "/events/user/hotline-beat.1")
        clock[0] = 30.0
        await server.says(beats(1, "00.900"))
        await inbox.until(lambda: bool(inbox.beats))
        await node.beat(inbox.beats[0].stamp)
        assert "ENGINE_BEAT" not in server.variables
        refusal = await node.perform(hang_up())
        assert refusal is not None
        assert "may not act" in refusal.detail


async def test_engine_that_freezes_between_looking_and_writing_spoils_no_other_engines_beat(
    server: AriServer,
) -> None:
    clock, inbox = [0.0], Inbox()
    fence = Fence(1, now=lambda: clock[0])

    class FreezesOnceItHasLooked(dict[str, str]):
        def get(self, name: str, default: str | None = None) -> str:  # type: ignore[override]
            if name == "HOTLINE_EPOCH" and clock[0] < 30:
                clock[0] = 30.0
                self["ENGINE_BEAT"] = "1795532430.000"
            return super().get(name, default or "")

    async with connected(server, fence=fence) as node, running(node, inbox):
        await is_live(inbox)
        await server.is_asked("POST", "/events/user/hotline-beat.1")
        await server.says(beats(1, "00.900"))
        await inbox.until(lambda: bool(inbox.beats))
        server.variables = FreezesOnceItHasLooked(server.variables)
        await node.beat(inbox.beats[0].stamp)
        assert server.variables["ENGINE_BEAT"] == "1795532430.000"
        assert not fence.is_fresh


async def test_written_beat_lets_the_engine_act_from_the_instant_it_was_sent(
    server: AriServer,
) -> None:
    clock, inbox = [0.0], Inbox()
    fence = Fence(1, now=lambda: clock[0])
    async with connected(server, fence=fence) as node, running(node, inbox):
        await is_live(inbox)
        await server.is_asked("POST", "/events/user/hotline-beat.1")
        clock[0] = 2.0
        await server.says(beats(1, "00.900"))
        await inbox.until(lambda: bool(inbox.beats))
        await node.beat(inbox.beats[0].stamp)
        assert server.variables["ENGINE_BEAT"] == "1795532400.900"
        clock[0] = 2.4
        assert await node.perform(hang_up()) is None
        clock[0] = 2.6
        assert await node.perform(hang_up()) is not None


async def test_engine_that_meets_a_newer_token_stands_down_without_taking_the_application(
    server: AriServer,
) -> None:
    server.variables["HOTLINE_EPOCH"] = "8"
    fence = Fence(7)
    async with connected(server, fence=fence) as node, running(node, Inbox()) as task:
        async with asyncio.timeout(5):
            await task
        assert fence.is_shut
        assert not server.sockets
        assert await node.perform(hang_up()) is not None


async def test_beat_that_finds_a_newer_token_is_the_last(server: AriServer) -> None:
    fence = Fence(7)
    async with connected(server, fence=fence) as node:
        server.variables["HOTLINE_EPOCH"] = "8"
        await node.beat(7.0)
        assert fence.is_shut
        assert "ENGINE_BEAT" not in server.variables


async def test_asterisk_that_has_forgotten_the_token_is_told_again(server: AriServer) -> None:
    inbox = Inbox()
    async with connected(server, fence=Fence(7)) as node, running(node, inbox):
        await is_live(inbox)
        assert server.variables["HOTLINE_EPOCH"] == "7"
        await server.restarts()
        await is_live(inbox, times=2)
        assert server.variables["HOTLINE_EPOCH"] == "7"


async def test_where_an_older_engine_has_just_beaten_nothing_is_done_until_that_is_old(
    server: AriServer,
) -> None:
    clock, inbox = [0.0], Inbox()
    server.variables |= {"HOTLINE_EPOCH": "6", "ENGINE_BEAT": f"{now().timestamp():.3f}"}
    fence = Fence(7, now=lambda: clock[0])
    async with connected(server, fence=fence) as node, running(node, inbox):
        await is_live(inbox)
        assert server.variables["HOTLINE_EPOCH"] == "7"
        clock[0] = 2.4
        fence.at(NODE).prove(sent=clock[0])
        assert not fence.at(NODE).acts()
        clock[0] = 2.6
        assert await node.perform(hang_up()) is None


async def test_a_node_that_is_away_from_the_beginning_is_told_as_lost_once() -> None:
    inbox, nobody = Inbox(), AriServer()
    nobody.port = 9  # discard: nobody listens
    async with connected(nobody) as node, running(node, inbox):
        await inbox.gets(e.NodeDisconnected, lambda told: told.node == NODE)
        await inbox.gets(e.TroubleReported, lambda told: told.text is not None)
        assert len(inbox.all(e.NodeDisconnected)) == 1


async def test_a_further_node_by_another_name_is_not_driven(server: AriServer) -> None:
    inbox = Inbox()
    server.named = "n3"
    async with connected(server, system_name="n2") as node, running(node, inbox):
        trouble = await inbox.gets(e.TroubleReported, lambda told: told.text is not None)
        assert trouble.name == "ari:n1"
        assert "`systemname = n2`" in str(trouble.text)
        assert not inbox.all(e.LegsListed)
        server.named = "n2"
        await is_live(inbox)


# Before the engine acts


@asynccontextmanager
async def door_to(server: AriServer, **changes: Any) -> AsyncIterator[AriDoor]:
    async with ari_door(node=NODE, access=server.access(**changes), now=now) as door:
        yield door


@pytest.mark.parametrize(
    ("kept", "beat", "token", "aged"),
    [("", "", 0, False), ("6", "1795532400.900", 6, True), ("x", "soon", 0, False)],
)
async def test_who_stands_by_sees_the_token_and_how_old_the_beat_is(
    server: AriServer, kept: str, beat: str, token: int, aged: bool
) -> None:
    server.variables |= {"HOTLINE_EPOCH": kept, "ENGINE_BEAT": beat}
    server.replies["GET /asterisk/ping"] = replies(
        200, {"timestamp": "2026-11-24T15:00:04.900+0000"}
    )
    async with door_to(server) as door:
        seen = await door.look()
        assert seen is not None
        assert seen.token == token
        assert seen.beat_age == (timedelta(seconds=4) if aged else None)
        assert await door.announce(9)
    assert server.variables["HOTLINE_EPOCH"] == "9"


async def test_who_stands_by_sees_that_an_engine_has_stood_down(server: AriServer) -> None:
    server.replies["GET /asterisk/ping"] = replies(
        200, {"timestamp": "2026-11-24T15:00:04.900+0000"}
    )
    async with door_to(server) as door:
        before = await door.look()
        await door.stand_down(7)
        after = await door.look()
    assert before is not None
    assert after is not None
    assert (before.stood_down, after.stood_down) == (0, 7)
    said = [path for method, path, _ in server.asked if method == "POST"][-1]
    assert said == "/events/user/hotline-stood-down.7"


async def test_an_asterisk_that_is_away_is_not_told_who_stands_down(server: AriServer) -> None:
    server.replies["POST /asterisk/variable"] = replies(503)
    async with door_to(server) as door:
        await door.stand_down(7)
    assert "HOTLINE_STOOD_DOWN" not in server.variables


# Broken surroundings


async def test_wrong_password_is_said_at_once(server: AriServer) -> None:
    async with door_to(server, password="wrong") as door:
        with pytest.raises(errors.AsteriskRefusedLogin, match=r"'hotline'.*ari\.password"):
            await door.look()


async def test_password_that_is_changed_while_an_engine_stands_by_is_waited_for(
    server: AriServer,
) -> None:
    async with door_to(server) as door:
        assert await door.look() is not None
        server.password = "another"
        assert await door.look() is None


async def test_server_that_is_not_asterisk_is_said(server: AriServer) -> None:
    server.replies["GET /asterisk/variable"] = replies(404)
    async with door_to(server, pace=replace(QUICK, starting=0.0)) as door:
        with pytest.raises(errors.NotAsterisk, match=r"HTTP 404.*ari\.url"):
            await door.look()


async def test_asterisk_that_is_not_there_yet_is_waited_for() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with door_to(AriServer(port=port)) as door:
        assert await door.look() is None
        assert not await door.announce(1)


# Requests


async def test_login_is_in_no_address(server: AriServer) -> None:
    inbox = Inbox()
    async with connected(server) as node, running(node, inbox):
        await is_live(inbox)
        assert await node.perform(hang_up()) is None
    assert server.addresses
    assert not any("api_key" in address or "hotline:" in address for address in server.addresses)


async def test_requests_share_their_connections(server: AriServer) -> None:
    async with connected(server) as node:
        for _ in range(20):
            assert await node.perform(hang_up()) is None
    assert len(server.connections) == 1


async def test_request_without_an_answer_has_an_unknown_outcome(server: AriServer) -> None:
    server.replies["DELETE /channels/1.1"] = never
    async with connected(server, timeout=timedelta(seconds=0.1)) as node:
        refusal = await node.perform(hang_up())
    assert refusal is not None
    assert refusal.why is Refusal.UNKNOWN


async def test_server_that_hangs_up_has_an_unknown_outcome(server: AriServer) -> None:
    async def vanish(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    server.replies["POST /channels/1.1/moh"] = vanish
    async with connected(server) as node:
        music = c.StartMusic(node=NODE, call=CallId("c"), leg=LegId("1.1"))
        refusal = await node.perform(music)
    assert refusal is not None
    assert refusal.why is Refusal.UNKNOWN


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (400, Refusal.REFUSED),
        (401, Refusal.REFUSED),
        (404, Refusal.GONE),
        (405, Refusal.REFUSED),
        (409, Refusal.GONE),
        (412, Refusal.REFUSED),
        (413, Refusal.REFUSED),
        (422, Refusal.REFUSED),
        (451, Refusal.REFUSED),
        (500, Refusal.REFUSED),
        (599, Refusal.REFUSED),
    ],
)
async def test_every_status_is_a_value(server: AriServer, status: int, why: Refusal) -> None:
    server.replies["POST /channels/1.1/moh"] = replies(status, {"message": "No"})
    async with connected(server) as node:
        music = c.StartMusic(node=NODE, call=CallId("c"), leg=LegId("1.1"))
        refusal = await node.perform(music)
    assert refusal is not None
    assert refusal.why is why
    assert refusal.detail == f"startMoh: {status} No"


def test_password_is_in_no_representation() -> None:
    access = Access(url="http://x:1", user="hotline", password=PASSWORD)
    assert PASSWORD not in repr(access)
