"""`hotline up` and `hotline down`: stacks beside each other, and nothing left of them."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from router.core.records import CallStarted
from router.standalone.phone_events import Closed
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import Hotline, hotline_up, processes_of, runs, until
from tests.acceptance.people import SOON, Agent, Callers, hear_each_other, on_shift
from tests.acceptance.practice import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ = 587
GONE_WITHIN = 5.0


async def nothing_is_left_of(folder: Path) -> None:
    await until(lambda: not processes_of(folder), within=GONE_WITHIN)
    assert not (folder / "stack.json").exists()


async def test_two_stacks_serve_their_own_callers_side_by_side(
    hotline: Hotline, night: Hotline, callers: Callers
) -> None:
    assert hotline.stack["sip"] != night.stack["sip"]
    async with (
        callers.dials(hotline, number("plain"), flow="plain") as by_day,
        callers.dials(night, number("plain"), flow="plain") as by_night,
    ):
        for stack, call in ((hotline, by_day.call), (night, by_night.call)):
            floor = await stack.floor()
            assert [view.call for view in floor.calls] == [call]


async def test_stack_file_tells_programs_where_everything_is(hotline: Hotline) -> None:
    stack = hotline.stack
    assert set(stack) == {
        *("sip", "trunk", "ari", "ami", "database", "engine_pid", "guard_pid", "asterisk_pid"),
    }
    assert set(stack["sip"]) == {"host", "port"}
    assert stack["trunk"]["from_ip"] == "127.0.0.2"
    host, _, port = hotline.carrier.partition(":")
    assert stack["trunk"]["numbers_to"] == {"host": host, "port": int(port)}
    assert set(stack["ari"]) == {"url", "user", "password"}
    assert set(stack["ami"]) == {"host", "port", "user", "password"}
    assert stack["database"].startswith("postgresql://")
    for each in ("engine_pid", "asterisk_pid"):
        os.kill(stack[each], 0)


async def test_second_stack_in_the_same_folder_is_refused_and_the_first_goes_on(
    hotline: Hotline,
) -> None:
    before = hotline.stack
    refused = await hotline.runs("up")
    assert refused.code == 1
    assert "A stack is up in" in refused.said
    assert "hotline down" in refused.said
    assert "Traceback" not in refused.said
    assert hotline.stack == before
    os.kill(before["engine_pid"], 0)


async def test_without_restart_a_dead_engine_stays_dead_and_callers_reach_agents_all_the_same(
    callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with hotline_up(tmp_path / "state", "--no-restart", "--hours", "day") as stack:
        ana = Agent(id="ana", skills="juridico: 5", tone_hz=HZ)
        async with on_shift(stack, prefix, tmp_path, ana, ends=False) as shift:
            engine = stack.stack["engine_pid"]
            os.kill(engine, signal.SIGKILL)
            await until(lambda: engine not in processes_of(stack.folder), within=5)
            status = await stack.runs("status")
            assert status.code == 3
            assert "No engine answers" in status.said
            async with callers.dials(stack, engine=False) as caller:
                sound = await caller.phone.hears(within=2 * SOON, since=caller.up_at)
                assert sound.start - caller.up_at < 4
                await shift["ana"].take_call(within=SOON)
                await hear_each_other(caller, shift["ana"], HZ)
                await caller.hangs_up()
                await shift["ana"].wait_for(Closed, within=SOON)
            assert stack.stack["engine_pid"] == engine
        down = await stack.runs("down")
        assert (down.code, down.err) == (0, "")
        assert await stack.process.wait() == 0
        await nothing_is_left_of(stack.folder)


async def test_down_leaves_no_process_even_when_the_supervisor_was_killed(
    callers: Callers, tmp_path: Path
) -> None:
    async with hotline_up(tmp_path / "state", "--hours", "day") as stack:
        assert len(processes_of(stack.folder)) > 3
        async with callers.dials(stack) as caller:
            await caller.first(CallStarted)
            stack.process.kill()
            await stack.process.wait()
            await caller.phone.press("4")
            await caller.waits_in("juridico")
            down = await stack.runs("down")
            assert (down.code, down.err) == (0, "")
            await caller.phone.wait_for(Closed, within=SOON)
        await nothing_is_left_of(stack.folder)
        again = await stack.runs("down")
        assert again.code == 0
        assert "No stack is up" in again.said


async def test_up_that_is_interrupted_while_it_starts_leaves_no_process(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    starting = asyncio.create_task(runs("up", "--state-dir", str(folder)))
    await until((folder / "asterisk/run/started.pid").exists, within=30)
    os.kill(int((folder / "up.pid").read_text()), signal.SIGINT)
    assert (await starting).code == 0
    await nothing_is_left_of(folder)


async def test_detached_stack_takes_calls_when_the_command_returns_and_remembers_the_shift(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "state"
    roster = (
        "agents: [{id: eva, name: Eva, skills: {juridico: 1}, "
        'devices: [{kind: phone, number: "+525512345678"}]}]'
    )
    async with hotline_up(folder) as first:
        assert (await first.runs("agents", "import", "-", given=roster)).code == 0
        assert (await first.runs("agents", "login", "eva")).code == 0
        first.process.kill()
        await first.process.wait()
        try:
            up = await first.runs("up", "--detach")
            assert up.code == 0, up.said
            assert "sip:5555335533@" in up.said
            assert first.stack["engine_pid"] in processes_of(folder)
            status = await first.runs("status", "--json")
            assert (status.code, status.json["alarms"]) == (0, [])
            (eva,) = status.json["agents"]
            assert (eva["profile"]["id"], eva["state"]) == ("eva", "ready")
        finally:
            down = await first.runs("down")
        assert down.code == 0
        await nothing_is_left_of(folder)
