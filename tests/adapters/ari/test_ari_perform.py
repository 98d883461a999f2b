"""Commands as requests: what is sent, and what a repeated or lost one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web

from router.core import commands as c
from router.core.vocabulary import (
    AgentId,
    BridgeId,
    CallId,
    Device,
    DeviceKind,
    Language,
    LegId,
    OfferId,
    PlaybackId,
    PromptId,
    QueueName,
    Refusal,
)
from tests.adapters.ari.ari_server import NODE, AriServer, ari_server, connected, never, replies

NUMBER = "+525500000002"
ANA = AgentId("ana")
CALL = CallId("n1-1.1")
LEG = LegId("n1-1.1-e7-a1")
DIAL = c.Dial(
    node=NODE,
    call=CALL,
    leg=LEG,
    offer=OfferId("n1-1.1-e7-o1"),
    agent=ANA,
    device=Device(kind=DeviceKind.PHONE, number=NUMBER),
    epoch=7,
    ring_for=timedelta(seconds=7.5),
    queue=QueueName("crisis"),
)
BRIDGE = c.Bridge(node=NODE, call=CALL, bridge=BridgeId("n1-1.1-e7-b1"), legs=(LegId("1.1"), LEG))
OPEN = c.OpenBridge(node=NODE, call=CALL, bridge=BRIDGE.bridge)
QUICK = timedelta(seconds=0.1)


@pytest.fixture
async def server() -> AsyncIterator[AriServer]:
    async with ari_server() as running:
        yield running


async def test_dial_carries_the_intent_and_the_hotlines_number_only(server: AriServer) -> None:
    async with connected(server) as node:
        assert await node.perform(DIAL) is None
    assert server.asked == [
        (
            "POST",
            f"/channels/{LEG}",
            {
                "endpoint": f"PJSIP/{NUMBER}@trunk",
                "app": "hotline",
                "appArgs": "agent",
                "callerId": "5555335533",
                "timeout": "18",
            },
        )
    ]
    (body,) = server.bodies
    assert body["variables"].items() >= {
        ("HOTLINE_ROLE", "agent"),
        ("HOTLINE_CALL", CALL),
        ("HOTLINE_OFFER", DIAL.offer),
        ("HOTLINE_AGENT", "ana"),
        ("HOTLINE_EPOCH", "7"),
    }
    assert NUMBER not in str(body)


async def test_dial_of_a_leg_that_exists_is_done(server: AriServer) -> None:
    server.replies[f"POST /channels/{LEG}"] = replies(409, {"message": "already exists"})
    async with connected(server) as node:
        assert await node.perform(DIAL) is None


async def test_dial_without_an_answer_is_done_if_the_leg_is_there(server: AriServer) -> None:
    server.replies[f"POST /channels/{LEG}"] = never
    server.replies[f"GET /channels/{LEG}"] = replies(200, {"id": LEG})
    async with connected(server, timeout=QUICK) as node:
        assert await node.perform(DIAL) is None


async def test_dial_without_an_answer_and_without_a_leg_is_unknown_and_tells_no_number(
    server: AriServer,
) -> None:
    server.replies[f"POST /channels/{LEG}"] = never
    server.replies[f"GET /channels/{LEG}"] = replies(404, {"message": "Channel not found"})
    async with connected(server, timeout=QUICK) as node:
        refusal = await node.perform(DIAL)
    assert refusal is not None
    assert refusal.why is Refusal.UNKNOWN
    assert "5500000002" not in refusal.detail


async def test_prompts_of_one_playback_are_one_request(server: AriServer) -> None:
    play = c.Play(
        node=NODE,
        call=CALL,
        leg=LegId("1.1"),
        playback=PlaybackId("n1-1.1-e7-p1"),
        prompts=(PromptId("saludo"), PromptId("menu")),
        language=Language("es"),
    )
    async with connected(server) as node:
        assert await node.perform(play) is None
    (asked,) = server.asked
    assert asked == (
        "POST",
        "/channels/1.1/play/n1-1.1-e7-p1",
        {"media": "sound:hotline/saludo,sound:hotline/menu", "lang": "es"},
    )


@pytest.mark.parametrize(
    ("after", "silence"),
    [(3.3, "silence/4"), (4, "silence/4"), (12, "silence/10,sound:silence/2")],
)
async def test_silence_comes_before_what_is_asked_again(
    server: AriServer, after: float, silence: str
) -> None:
    asks = c.AskAgain(
        node=NODE,
        call=CALL,
        leg=LegId("1.1"),
        playback=PlaybackId("n1-1.1-e7-p2"),
        after=timedelta(seconds=after),
        prompts=(PromptId("menu"),),
        language=Language("es"),
    )
    async with connected(server) as node:
        assert await node.perform(asks) is None
    (asked,) = server.asked
    assert asked[2] == {"media": f"sound:{silence},sound:hotline/menu", "lang": "es"}


async def test_bridge_keeps_its_key_presses_and_takes_both_legs_at_once(server: AriServer) -> None:
    async with connected(server) as node:
        assert await node.perform(OPEN) is None
        assert await node.perform(BRIDGE) is None
    made, put_in = server.asked
    assert made[2]["type"] == "mixing,dtmf_events"
    assert put_in == ("POST", f"/bridges/{BRIDGE.bridge}/addChannel", {"channel": f"1.1,{LEG}"})


async def test_bridge_that_is_open_already_is_as_wanted(server: AriServer) -> None:
    server.replies[f"POST /bridges/{BRIDGE.bridge}"] = replies(409, {"message": "exists"})
    async with connected(server) as node:
        assert await node.perform(OPEN) is None


async def test_bridge_that_is_not_open_is_opened_and_filled(server: AriServer) -> None:
    async def is_open(request: web.Request) -> web.Response:
        opened = ("POST", f"/bridges/{BRIDGE.bridge}") in [asked[:2] for asked in server.asked]
        return web.Response(status=204 if opened else 404)

    server.replies[f"POST /bridges/{BRIDGE.bridge}/addChannel"] = is_open
    async with connected(server) as node:
        assert await node.perform(BRIDGE) is None
    assert [asked[1].split("/")[-1] for asked in server.asked] == [
        "addChannel",
        BRIDGE.bridge,
        "addChannel",
    ]


async def test_bridge_that_cannot_be_filled_is_removed(server: AriServer) -> None:
    add = f"POST /bridges/{BRIDGE.bridge}/addChannel"
    server.replies[add] = replies(400, {"message": "Channel not found"})
    async with connected(server) as node:
        refusal = await node.perform(BRIDGE)
    assert refusal is not None
    assert refusal.why is Refusal.GONE
    assert server.asked[-1][:2] == ("DELETE", f"/bridges/{BRIDGE.bridge}")


@pytest.mark.parametrize("status", [204, 400, 404, 409, 422])
async def test_whoever_stays_is_out_of_the_bridge_before_it_is_destroyed(
    server: AriServer, status: int
) -> None:
    take_out = f"/bridges/{BRIDGE.bridge}/removeChannel"
    server.replies[f"POST {take_out}"] = replies(status, {"message": "as it may be"})
    remove = c.RemoveBridge(node=NODE, call=CALL, bridge=BRIDGE.bridge, legs=(LegId("1.1"),))
    async with connected(server) as node:
        assert await node.perform(remove) is None
    assert server.asked == [
        ("POST", take_out, {"channel": "1.1"}),
        ("DELETE", f"/bridges/{BRIDGE.bridge}", {}),
    ]


async def test_whoever_stays_is_taken_out_until_asterisk_answers(server: AriServer) -> None:
    take_out = f"/bridges/{BRIDGE.bridge}/removeChannel"
    server.replies[f"POST {take_out}"] = never
    remove = c.RemoveBridge(node=NODE, call=CALL, bridge=BRIDGE.bridge, legs=(LegId("1.1"),))
    async with connected(server, timeout=QUICK) as node:
        assert await node.perform(remove) is None
    assert [asked[0] for asked in server.asked] == ["POST", "POST", "POST", "DELETE"]


async def test_two_who_talk_are_not_parted_because_the_answer_is_lost(server: AriServer) -> None:
    server.replies[f"POST /bridges/{BRIDGE.bridge}/addChannel"] = never
    there = {"channels": [LEG, "1.1"]}
    server.replies[f"GET /bridges/{BRIDGE.bridge}"] = replies(200, there)
    async with connected(server, timeout=QUICK) as node:
        assert await node.perform(BRIDGE) is None
    assert not [asked for asked in server.asked if asked[0] == "DELETE"]


async def test_who_could_not_be_seen_in_a_bridge_is_not_left_alone_in_it(
    server: AriServer,
) -> None:
    server.replies[f"POST /bridges/{BRIDGE.bridge}/addChannel"] = never
    server.replies[f"GET /bridges/{BRIDGE.bridge}"] = replies(200, {"channels": ["1.1"]})
    async with connected(server, timeout=QUICK) as node:
        refusal = await node.perform(BRIDGE)
    assert refusal is not None
    assert refusal.why is Refusal.UNKNOWN
    assert server.asked[-1][:2] == ("DELETE", f"/bridges/{BRIDGE.bridge}")


async def test_withdrawn_telephone_shows_no_missed_call(server: AriServer) -> None:
    for elsewhere in (True, False):
        withdraw = c.Hangup(node=NODE, call=CALL, leg=LEG, answered_elsewhere=elsewhere)
        async with connected(server) as node:
            assert await node.perform(withdraw) is None
    assert [asked[2]["reason_code"] for asked in server.asked] == ["26", "16"]


@pytest.mark.parametrize(("where", "ends"), [("Stasis", True), ("Queue", False)])
async def test_caller_is_hung_up_only_where_no_dialplan_has_them(
    server: AriServer, where: str, ends: bool
) -> None:
    leg = LegId("1.1")
    found = {"id": leg, "dialplan": {"app_name": where}}
    server.replies[f"GET /channels/{leg}"] = replies(200, found)
    async with connected(server) as node:
        refusal = await node.perform(c.Hangup(node=NODE, call=CALL, leg=leg, only_here=True))
    assert (refusal is None) is ends
    assert any(asked[0] == "DELETE" for asked in server.asked) is ends


async def test_desk_phone_is_made_in_order_after_the_old_one_is_gone(server: AriServer) -> None:
    device = Device(kind=DeviceKind.DESK, password="geheim")
    make = c.ProvisionDevice(node=NODE, call=None, agent=ANA, device=device)
    async with connected(server) as node:
        assert await node.perform(make) is None
        assert await node.perform(c.RetireDevice(node=NODE, call=None, agent=ANA)) is None
    steps = [
        f"{method} {path.split('/')[-2]}" for method, path, _ in server.asked if "dynamic" in path
    ]
    away = ["DELETE endpoint", "DELETE aor", "DELETE auth"]
    assert steps == [*away, "PUT auth", "PUT aor", "PUT endpoint", *away]
    assert not any("geheim" in address for address in server.addresses)


async def test_desk_phone_that_changed_is_made_again(server: AriServer) -> None:
    async with connected(server) as node:
        for password in ("one", "one", "two"):
            device = Device(kind=DeviceKind.DESK, password=password)
            make = c.ProvisionDevice(node=NODE, call=None, agent=ANA, device=device)
            assert await node.perform(make) is None
    assert [method for method, _, _ in server.asked].count("PUT") == 6


async def test_desk_phone_of_which_nobody_knows_whether_it_was_made_is_made_again(
    server: AriServer,
) -> None:
    make = c.ProvisionDevice(
        node=NODE, call=None, agent=ANA, device=Device(kind=DeviceKind.DESK, password="one")
    )
    async with connected(server, timeout=QUICK) as node:
        server.replies["POST /asterisk/variable"] = never
        assert await node.perform(make) is not None
        del server.replies["POST /asterisk/variable"]
        assert await node.perform(make) is None
    assert [method for method, _, _ in server.asked].count("PUT") == 3


async def test_phone_on_the_public_network_needs_no_endpoint(server: AriServer) -> None:
    make = c.ProvisionDevice(node=NODE, call=None, agent=ANA, device=DIAL.device)
    async with connected(server) as node:
        assert await node.perform(make) is None
    assert server.asked == []
