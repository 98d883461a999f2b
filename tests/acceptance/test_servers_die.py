"""Asterisk or PostgreSQL is killed, or a file is missing: what still holds, and what comes back."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from router.core.house_records import AlarmCleared, NodeConnected
from router.core.records import OfferPickedUp, PromptMissing
from router.core.vocabulary import AgentState
from router.standalone.phone_events import Closed
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import Hotline, until
from tests.acceptance.journal import kinds_of
from tests.acceptance.people import GAP, SOON, Agent, Callers, hear_each_other, on_shift
from tests.acceptance.practice import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

HZ = 587
ANA = Agent(id="ana", skills="plain: 5", tone_hz=HZ)
ASTERISK_IS_BACK_WITHIN = 20.0
JOURNAL_CATCHES_UP_WITHIN = 20.0


def postmaster(hotline: Hotline) -> int:
    return int((hotline.folder / "postgres/data/postmaster.pid").read_text().splitlines()[0])


@contextmanager
def without_prompt(hotline: Hotline, prompt: str) -> Iterator[None]:
    """In any language, since Asterisk would take another's."""
    files = list((hotline.folder / "sounds").glob(f"*/hotline/{prompt}.wav"))
    for file in files:
        file.rename(file.with_suffix(".aside"))
    try:
        yield
    finally:
        for file in files:
            file.with_suffix(".aside").rename(file)


async def is_listed_as_lost(hotline: Hotline, call: str) -> None:
    """For a person who decides about calling back; the journal is written behind."""
    async with asyncio.timeout(JOURNAL_CATCHES_UP_WITHIN):
        while True:
            listed = await hotline.runs("calls", "--lost", "--json")
            for each in listed.json["lost"]:
                if each["call"] == call and each["lost"]:
                    assert (each["queue"], each["agent"]) == ("plain", "ana")
                    assert each["answered"]
                    assert each["number_kept"]
                    return


async def test_killed_asterisk_comes_back_and_takes_calls_for_the_same_agents(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    before = night.stack
    alarms = night.folder.parent / "alarms"
    heard_before = alarms.read_text().splitlines() if alarms.exists() else []
    async with on_shift(night, prefix, tmp_path, ANA) as shift:
        async with callers.dials(night, number("plain"), flow="plain") as lost:
            await shift["ana"].take_call(within=SOON)
            await lost.is_answered_by("ana")
            since = night.feed.position()
            os.kill(before["asterisk_pid"], signal.SIGKILL)
            await night.feed.first(NodeConnected, within=ASTERISK_IS_BACK_WITHIN, since=since)
            await until(lambda: night.stack["asterisk_pid"] != before["asterisk_pid"], within=5)
            await shift["ana"].hang_up()
            await is_listed_as_lost(night, lost.call)
        await night.feed.first(AlarmCleared, within=5, since=since)
        after = night.stack
        unchanged = set(before) - {"asterisk_pid"}
        assert {key: before[key] for key in unchanged} == {key: after[key] for key in unchanged}
        await night.answers_again()
        async with callers.dials(night, number("plain"), flow="plain") as new:
            await shift["ana"].take_call(within=2 * SOON)
            await new.is_answered_by("ana")
            await hear_each_other(new, shift["ana"], HZ)
        life = (await night.floor()).epoch
        await night.engine_has_lived_a_while()
        os.kill(after["engine_pid"], signal.SIGKILL)
        assert (await night.answers_again()).epoch > life
        assert (await night.runs("status")).code == 0
    told = alarms.read_text().splitlines()[len(heard_before) :]
    assert told.count("node:n1") == 1


async def test_killed_postgresql_loses_no_call_and_no_line_of_the_journal(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with (
        on_shift(night, prefix, tmp_path, ANA) as shift,
        callers.dials(night, number("plain"), flow="plain") as talking,
    ):
        await shift["ana"].take_call(within=SOON)
        await talking.is_answered_by("ana")
        dead = postmaster(night)
        os.kill(dead, signal.SIGKILL)
        async with callers.dials(night, number("plain"), flow="plain") as waiting:
            await waiting.waits_in("plain")
            await hear_each_other(talking, shift["ana"], HZ)
            await talking.hangs_up()
            await shift["ana"].take_call(within=SOON)
            await waiting.is_answered_by("ana")
            await hear_each_other(waiting, shift["ana"], HZ)
        await shift["ana"].wait_for(Closed, within=SOON)
    deadline = time.monotonic() + JOURNAL_CATCHES_UP_WITHIN
    for call in (talking.call, waiting.call):
        while not (kinds := await kinds_of(night.stack["database"], call)) or (
            kinds[-1] != "call_finished" and "call_finished" not in kinds
        ):
            assert time.monotonic() < deadline, f"the journal of {call} holds only {kinds}"
        assert kinds.count("answered") == 1
        assert kinds.count("call_started") == 1
    assert postmaster(night) != dead


async def test_missing_prompt_leaves_no_caller_in_silence(night: Hotline, callers: Callers) -> None:
    with without_prompt(night, "saludo"):
        async with callers.dials(night) as caller:
            missing = await caller.first(PromptMissing)
            assert missing.prompts == ("saludo",)
            await caller.waits_in("crisis")
            music = await caller.phone.hears(within=SOON)
            assert music.start - caller.up_at < 2
            await caller.phone.hears(within=timedelta(seconds=3), since=music.start + 1)
            assert caller.longest_silence(music.start) < GAP


async def test_agent_whose_whisper_is_missing_still_gets_the_caller_by_1(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    eva = Agent(id="eva", skills="plain: 5", mobile="+525512340009", tone_hz=HZ)
    with without_prompt(night, "susurro_orientacion"):
        async with (
            on_shift(night, prefix, tmp_path, eva) as shift,
            callers.dials(night, number("plain"), flow="plain") as caller,
        ):
            await shift["eva"].incoming(within=SOON)
            await shift["eva"].accept()
            await caller.first(OfferPickedUp)
            await shift["eva"].press("1")
            await caller.is_answered_by("eva")
            await hear_each_other(caller, shift["eva"], HZ)
            floor = await night.floor()
            assert [view.state for view in floor.agents] == [AgentState.TALKING]
