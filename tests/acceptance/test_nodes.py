"""One engine on two Asterisks: one queue and one staff, and a node that dies takes only its own."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from router.core.house_records import NodeConnected, NodeLost
from router.core.records import CallFinished
from router.core.vocabulary import EndedBy
from router.standalone.programs import Prefix
from router.standalone.tone import longest_silence
from tests.acceptance.hotline_up import Hotline, engine_beats, hotline_up, until
from tests.acceptance.people import (
    GAP,
    SOON,
    Agent,
    Callers,
    hear_each_other,
    on_shift,
)
from tests.acceptance.practice import number, write_flows
from tests.acceptance.test_servers_die import ASTERISK_IS_BACK_WITHIN, JOURNAL_CATCHES_UP_WITHIN
from tests.postgres import free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINE = "plain"
ANAS_HZ, EVAS_HZ = 587, 784
ANA = Agent(id="ana", skills="plain: 5", tone_hz=ANAS_HZ)
EVA = Agent(id="eva", skills="plain: 5", mobile="+525512340017", tone_hz=EVAS_HZ, comes=False)


class There(Hotline):
    """The same hotline, for callers who reach its second node."""

    @property
    def stack(self) -> dict[str, Any]:
        """With the second node's addresses and processes."""
        whole: dict[str, Any] = json.loads((self.folder / "stack.json").read_text())
        return {**whole, **whole["nodes"][0]}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def here(prefix: Prefix, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hotline]:
    """Two Asterisks and one engine; callers reach the first."""
    folder = tmp_path_factory.mktemp("nodes")
    flows = write_flows(folder / "ivr")
    async with hotline_up(
        folder / "state",
        "--nodes",
        "2",
        "--hours",
        "night",
        environment={"HOTLINE_IVR_DIR": str(flows)},
    ) as stack:
        yield stack


def second_node_of(here: Hotline) -> There:
    return There(
        folder=here.folder, carrier=here.carrier, environment=here.environment, feed=here.feed
    )


async def lost_calls(hotline: Hotline, call: str) -> list[dict[str, Any]]:
    """Everybody whom `calls --lost` names, once this call is among them."""
    async with asyncio.timeout(JOURNAL_CATCHES_UP_WITHIN):
        while True:
            told: list[dict[str, Any]] = (await hotline.runs("calls", "--lost", "--json")).json[
                "lost"
            ]
            if any(each["call"] == call and each["lost"] for each in told):
                return told


async def test_two_nodes_share_queue_and_staff_and_one_that_dies_takes_only_its_own_calls(
    here: Hotline, callers: Callers, prefix: Prefix, tmp_path_factory: pytest.TempPathFactory
) -> None:
    there = second_node_of(here)
    folder = tmp_path_factory.mktemp("telephones")
    plain = number(LINE)
    async with (
        on_shift(here, prefix, folder, ANA, EVA) as shift,
        callers.dials(there, plain, flow=LINE) as first,
    ):
        ana, eva = shift["ana"], shift["eva"]
        await ana.take_call(within=SOON)
        await first.is_answered_by("ana")
        await hear_each_other(first, ana, ANAS_HZ)
        async with (
            callers.dials(here, plain, flow=LINE) as second,
            callers.dials(there, plain, flow=LINE) as third,
            callers.dials(here, plain, flow=LINE) as fourth,
        ):
            for waiting in (second, third, fourth):
                await waiting.waits_in(LINE)
            # The order is that of the keys, whichever node the caller reached.
            await shift.logs_in("eva")
            await eva.take_call(within=2 * SOON, confirm_with="1")
            await second.is_answered_by("eva")
            await hear_each_other(second, eva, EVAS_HZ)
            await first.hangs_up()
            await ana.take_call(within=SOON)
            await third.is_answered_by("ana")
            await hear_each_other(third, ana, ANAS_HZ)

            dies_at, since = time.monotonic(), here.feed.position()
            os.kill(there.stack["asterisk_pid"], signal.SIGKILL)
            await here.feed.first(NodeLost, within=5, since=since)
            await ana.hang_up()
            await third.first(
                CallFinished,
                within=ASTERISK_IS_BACK_WITHIN,
                where=lambda each: each.by is EndedBy.LOST,
            )
            (gone,) = await lost_calls(here, third.call)
            assert (gone["call"], gone["agent"]) == (third.call, "ana")
            # Whose desk phone was in the lost call serves the other node's callers.
            await ana.take_call(within=2 * SOON)
            await fourth.is_answered_by("ana")
            await hear_each_other(fourth, ana, ANAS_HZ)
            # Who talks here has noticed nothing.
            await hear_each_other(second, eva, EVAS_HZ)
            assert second.longest_silence(dies_at) < GAP
            assert longest_silence(eva.recording().between(dies_at, time.monotonic())) < GAP
            await second.hangs_up()

            await here.feed.first(NodeConnected, within=ASTERISK_IS_BACK_WITHIN, since=since)
            await engine_beats(there.stack["ari"])
            async with callers.dials(there, plain, flow=LINE) as fifth:
                await eva.take_call(within=2 * SOON, confirm_with="1")
                await fifth.is_answered_by("eva")
                await hear_each_other(fifth, eva, EVAS_HZ)
        await until(lambda: there.stack["asterisk_pid"] > 0, within=5)
        # An alarm of a test call is from the other test: it stands until one goes well again.
        alarms = {alarm.name for alarm in (await here.floor()).alarms}
        assert not {name for name in alarms if not name.startswith("probe:")}


