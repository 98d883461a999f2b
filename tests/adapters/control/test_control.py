"""Operators' commands over a real socket, to an engine that is a fake."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from router import errors
from router.adapters.control import socket_file
from router.adapters.control.client import ControlClient
from router.adapters.control.protocol import (
    MOST_BYTES,
    FinishWrapUp,
    LogIn,
    LogOut,
    Pause,
    Resume,
    ShiftChange,
    ShiftRequest,
)
from router.adapters.control.server import serve_control
from router.core.house_records import RosterChanged
from router.core.journal_lines import Line
from router.core.records import Abandoned, Queued
from router.core.shift_records import WrapUpEnded
from router.core.vocabulary import AgentId, AgentState, CallId, EndedBy, QueueName
from tests.fakes.desk import NOON, FakeDesk, profile, registering_phone, telephone

SOON = 5.0
ANA = AgentId("ana")
T = TypeVar("T")


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk(
        profile("ana"),
        profile("beto", telephone("+525512345678")),
        profile("carla", registering_phone("s3cr3t"), telephone("+525587654321")),
    )


@pytest.fixture
async def client(desk: FakeDesk, tmp_path: Path) -> AsyncIterator[ControlClient]:
    async with serve_control(desk, tmp_path, reachable_within=timedelta(milliseconds=50)):
        yield ControlClient(tmp_path)


@pytest.fixture
async def patient(desk: FakeDesk, tmp_path: Path) -> AsyncIterator[ControlClient]:
    """An engine that waits for desk phones for as long as the test does."""
    folder = tmp_path / "patient"
    async with serve_control(desk, folder, reachable_within=timedelta(seconds=SOON)):
        yield ControlClient(folder)


async def asked(ask: Callable[[], T]) -> T:
    """The blocking client's answer, while the engine runs in this very loop."""
    async with asyncio.timeout(SOON):
        return await asyncio.to_thread(ask)


async def changed(client: ControlClient, request: ShiftRequest) -> ShiftChange:
    return await asked(lambda: client.change_shift(request))


async def test_login_returns_once_the_agent_can_be_offered_calls(
    desk: FakeDesk, patient: ControlClient
) -> None:
    login = asyncio.create_task(changed(patient, LogIn(agents=(ANA,))))
    await asyncio.wait_for(desk.told_something.wait(), SOON)
    assert desk.snapshot().agents[0].state is AgentState.READY
    assert not login.done()
    desk.reaches("ana")
    change = await login
    assert change.hindrances == ()
    assert change.agents[0].state is AgentState.READY


async def test_login_names_the_agent_whose_desk_phone_does_not_answer(
    client: ControlClient,
) -> None:
    change = await changed(client, LogIn(everyone=True))
    assert [view.state for view in change.agents] == [AgentState.READY] * 3
    (hindrance,) = change.hindrances
    assert hindrance.agent == "ana"
    assert hindrance.what == (
        "is logged in, but the desk phone at sip:ana@127.0.0.1:6001 does not answer; "
        "calls are offered as soon as it does"
    )


async def test_login_of_an_agent_with_an_unregistered_phone_says_so(
    desk: FakeDesk, client: ControlClient
) -> None:
    desk.put_on_roster([profile("dora", registering_phone("x"))])
    change = await changed(client, LogIn(agents=(AgentId("dora"),)))
    assert "has not registered" in change.hindrances[0].what


async def test_unknown_agents_are_named_all_at_once_and_nothing_is_done(
    desk: FakeDesk, client: ControlClient
) -> None:
    wanted = (ANA, AgentId("anna"), AgentId("xyz"))
    with pytest.raises(errors.RequestRefused) as refused:
        await changed(client, LogIn(agents=wanted))
    assert str(refused.value) == (
        "'anna' (did you mean 'ana'?) and 'xyz' are not on the roster, so nothing was done. "
        "`hotline agents list` shows who is."
    )
    assert desk.told == []


async def test_with_an_empty_roster_the_way_out_is_named(
    desk: FakeDesk, client: ControlClient
) -> None:
    desk.put_on_roster([])
    with pytest.raises(errors.RequestRefused, match="hotline agents import"):
        await changed(client, LogIn(everyone=True))


async def test_an_agent_goes_on_a_break_and_comes_back(
    desk: FakeDesk, client: ControlClient
) -> None:
    desk.becomes("ana", AgentState.TALKING)
    change = await changed(client, Pause(agents=(ANA,), reason="comida"))
    assert (change.agents[0].state, change.agents[0].reason) == (AgentState.PAUSED, "comida")
    change = await changed(client, Resume(agents=(ANA,)))
    assert change.agents[0].state is AgentState.READY
    assert change.hindrances == ()


