"""The AMI adapter: phones and members, through broken connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from router import errors
from router import fence as fence_of
from router.adapters.ami.access import Access
from router.adapters.ami.node import AmiNode, try_login
from router.adapters.ami.restless import RESTLESS, until
from router.core import events as e
from router.core.commands import EnrolInFallback, Remember, WithdrawFromFallback
from router.core.events import Event
from router.core.vocabulary import AgentId, Device, DeviceKind, LegId, Refusal
from router.fence import Fence
from router.ports import BeatReturned
from tests.acceptance.asterisk_server import Ari, AsteriskServer, ami
from tests.acceptance.telephone import telephone
from tests.adapters.ami.ami_server import (
    ASTERISK_NOW,
    NODE,
    PASSWORD,
    AmiServer,
    ami_server,
    captured,
    now,
)
from tests.adapters.telephony_world import Inbox

ANA = AgentId("ana")


@pytest.fixture
async def server() -> AsyncIterator[AmiServer]:
    async with ami_server() as running:
        yield running


@asynccontextmanager
async def running(access: Access, inbox: Inbox) -> AsyncIterator[AmiNode]:
    node = AmiNode(node=NODE, access=access, now=now)
    task = asyncio.create_task(node.run(inbox.deliver))
    try:
        yield node
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def enrol(*, paused: bool = False) -> EnrolInFallback:
    return EnrolInFallback(node=NODE, call=None, agent=ANA, paused=paused)


WITHDRAW = WithdrawFromFallback(node=NODE, call=None, agent=ANA)


def changes(inbox: Inbox) -> list[tuple[str, bool]]:
    return [(each.agent, each.reachable) for each in inbox.all(e.DeviceChanged)]


# Phones


async def test_present_state_of_every_phone_is_told_first(server: AmiServer) -> None:
    server.phones = {"PJSIP/ana": "NOT_INUSE", "PJSIP/beto": "UNAVAILABLE", "PJSIP/trunk": "INUSE"}
    inbox = Inbox()
    async with running(server.access(), inbox):
        await inbox.until(lambda: len(changes(inbox)) == 2)
    assert changes(inbox) == [("ana", True), ("beto", False)]


async def test_calls_of_a_phone_are_no_news(server: AmiServer) -> None:
    inbox = Inbox()
    async with running(server.access(), inbox):
        await server.gets_action("Ping")
        for state in ("NOT_INUSE", "RINGING", "INUSE", "NOT_INUSE", "UNAVAILABLE"):
            server.says(f"Event: DeviceStateChange\nDevice: PJSIP/ana\nState: {state}\n\n")
        await inbox.until(lambda: len(changes(inbox)) == 2)
    assert changes(inbox) == [("ana", True), ("ana", False)]


async def test_new_contact_is_news_even_if_the_phone_counted_as_there(server: AmiServer) -> None:
    server.phones = {"PJSIP/beto": "NOT_INUSE"}
    inbox = Inbox()
    async with running(server.access(), inbox):
        await server.gets_action("Ping")
        server.says(captured("phone_registers_elsewhere"))
        await inbox.until(lambda: len(changes(inbox)) == 3)
    assert changes(inbox) == [("beto", True)] * 3


async def test_phone_that_a_restarted_asterisk_does_not_know_is_gone(server: AmiServer) -> None:
    server.phones = {"PJSIP/ana": "NOT_INUSE"}
    inbox = Inbox()
    async with running(server.access(), inbox):
        await inbox.gets(e.DeviceChanged)
        server.phones = {}
        server.hangs_up()
        await inbox.until(lambda: len(changes(inbox)) == 2)
    assert changes(inbox) == [("ana", True), ("ana", False)]


async def test_full_inbox_means_reconnect_and_list(server: AmiServer) -> None:
    inbox, full = Inbox(), [True]

    def deliver(item: Event | BeatReturned) -> None:
        if full.pop():
            full.append(False)
            raise errors.InboxFull(size=1)
        full.append(False)
        inbox.deliver(item)

    node = AmiNode(node=NODE, access=server.access(), now=now)
    task = asyncio.create_task(node.run(deliver))
    await server.gets_action("Ping")
    server.phones = {"PJSIP/ana": "NOT_INUSE"}
    server.says("Event: DeviceStateChange\nDevice: PJSIP/ana\nState: NOT_INUSE\n\n")
    await inbox.gets(e.DeviceChanged)
    assert changes(inbox) == [("ana", True)]
    assert len(server.writers) == 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


# The connection


async def test_connection_that_does_not_answer_pings_is_given_up(server: AmiServer) -> None:
    inbox = Inbox()
    async with running(server.access(), inbox):
        await server.gets_action("Ping")
        server.mute.add("Ping")
        await server.gets_action("Login", times=2)


async def test_password_that_is_wrong_is_an_alarm_until_it_is_right(server: AmiServer) -> None:
    server.password = "another"
    inbox = Inbox()
    async with running(server.access(), inbox):
        trouble = await inbox.gets(e.TroubleReported)
        assert trouble.text is not None
        assert "ami.password" in trouble.text
        server.password = PASSWORD
        await inbox.until(lambda: len(inbox.all(e.TroubleReported)) == 2)
        assert inbox.all(e.TroubleReported)[1].text is None


# Members


async def test_member_is_added_paused_and_removed_and_repeating_does_no_harm(
    server: AmiServer,
) -> None:
    async with running(server.access(), Inbox()) as node:
        await server.gets_action("Ping")
        for paused in (False, False, True):
            assert await node.perform(enrol(paused=paused)) is None
        assert server.members == {"PJSIP/ana": "true"}
        for _ in range(2):
            assert await node.perform(WITHDRAW) is None
        assert server.members == {}


async def test_members_wanted_while_ami_is_away_are_made_so_later(server: AmiServer) -> None:
    node = AmiNode(node=NODE, access=server.access(), now=now)
    assert await node.perform(enrol(paused=True)) is None
    task = asyncio.create_task(node.run(Inbox().deliver))
    await server.gets_action("QueueAdd")
    await server.gets_action("Ping")
    assert server.members == {"PJSIP/ana": "true"}
    # A new Asterisk has forgotten them.
    server.members.clear()
    server.hangs_up()
    await server.gets_action("QueueAdd", times=2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_engine_that_froze_among_its_members_does_not_go_on_when_another_acts(
    server: AmiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fence_of, "PATIENCE", 0.0)
    # It falls asleep as the first is added, and wakes half a minute later.
    fence = Fence(1, now=lambda: 30.0 if server.members else 0.0)
    fence.at(NODE).prove(0.0)
    node = AmiNode(node=NODE, access=server.access(), now=now, fence=fence)
    for agent in (ANA, AgentId("beto")):
        enrolled = EnrolInFallback(node=NODE, call=None, agent=agent, paused=False)
        assert await node.perform(enrolled) is None
    caller = Remember(node=NODE, call=None, leg=LegId("1795.1"), carried="where they were")
    task = asyncio.create_task(node.run(Inbox().deliver))
    await server.gets_action("QueueAdd")
    await server.gets_action("Ping")
    refusal = await node.perform(caller)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert server.members == {"PJSIP/ana": "false"}
    assert refusal is not None
    assert "Setvar" not in [action["Action"] for action in server.got]


async def test_where_a_caller_was_is_not_written_over_where_they_are(server: AmiServer) -> None:
    node = AmiNode(node=NODE, access=server.access(), now=now)
    for leg in ("1795.1", "1795.2"):
        told = Remember(node=NODE, call=None, leg=LegId(leg), carried="before")
        assert await node.perform(told) is None
    node.forget(LegId("1795.1"))
    task = asyncio.create_task(node.run(Inbox().deliver))
    await server.gets_action("Setvar")
    await server.gets_action("Ping")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    written = [action["Channel"] for action in server.got if action["Action"] == "Setvar"]
    assert written == ["1795.2"]


@pytest.mark.parametrize("interface", ["PJSIP/ana", "Local/ana@agent-phone/n"])
async def test_whom_an_earlier_life_enrolled_is_taken_out_wherever_they_are_rung(
    server: AmiServer, interface: str
) -> None:
    server.members[interface] = "false"
    async with running(server.access(), Inbox()) as node:
        await server.gets_action("Ping")
        assert await node.perform(WITHDRAW) is None
    assert server.members == {}


async def test_member_that_cannot_be_added_is_a_refusal(server: AmiServer) -> None:
    server.refused.add("QueueAdd")
    async with running(server.access(), Inbox()) as node:
        await server.gets_action("Ping")
        refusal = await node.perform(enrol())
    assert refusal is not None
    assert (refusal.why, refusal.detail) == (Refusal.REFUSED, "Permission denied")


# An engine that dies again and again


async def test_that_callers_are_kept_from_the_engine_is_an_alarm_until_they_are_not(
    server: AmiServer,
) -> None:
    server.variables[RESTLESS] = until(ASTERISK_NOW)
    inbox = Inbox()
    async with running(server.access(), inbox):
        told = await inbox.gets(e.TroubleReported, lambda each: each.name == f"restless:{NODE}")
        assert told.text is not None
        assert "again and again" in told.text
        server.variables[RESTLESS] = ""
        await inbox.gets(
            e.TroubleReported, lambda each: (each.name, each.text) == (f"restless:{NODE}", None)
        )


# A real Asterisk


def real_access(server: AsteriskServer, password: str | None = None) -> Access:
    site = server.site
    return Access(
        host=site.control_host,
        port=site.ami_port,
        user="hotline",
        password=password or site.ami_password,
    )


async def test_real_desk_phone_is_seen_to_come_and_to_go(
    asterisk_server: AsteriskServer, ari: Ari
) -> None:
    inbox = Inbox()
    async with running(real_access(asterisk_server), inbox):
        async with telephone("ana", asterisk_server.sip) as phone:
            await ari.logs_in("ana", Device(kind=DeviceKind.DESK, address=phone.address))
            await inbox.gets(e.DeviceChanged, lambda change: change.reachable)
        await inbox.gets(e.DeviceChanged, lambda change: not change.reachable, within=12)


async def test_real_fallback_queue_has_the_members_that_are_wanted(
    asterisk_server: AsteriskServer,
) -> None:
    access, inbox = real_access(asterisk_server), Inbox()
    async with ami(asterisk_server, "hotline") as manager, running(access, inbox) as node:
        # Done at once, or when the connection is there.
        assert await node.perform(enrol()) is None
        await manager.event(lambda event: event.get("Event") == "QueueMemberAdded")
        for paused in (True, False, True):
            assert await node.perform(enrol(paused=paused)) is None
            assert await _member(asterisk_server) == ("1" if paused else "0")
        for _ in range(2):
            assert await node.perform(WITHDRAW) is None
        assert await _member(asterisk_server) is None


async def _member(server: AsteriskServer) -> str | None:
    """Whether ana is paused; None: she is no member."""
    async with ami(server, "hotline") as manager:
        await manager.acts("QueueStatus", Queue="fallback")
        await manager.event(lambda event: event.get("Event") == "QueueStatusComplete")
        found = [each for each in manager.events if each.get("Location") == "PJSIP/ana"]
        return found[0]["Paused"] if found else None


async def test_real_asterisk_refuses_a_wrong_password(asterisk_server: AsteriskServer) -> None:
    with pytest.raises(errors.AsteriskRefusedLogin):
        await try_login(real_access(asterisk_server, "wrong"))
