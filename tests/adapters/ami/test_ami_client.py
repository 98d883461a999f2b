"""panoramisk, cured: one test for each fault that was reproduced."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping

import pytest

from router import errors
from router.adapters.ami.access import Access
from router.adapters.ami.client import AmiClient
from tests.adapters.ami.ami_server import PASSWORD, AmiServer, ami_server


@pytest.fixture
async def server() -> AsyncIterator[AmiServer]:
    async with ami_server() as running:
        yield running


class Heard:
    """Events, as they come."""

    def __init__(self) -> None:
        self.events: list[Mapping[str, str]] = []
        self._changed = asyncio.Event()

    def hears(self, message: Mapping[str, str]) -> None:
        self.events.append(message)
        self._changed.set()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.events) < count:
                self._changed.clear()
                await self._changed.wait()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def client(server: AmiServer, heard: Heard) -> AsyncIterator[AmiClient]:
    client = AmiClient(server.access(), heard.hears)
    await client.open()
    yield client
    client.close()


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b", "a\u2028b"])
async def test_line_break_in_a_value_is_no_second_action(
    server: AmiServer, client: AmiClient, value: str
) -> None:
    sent = len(server.raw)
    with pytest.raises(errors.AmiValueUnsafe, match="Interface"):
        await client.act("QueueAdd", Queue="fallback", Interface=value)
    await client.act("Ping")
    assert len(server.raw) == sent + 1


async def test_action_under_way_fails_with_its_connection_and_is_not_sent_again(
    server: AmiServer, client: AmiClient
) -> None:
    server.mute.add("QueueAdd")
    waiting = asyncio.create_task(client.act("QueueAdd", Queue="fallback"))
    await server.gets_action("QueueAdd")
    server.hangs_up()
    async with asyncio.timeout(5):
        assert not (await waiting).answered
        await client.lost()
    again = AmiClient(server.access(), lambda message: None)
    await again.open()
    server.says("Event: FullyBooted\nStatus: Fully Booted\n\n")
    assert (await again.act("Ping")).success
    again.close()
    assert [each["Action"] for each in server.got].count("QueueAdd") == 1


async def test_action_without_an_answer_is_given_up_and_its_late_answer_is_nobodys(
    server: AmiServer, client: AmiClient, heard: Heard
) -> None:
    server.mute.add("QueueAdd")
    reply = await client.act("QueueAdd", Queue="fallback")
    assert (reply.answered, reply.success) == (False, False)
    late = server.got[-1]["ActionID"]
    server.says(f"Response: Success\nActionID: {late}\n\n")
    assert (await client.act("Ping")).success


async def test_answer_that_says_added_to_queue_is_whole(client: AmiClient) -> None:
    reply = await client.act("QueueAdd", Queue="fallback", Interface="PJSIP/ana", Paused="false")
    assert reply.success


async def test_list_comes_whole(server: AmiServer, client: AmiClient) -> None:
    server.phones = {"PJSIP/ana": "NOT_INUSE", "PJSIP/beto": "UNAVAILABLE"}
    listed = await client.act("DeviceStateList", many=True)
    devices = [message.get("Device") for message in listed.events]
    assert devices == ["PJSIP/ana", "PJSIP/beto", None]


async def test_list_that_is_refused_is_an_answer(server: AmiServer, client: AmiClient) -> None:
    server.refused.add("DeviceStateList")
    reply = await client.act("DeviceStateList", many=True)
    assert (reply.answered, reply.success, reply.message) == (True, False, "Permission denied")


async def test_letter_that_comes_in_two_reads_is_whole(
    server: AmiServer, client: AmiClient, heard: Heard
) -> None:
    whole = "Event: Said\r\nText: ¿Qué pasó, Íñigo?\r\n\r\n".encode()
    transport = server.writers[-1].transport
    sock = transport.get_extra_info("socket")
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in whole:
        server.writers[-1].write(bytes([byte]))
        await asyncio.sleep(0)
    await heard.until(1)
    assert heard.events[0]["Text"] == "¿Qué pasó, Íñigo?"


async def test_events_come_in_order(server: AmiServer, client: AmiClient, heard: Heard) -> None:
    server.says("".join(f"Event: Said\nNumber: {number}\n\n" for number in range(200)))
    await heard.until(200)
    assert [message["Number"] for message in heard.events] == [str(n) for n in range(200)]


async def test_closed_client_stays_closed(server: AmiServer, client: AmiClient) -> None:
    client.close()
    async with asyncio.timeout(5):
        await client.lost()
    assert not (await client.act("Ping")).answered
    assert len(server.writers) == 1


# Broken surroundings


async def test_wrong_password_is_said_at_once(server: AmiServer) -> None:
    client = AmiClient(server.access(password="wrong"), lambda message: None)
    with pytest.raises(errors.AsteriskRefusedLogin, match=r"'hotline'.*ami\.password"):
        await client.open()


async def test_nobody_there_is_said() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    client = AmiClient(AmiServer(port=port).access(), lambda message: None)
    with pytest.raises(errors.AsteriskUnreachable, match=r"refused.*ami\.port"):
        await client.open()


@pytest.mark.parametrize("greeting", ["", "SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n\r\n"])
async def test_server_that_is_not_ami_is_said(server: AmiServer, greeting: str) -> None:
    server.greeting = greeting
    server.mute.add("Login")
    client = AmiClient(server.access(), lambda message: None)
    with pytest.raises(errors.NotAsterisk, match=r"AMI.*ami\.port"):
        await client.open()


async def test_ami_that_says_nothing_after_its_greeting_is_unreachable(server: AmiServer) -> None:
    server.mute.add("Login")
    client = AmiClient(server.access(), lambda message: None)
    with pytest.raises(errors.AsteriskUnreachable, match="no answer in time"):
        await client.open()


def test_password_is_in_no_representation() -> None:
    access = Access(host="x", port=1, user="hotline", password=PASSWORD)
    assert PASSWORD not in repr(access)