async def test_an_agent_who_is_logged_out_cannot_pause(client: ControlClient) -> None:
    change = await changed(client, Pause(agents=(ANA,), reason="comida"))
    assert change.hindrances[0].what.startswith("is not logged in")


async def test_login_of_an_agent_on_a_break_tells_how_to_end_it(
    desk: FakeDesk, client: ControlClient
) -> None:
    desk.becomes("ana", AgentState.PAUSED, "no_answer")
    change = await changed(client, LogIn(agents=(ANA,)))
    assert change.hindrances[0].what == (
        "is on a break (no_answer); `hotline agents resume ana` ends it"
    )


async def test_wrap_up_ends_when_the_agent_is_ready(desk: FakeDesk, client: ControlClient) -> None:
    desk.becomes("beto", AgentState.WRAP_UP)
    change = await changed(client, FinishWrapUp(agents=(AgentId("beto"),)))
    assert change.agents[0].state is AgentState.READY


async def test_everyone_goes_home(desk: FakeDesk, client: ControlClient) -> None:
    await changed(client, LogOut(everyone=True))
    assert len(desk.told) == 3


async def test_the_floor_shows_no_numbers_and_no_passwords(client: ControlClient) -> None:
    floor = await asked(client.floor)
    devices = [device for view in floor.agents for device in view.profile.devices]
    assert [device.password for device in devices] == [None] * 4
    assert [device.number for device in devices if device.number] == [
        "***********78",
        "*" * 11 + "21",
    ]
    assert floor.ignored == {"LegRinging": 2}


async def test_one_agent_is_shown_with_number_and_password(client: ControlClient) -> None:
    view = await asked(lambda: client.agent(AgentId("carla")))
    assert view.profile.devices == (registering_phone("s3cr3t"), telephone("+525587654321"))


async def test_import_says_who_came_and_who_left(client: ControlClient) -> None:
    imported = await asked(lambda: client.import_roster("agents: ana zoe", "a.yaml"))
    assert (imported.agents, imported.added) == (2, (AgentId("zoe"),))
    assert imported.removed == (AgentId("beto"), AgentId("carla"))
    assert imported.warnings == ("a.yaml:1:9: nobody calls for this",)


async def test_a_bad_roster_is_refused_with_every_problem_on_its_line(
    client: ControlClient,
) -> None:
    with pytest.raises(errors.RequestRefused) as refused:
        await asked(lambda: client.import_roster("nobody", "a.yaml"))
    assert str(refused.value).splitlines() == ["a.yaml:1:1: no agents", "a.yaml:2:1: nor here"]


async def test_a_fault_of_the_engine_is_told_and_the_engine_goes_on(
    desk: FakeDesk, client: ControlClient
) -> None:
    desk.fault = ZeroDivisionError("secret detail")
    with pytest.raises(errors.EngineFault, match="ZeroDivisionError"):
        await changed(client, LogOut(agents=(ANA,)))
    assert (await asked(client.floor)).epoch == 7


def queued(queue: str) -> Queued:
    return Queued(queue=QueueName(queue), order_class=100, place_from=NOON, again=False)


def abandoned(queue: str) -> Abandoned:
    return Abandoned(queue=QueueName(queue), waited=timedelta(seconds=3), offered=False)


async def first(count: int, lines: Iterator[Line]) -> list[Line]:
    return await asked(lambda: [next(lines) for _ in range(count)])


async def test_tail_shows_the_lines_of_one_queue(desk: FakeDesk, client: ControlClient) -> None:
    reading = asyncio.create_task(first(2, client.tail(queue=QueueName("crisis"))))
    await asyncio.wait_for(desk.listening.wait(), SOON)
    desk.writes(queued("juridico"), "n1-1")
    desk.writes(queued("crisis"), "n1-2")
    desk.writes(abandoned("juridico"), "n1-1")
    desk.writes(RosterChanged(agents=1, added=(), removed=()))
    desk.writes(abandoned("crisis"), "n1-2")
    lines = await reading
    assert [(line.call, line.record) for line in lines] == [
        ("n1-2", queued("crisis")),
        ("n1-2", abandoned("crisis")),
    ]


async def test_tail_shows_the_lines_of_one_call_or_agent(
    desk: FakeDesk, client: ControlClient
) -> None:
    ended = WrapUpEnded(agent=ANA, by=EndedBy.AGENT, lasted=timedelta(seconds=9))
    of_call = asyncio.create_task(first(1, client.tail(call=CallId("n1-2"))))
    of_agent = asyncio.create_task(first(1, client.tail(agent=ANA)))
    async with asyncio.timeout(SOON):
        while len(desk.listeners) < 2:
            desk.listening.clear()
            await desk.listening.wait()
    desk.writes(queued("crisis"), "n1-1")
    desk.writes(queued("crisis"), "n1-2")
    desk.writes(ended)
    assert [line.call for line in await of_call] == ["n1-2"]
    assert [line.record for line in await of_agent] == [ended]