async def test_each_node_has_its_guard_and_the_next_engine_takes_callers_back_from_both(
    here: Hotline, callers: Callers, prefix: Prefix, tmp_path_factory: pytest.TempPathFactory
) -> None:
    there, plain = second_node_of(here), number(LINE)
    async with (
        on_shift(here, prefix, tmp_path_factory.mktemp("desk"), ANA, logged_in=False) as shift,
        callers.dials(here, plain, flow=LINE) as first,
        callers.dials(there, plain, flow=LINE) as second,
    ):
        for waiting in (first, second):
            await waiting.waits_in(LINE)
        since = time.monotonic()
        with here.engine_frozen():
            await until(
                lambda: len(here.in_the_fallback()) == len(there.in_the_fallback()) == 1, within=8
            )
            os.kill(here.stack["engine_pid"], signal.SIGKILL)
        await here.answers_again()
        await shift.logs_in()
        for caller in (first, second):
            await shift["ana"].take_call(within=2 * SOON)
            await caller.is_answered_by("ana")
            await hear_each_other(caller, shift["ana"], ANAS_HZ)
            assert caller.longest_silence(since) < SOON
            await caller.hangs_up()


async def test_a_test_call_is_made_at_each_node_and_an_alarm_names_the_one_that_fails(
    here: Hotline, tmp_path: Path
) -> None:
    there = second_node_of(here)
    roster = tmp_path / "roster.yaml"
    roster.write_text(
        "agents:\n  - {id: prueba, skills: {psicologia: 1, crisis: 1, synthetic: 1}, wrap_up: 0,"
        f' devices: [{{kind: desk, address: "sip:prueba@127.0.5.33:{free_port()}"}}]}}\n'
    )
    assert (await here.runs("agents", "import", str(roster))).code == 0
    walked = await here.runs("probe", "--json")
    assert walked.code == 0, walked.said
    assert [(each["node"], each["stages"][-1]["stage"]) for each in walked.json["nodes"]] == [
        ("n1", "hung up"),
        ("n2", "hung up"),
    ]
    os.kill(there.stack["asterisk_pid"], signal.SIGSTOP)
    try:
        failed = await here.runs("probe", "--json")
    finally:
        os.kill(there.stack["asterisk_pid"], signal.SIGCONT)
    assert failed.code == 1
    assert [(each["node"], each["well"]) for each in failed.json["nodes"]] == [
        ("n1", True),
        ("n2", False),
    ]
    alarms = {alarm.name for alarm in (await here.floor()).alarms}
    assert "probe:n2" in alarms
    assert "probe:n1" not in alarms
    assert (await here.runs("probe", "--node", "n3")).code != 0
