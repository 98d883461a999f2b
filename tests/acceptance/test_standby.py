"""Two engines on one Asterisk: the active one dies, freezes, loses its database, hands over."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio

from router import errors
from router.adapters.control.client import ControlClient, standbys_in
from router.adapters.control.protocol import LogIn
from router.core.records import OfferEnded
from router.core.vocabulary import AgentId, AgentState, OfferOutcome
from router.standalone.phone_events import Incoming
from router.standalone.programs import Prefix
from router.succession import Standing
from tests.acceptance.everywhere import HZ, SILENT_AT_MOST, callers_everywhere, seen
from tests.acceptance.hotline_up import (
    LOOK_AGAIN_AFTER,
    PROGRAM,
    TETHERED,
    Hotline,
    HotlineUp,
    hotline_up,
    until,
)
from tests.acceptance.people import SOON, Agent, Callers, hear_each_other, on_shift
from tests.acceptance.practice import number, write_flows
from tests.acceptance.test_servers_die import postmaster

pytestmark = pytest.mark.asyncio(loop_scope="session")

TAKEN_OVER_WITHIN = 8.0
"""Five on a machine that does nothing else; what it was is told (-rP)."""
READY_WITHIN = 30.0
SOON_COPIED = 10.0
LINES = (
    "plain",
    "declined",
    "confirmed",
    "ended",
    "busy",
    "mute",
    "machine",
    "broken",
    "both",
    "left",
)
EACH = 2


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(prefix: Prefix, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hotline]:
    """A stack with a stand-by."""
    folder = tmp_path_factory.mktemp("pair")
    flows = write_flows(folder / "ivr")
    async with hotline_up(
        folder / "state",
        "--standby",
        "--hours",
        "night",
        environment={"HOTLINE_IVR_DIR": str(flows)},
    ) as stack:
        yield stack


async def active(pair: Hotline) -> Standing | None:
    """The active engine, if it answers."""
    client = ControlClient(pair.folder, answered_within=1)
    with suppress(errors.HotlineError):
        found = await asyncio.to_thread(client.standing)
        return found if found.active else None
    return None


async def both_ready(pair: Hotline) -> Standing:
    """Until one engine acts and one stands by; the active one."""
    async with asyncio.timeout(READY_WITHIN):
        while True:
            found = await active(pair)
            waiting = {each.pid for each in standbys_in(pair.folder)}
            stack = pair.stack
            if found is not None and waiting == set(stack["standby_pids"]) and len(waiting) == 1:
                assert found.pid == stack["engine_pid"]
                return found
            await asyncio.sleep(LOOK_AGAIN_AFTER)


async def another_acts(pair: Hotline, before: Standing, *, since: float) -> float:
    """Until a newer engine has acted; how many seconds that took."""
    async with asyncio.timeout(READY_WITHIN):
        while True:
            found = await active(pair)
            if found is not None and found.token > before.token and found.first_act is not None:
                return found.first_act - since
            await asyncio.sleep(LOOK_AGAIN_AFTER)


def tell(figure: str) -> None:
    """For whoever runs this with -s or -rP."""
    sys.stdout.write(f"{figure}\n")


@contextmanager
def frozen(*pids: int) -> Iterator[None]:
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def database_processes(pair: Hotline) -> list[int]:
    """The server, and whoever it serves at this instant."""
    server = postmaster(pair)
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return [server, *map(int, children)]


async def test_when_the_active_engine_is_killed_the_other_keeps_every_caller(
    pair: Hotline,
    callers: Callers,
    prefix: Prefix,
    tmp_path: Path,
) -> None:
    before = await both_ready(pair)
    async with callers_everywhere(pair, callers, prefix, tmp_path) as all_of_them:
        shift = all_of_them.shift
        views = (await pair.floor()).calls
        killed_at = time.monotonic()
        os.kill(before.pid, signal.SIGKILL)
        took = await another_acts(pair, before, since=killed_at)
        tell(f"taken over {took:.2f} s after kill -9")
        assert took < TAKEN_OVER_WITHIN
        floor = await pair.answers_again()
        assert {view.call for view in floor.calls} == {each.call for each in all_of_them.callers}
        assert all(each.is_on_the_line for each in all_of_them.callers)
        was, now = (seen(each, all_of_them.waiting) for each in (views, floor.calls))
        assert (now.queue, now.queued_at, now.widening) == (was.queue, was.queued_at, was.widening)
        greeted = seen(floor.calls, all_of_them.greeted)
        assert (greeted.stage, greeted.step) == ("menu", "saludo")
        states = {str(view.profile.id): view.state for view in floor.agents}
        assert (states["eva"], states["leo"]) == (AgentState.TALKING, AgentState.WRAP_UP)

        assert len(shift["ana"].seen(Incoming)) == 1
        await shift["ana"].accept()
        await hear_each_other(all_of_them.rung_for, shift["ana"], HZ)
        (ended,) = all_of_them.rung_for.records(OfferEnded)
        assert ended.outcome is OfferOutcome.ACCEPTED
        for phone in ("ana", "bea"):
            assert len(shift[phone].seen(Incoming)) == 1
        for caller in all_of_them.callers[:-1]:
            assert caller.longest_silence(killed_at) < SILENT_AT_MOST
    await both_ready(pair)


@asynccontextmanager
async def engine_elsewhere(pair: Hotline, folder: Path) -> AsyncIterator[HotlineUp]:
    """An engine that stands by with a state folder of its own, as on another machine."""
    stack = pair.stack
    os.mkdir(folder)
    shutil.copy(pair.folder / "identity.key", folder)
    log = (folder / "engine.log").open("wb")  # to be read should a test fail
    process = await asyncio.create_subprocess_exec(
        *TETHERED, *PROGRAM, "run", "--standby", "--state-dir", str(folder),
        env={
            **pair.environment,
            "HOTLINE_HOURS": "night",
            "HOTLINE_ARI_URL": stack["ari"]["url"],
            "HOTLINE_ARI_PASSWORD": stack["ari"]["password"],
            "HOTLINE_AMI_PORT": str(stack["ami"]["port"]),
            "HOTLINE_AMI_PASSWORD": stack["ami"]["password"],
            "HOTLINE_DATABASE": stack["database"],
        },
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )  # fmt: skip
    log.close()
    try:
        await until(lambda: standbys_in(folder), within=READY_WITHIN)
        yield HotlineUp(
            folder=folder,
            carrier=pair.carrier,
            process=process,
            environment=pair.environment,
            feed=pair.feed,
        )
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def test_frozen_engines_wake_to_find_one_elsewhere_and_do_nothing_more(
    pair: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    before = await both_ready(pair)
    mar = Agent(id="mar", skills="plain: 5", tone_hz=HZ)
    async with (
        on_shift(pair, prefix, tmp_path, mar, logged_in=False) as shift,
        engine_elsewhere(pair, tmp_path / "elsewhere") as elsewhere,
        callers.dials(pair, number("plain"), flow="plain") as caller,
    ):
        await caller.waits_in("plain")
        roster = elsewhere.folder / "roster.json"
        await until(lambda: roster.exists() and "mar" in roster.read_text(), within=SOON_COPIED)
        with pair.guard_frozen(), frozen(before.pid, *pair.stack["standby_pids"]):
            took = await another_acts(elsewhere, before, since=time.monotonic())
            tell(f"taken over by an engine elsewhere {took:.2f} s after SIGSTOP")
            assert took < TAKEN_OVER_WITHIN
            change = await elsewhere.asks(
                lambda desk: desk.change_shift(LogIn(agents=(AgentId("mar"),)))
            )
            assert not change.hindrances
            await shift["mar"].take_call(within=2 * SOON)
            await hear_each_other(caller, shift["mar"], HZ)
        await until(lambda: len(standbys_in(pair.folder)) == 2, within=READY_WITHIN)
        now = await active(elsewhere)
        assert now is not None
        assert now.token > before.token
        await hear_each_other(caller, shift["mar"], HZ)
        assert len(shift["mar"].seen(Incoming)) == 1
        assert [view.call for view in (await elsewhere.floor()).calls] == [caller.call]
        elsewhere.process.terminate()
        await elsewhere.process.wait()
        assert (await both_ready(pair)).token > now.token
        await hear_each_other(caller, shift["mar"], HZ)


async def test_an_active_engine_goes_on_without_a_database_and_nobody_takes_over(
    pair: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    before = await both_ready(pair)
    mar = Agent(id="mar", skills="plain: 5", tone_hz=HZ)

    async def lease_is(kept: bool) -> None:
        async with asyncio.timeout(READY_WITHIN):
            while True:
                seen_by = (await active(pair), *standbys_in(pair.folder))
                if all(each is not None and each.lease_kept is kept for each in seen_by):
                    return
                await asyncio.sleep(LOOK_AGAIN_AFTER)

    async with on_shift(pair, prefix, tmp_path, mar) as shift:
        await lease_is(kept=True)
        with frozen(*database_processes(pair)):
            await lease_is(kept=False)
            async with callers.dials(pair, number("plain"), flow="plain") as caller:
                await shift["mar"].take_call(within=SOON)
                await caller.is_answered_by("mar")
                await hear_each_other(caller, shift["mar"], HZ)
        await lease_is(kept=True)
        now = await both_ready(pair)
        assert (now.pid, now.token) == (before.pid, before.token)
        shown = await pair.runs("status")
        assert "stand-by" in shown.said
        assert standbys_in(pair.folder)[0].name in shown.said


async def test_an_upgrade_under_twenty_calls_is_noticed_by_nobody(
    pair: Hotline,
    callers: Callers,
    prefix: Prefix,
    tmp_path: Path,
) -> None:
    before = await both_ready(pair)
    eva = Agent(id="eva", skills="full: 5", tone_hz=HZ)
    async with on_shift(pair, prefix, tmp_path, eva) as shift, AsyncExitStack() as lines:

        async def dial(line: str) -> None:
            for _ in range(EACH):
                dialled = callers.dials(pair, number(line), flow=line)
                await (await lines.enter_async_context(dialled)).waits_in(line)

        talking = await lines.enter_async_context(callers.dials(pair, number("full"), flow="full"))
        await shift["eva"].take_call(within=SOON)
        await talking.is_answered_by("eva")
        await asyncio.gather(*map(dial, LINES))
        views = {view.call: view for view in (await pair.floor()).calls}
        began = time.monotonic()
        done = await pair.runs("upgrade")
        assert done.code == 0, done.said
        gap = re.search(r"nobody acted for (\d+\.\d+) s", done.said)
        assert gap is not None
        tell(done.out)
        assert float(gap[1]) < TAKEN_OVER_WITHIN
        floor = await pair.answers_again()
        assert {view.call for view in floor.calls} == set(views)
        assert len(views) == 1 + EACH * len(LINES)
        for view in floor.calls:
            if view.call != talking.call:
                assert view.queued_at == views[view.call].queued_at
        await hear_each_other(talking, shift["eva"], HZ)
        assert talking.longest_silence(began) < SILENT_AT_MOST
        now = await both_ready(pair)
        assert before.pid not in (now.pid, *pair.stack["standby_pids"])


async def test_an_upgrade_that_does_not_come_up_leaves_the_old_engine_in_charge(
    pair: Hotline, tmp_path: Path
) -> None:
    before = await both_ready(pair)
    spoilt, good = pair.folder / "hotline.toml", tmp_path / "good.toml"
    good.touch()
    spoilt.write_text("nonsense = 1\n")
    try:
        refused = await pair.runs("upgrade", "--config", str(good))
    finally:
        spoilt.unlink()
    assert refused.code == 1
    assert "the old one goes on" in refused.said
    now = await both_ready(pair)
    assert (now.pid, now.token) == (before.pid, before.token)
