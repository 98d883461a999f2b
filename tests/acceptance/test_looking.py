"""What operators see of calls: `calls`, `explain`, `tail`, `status`, `config`, and alarms."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from router.core.records import CallFinished
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import PROGRAM, TETHERED, Hotline, until
from tests.acceptance.people import SOON, Agent, Caller, Callers, hear_each_other, on_shift
from tests.acceptance.practice import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ = 587
EVA = Agent(id="eva", skills="juridico: 5", mobile="+525512340011", tone_hz=HZ)


@asynccontextmanager
async def finished_call(
    hotline: Hotline, callers: Callers, prefix: Prefix, folder: Path
) -> AsyncIterator[Caller]:
    """8 is a slip, 4 leads to jurídico; Eva confirms, they talk, the caller hangs up."""
    async with (
        on_shift(hotline, prefix, folder, EVA) as shift,
        callers.dials(hotline) as caller,
    ):
        await caller.phone.press("84")
        await shift["eva"].take_call(within=SOON, confirm_with="1")
        await caller.is_answered_by("eva")
        await hear_each_other(caller, shift["eva"], HZ)
        await caller.hangs_up()
        await caller.first(CallFinished)
        yield caller


async def explained(hotline: Hotline, call: str) -> list[Any]:
    """The lines, once the journal has been written so far."""
    async with asyncio.timeout(10):
        while True:
            told = await hotline.runs("explain", call, "--json")
            if told.code == 0 and "call_finished" in {line["kind"] for line in told.json["lines"]}:
                lines: list[Any] = told.json["lines"]
                return lines


async def test_explain_tells_the_whole_story_of_a_call_but_no_key(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with finished_call(hotline, callers, prefix, tmp_path) as caller:
        lines = await explained(hotline, caller.call)
        kinds = [line["kind"] for line in lines]
        story = ["call_started", "step_entered", "queued", "offer_made", "answered", "ended"]
        assert [kind for kind in kinds if kind in story and kinds.count(kind) == 1] == [
            kind for kind in story if kind != "step_entered"
        ]
        (offer,) = [line["body"] for line in lines if line["kind"] == "offer_made"]
        assert offer["agent"] == "eva"
        assert offer["why"]["decided_by"] == "only_one"
        digits = [line["body"]["digits"] for line in lines if line["kind"] == "step_entered"]
        assert sum(digits) == 2
        assert {line["call"] for line in lines} == {caller.call}
        read = await hotline.runs("explain", caller.call[-12:])
        assert read.code == 0
        for word in ("juridico", "eva", "key pressed", "hangs up"):
            assert word in read.said
        listed = await hotline.runs("calls", "--json", "--agent", "eva")
        assert caller.call in {each["call"] for each in listed.json["calls"]}
        table = await hotline.runs("calls", "-n", "5")
        assert table.code == 0
        assert "juridico" in table.said


async def test_calls_and_explain_show_who_is_on_the_line_now(
    hotline: Hotline, callers: Callers
) -> None:
    async with callers.dials(hotline, number("plain"), flow="plain") as caller:
        await caller.waits_in("plain")
        listed = await hotline.runs("calls", "--json")
        (live,) = [each for each in listed.json["live"] if each["call"] == caller.call]
        assert (live["stage"], live["queue"]) == ("queued", "plain")
        told = await hotline.runs("explain", caller.call, "--json")
        assert told.json["live"]["stage"] == "queued"


async def test_unknown_call_is_answered_in_one_sentence(hotline: Hotline) -> None:
    refused = await hotline.runs("explain", "n1-17.99")
    assert (refused.code, refused.out) == (1, "")
    assert "is known" in refused.said


async def test_tail_follows_one_queue_in_lines_of_json(hotline: Hotline, callers: Callers) -> None:
    process = await asyncio.create_subprocess_exec(
        *TETHERED, *PROGRAM, "tail", "--json", "--queue", "plain",
        "--state-dir", str(hotline.folder),
        env=dict(hotline.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(20):
            line: dict[str, Any] = {}
            while line.get("kind") != "queued":
                # Whether it listens already is not told: call until it does.
                async with (
                    callers.dials(hotline, number("busy"), flow="busy"),
                    callers.dials(hotline, number("plain"), flow="plain"),
                ):
                    try:
                        raw = await asyncio.wait_for(process.stdout.readline(), 1)
                    except TimeoutError:
                        continue
                line = json.loads(raw)
                assert line["kind"] != "queued" or line["body"]["queue"] == "plain"
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(SOON.total_seconds()):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_alarm_makes_status_fail_and_runs_the_command_once(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    alarms = night.folder.parent / "alarms"
    before = alarms.read_text().splitlines() if alarms.exists() else []

    def new() -> list[str]:
        told = alarms.read_text().splitlines() if alarms.exists() else []
        return told[len(before) :]

    assert (await night.runs("status")).code == 0
    async with on_shift(night, prefix, tmp_path, EVA, logged_in=False):
        async with (
            callers.dials(night, number("left"), flow="left") as one,
            callers.dials(night, number("left"), flow="left") as other,
        ):
            await one.waits_in("left")
            await other.waits_in("left")
            status = await night.runs("status")
            assert status.code == 1
            assert "ALARM" in status.said
            assert "nobody_staffed:left" in status.said
            await until(new, within=5)
        assert new() == ["nobody_staffed:left"]
        await night.has_forgotten_every_call()
        assert (await night.runs("status")).code == 0
        assert new() == ["nobody_staffed:left"]


async def test_config_shows_where_each_setting_came_from_and_no_secret(
    hotline: Hotline,
) -> None:
    stack = hotline.stack
    for words in (("config",), ("config", "--json")):
        shown = await hotline.runs(*words)
        assert shown.code == 0
        for secret in (
            stack["ari"]["password"],
            stack["ami"]["password"],
            stack["database"].split(":")[2].split("@")[0],
        ):
            assert secret not in shown.out
    settings = {each["setting"]: each for each in (await hotline.runs("config", "--json")).json}
    assert settings["ari.url"]["value"] == stack["ari"]["url"]
    assert "stack.json" in settings["ari.url"]["from"]
    assert settings["ivr_dir"]["from"].endswith("HOTLINE_IVR_DIR")