async def test_tail_ends_when_the_engine_does(desk: FakeDesk, tmp_path: Path) -> None:
    async with serve_control(desk, tmp_path):
        reading = asyncio.create_task(asked(lambda: list(ControlClient(tmp_path).tail())))
        await asyncio.wait_for(desk.listening.wait(), SOON)
    assert await reading == []


async def test_who_stops_reading_the_tail_is_forgotten(
    desk: FakeDesk, client: ControlClient, tmp_path: Path
) -> None:
    connection = socket_file.connect(tmp_path, SOON)
    connection.sendall(b'{"do":"tail"}\n')
    await asyncio.wait_for(desk.listening.wait(), SOON)
    connection.close()
    await asyncio.wait_for(desk.left.wait(), SOON)
    assert desk.listeners == []


async def spoken(folder: Path, said: bytes) -> dict[str, str]:
    def speak() -> dict[str, str]:
        with socket_file.connect(folder, SOON) as connection, connection.makefile("rb") as lines:
            lines.readline()
            connection.sendall(said)
            answer: dict[str, str] = json.loads(lines.readline())
            return answer

    return await asked(speak)


@pytest.mark.parametrize(
    "said",
    [
        b"hello\n",
        b"[]\n",
        b'{"do":"reboot"}\n',
        b'{"do":"agents.show"}\n',
        b'{"do":"agents.login","with":{"agents":"ana"}}\n',
        b"\xff\n",
    ],
)
async def test_a_request_that_makes_no_sense_is_refused(
    client: ControlClient, tmp_path: Path, said: bytes
) -> None:
    assert "cannot be read" in (await spoken(tmp_path, said))["refused"]
    assert (await asked(client.floor)).epoch == 7


async def test_a_request_that_never_ends_is_cut_off(client: ControlClient, tmp_path: Path) -> None:
    def flood() -> None:
        with socket_file.connect(tmp_path, SOON) as connection, pytest.raises(ConnectionError):
            connection.sendall(b"x" * (10 * MOST_BYTES))

    await asked(flood)
    assert (await asked(client.floor)).epoch == 7


async def test_a_roster_too_large_to_be_one_is_not_even_sent(client: ControlClient) -> None:
    with pytest.raises(errors.RequestRefused, match="at most"):
        await asked(lambda: client.import_roster("agents:" + " ana" * 1_100_000, "big.yaml"))


async def test_the_socket_is_for_its_owner_only(client: ControlClient, tmp_path: Path) -> None:
    assert (tmp_path / "engine.sock").stat().st_mode & 0o777 == 0o600


async def test_a_state_folder_may_lie_very_deep(desk: FakeDesk, tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 8)
    async with serve_control(desk, deep):
        assert (await asked(ControlClient(deep).floor)).epoch == 7
    assert not (deep / "engine.sock").exists()


async def test_a_second_engine_in_the_same_folder_is_refused(
    desk: FakeDesk, client: ControlClient, tmp_path: Path
) -> None:
    with pytest.raises(errors.EngineAlreadyRuns, match=f"process {os.getpid()}"):
        async with serve_control(desk, tmp_path):
            pass
    assert (await asked(client.floor)).epoch == 7


async def test_the_socket_of_a_dead_engine_gives_way(desk: FakeDesk, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / "engine.sock"))
    async with serve_control(desk, tmp_path):
        assert (await asked(ControlClient(tmp_path).floor)).epoch == 7


async def test_an_engine_that_stops_leaves_the_socket_of_its_successor_alone(
    desk: FakeDesk, tmp_path: Path
) -> None:
    async with serve_control(desk, tmp_path):
        (tmp_path / "engine.sock").unlink()
        successor = socket_file.bind(tmp_path)
    assert (tmp_path / "engine.sock").exists()
    successor.close()


async def test_without_an_engine_the_way_to_start_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(errors.EngineNotRunning, match="hotline up"):
        await asked(ControlClient(tmp_path / "none").floor)


async def test_an_engine_that_is_frozen_is_called_so(tmp_path: Path) -> None:
    frozen = socket_file.bind(tmp_path)
    try:
        with pytest.raises(errors.EngineSilent, match="fallback queue"):
            await asked(ControlClient(tmp_path, answered_within=0.05).floor)
    finally:
        frozen.close()


async def test_a_folder_that_cannot_be_written_is_named(desk: FakeDesk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.StateFolderUnusable, match="Not a directory"):
        async with serve_control(desk, tmp_path / "file" / "state"):
            pass
