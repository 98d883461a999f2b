"""The engine is killed while callers are everywhere: each goes on exactly where they were."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from router.core.records import Ended, OfferEnded, PromptMissing, StepEntered
from router.core.shift_records import WrapUpStarted
from router.core.vocabulary import AgentState, EndedBy, OfferOutcome
from router.standalone.phone_events import Closed, Incoming
from router.standalone.programs import Prefix
from router.standalone.tone import heard
from tests.acceptance.everywhere import (
    AT_HOME_HZ,
    HZ,
    SILENT_AT_MOST,
    callers_everywhere,
    seen,
)
from tests.acceptance.hotline_up import Hotline, asks_asterisk, until
from tests.acceptance.people import SOON, Caller, Callers, hear_each_other
from tests.acceptance.practice import REMEMBERS_NUMBER

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOLE = 2.0
"""Seconds of a conversation without the other's voice."""


async def test_after_a_kill_every_caller_goes_on_where_they_were(
    night: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    await night.engine_has_lived_a_while()
    async with callers_everywhere(night, callers, prefix, tmp_path) as all_of_them:
        shift = all_of_them.shift
        before = (await night.floor()).calls
        killed_at = time.monotonic()
        with night.guard_frozen():
            os.kill(night.stack["engine_pid"], signal.SIGKILL)
            floor = await night.answers_again()
        assert {view.call for view in floor.calls} == {each.call for each in all_of_them.callers}
        assert all(each.is_on_the_line for each in all_of_them.callers)

        greeted = seen(floor.calls, all_of_them.greeted)
        assert (greeted.stage, greeted.step) == ("menu", "saludo")

        was, now = (seen(views, all_of_them.waiting) for views in (before, floor.calls))
        assert (now.queue, now.queued_at) == (was.queue, was.queued_at)
        assert (now.arrived_at, now.widening) == (was.arrived_at, was.widening)

        states = {str(view.profile.id): view.state for view in floor.agents}
        assert states["leo"] is AgentState.WRAP_UP
        assert states["eva"] is AgentState.TALKING

        assert len(shift["ana"].seen(Incoming)) == 1
        await shift["ana"].accept()
        await hear_each_other(all_of_them.rung_for, shift["ana"], HZ)
        (ended,) = all_of_them.rung_for.records(OfferEnded)
        assert ended.outcome is OfferOutcome.ACCEPTED

        await shift["bea"].press("1")
        await hear_each_other(all_of_them.whispered, shift["bea"], AT_HOME_HZ)
        assert len(shift["bea"].seen(Incoming)) == 1

        await shift.logs_in("mar")
        await shift["mar"].take_call(within=SOON)
        await all_of_them.waiting.is_answered_by("mar")

        # A busy machine loses packets here and there; a conversation that was touched has a hole.
        eva = shift["eva"].recording()
        spoken = heard(eva.between(killed_at, eva.end), 440)
        edges = [killed_at, *(edge for span in spoken for edge in (span.start, span.end)), eva.end]
        assert max(b - a for a, b in zip(edges[::2], edges[1::2], strict=True)) < HOLE
        await all_of_them.talking.hangs_up()
        over = await all_of_them.talking.first(Ended)
        assert (over.agent, over.by) == ("eva", EndedBy.CALLER)
        await all_of_them.talking.first(WrapUpStarted)
        await shift["eva"].wait_for(Closed, within=SOON)
        for caller in all_of_them.callers[:-1]:
            assert caller.is_on_the_line
            assert caller.longest_silence(killed_at) < SILENT_AT_MOST
    assert not (await night.answers_again()).calls


async def reaches(caller: Caller, step: str, *, times: int = 1) -> None:
    """The step, for so many times in all."""

    def has() -> bool:
        return sum(each.step == step for each in caller.records(StepEntered)) >= times

    await until(has, within=20)


async def test_after_a_kill_flows_remember_and_what_was_typed_is_asked_again(
    night: Hotline, callers: Callers
) -> None:
    await night.engine_has_lived_a_while()
    async with (
        callers.dials(night, REMEMBERS_NUMBER, flow="recuerda") as typed,
        callers.dials(night, REMEMBERS_NUMBER, flow="recuerda") as within,
    ):
        await reaches(within, "dentro")
        await reaches(typed, "dentro")
        await typed.phone.press("1")
        await reaches(typed, "pide")
        await typed.phone.press("17")
        await reaches(typed, "elige")
        # The record comes first, but what the channel carries is what a new engine knows.
        await until(lambda: "elige" in {each["step"] for each in states_carried(night)}, within=5)
        for state in states_carried(night):
            assert "fleeting" not in state or state["fleeting"] == {"clave": "pide"}
            assert state.get("variables", {}).keys() <= {"veces", "tema", "doble"}
        with night.guard_frozen():
            os.kill(night.stack["engine_pid"], signal.SIGKILL)
            floor = await night.answers_again()
        assert {seen(floor.calls, each).step for each in (typed, within)} == {"pide", "dentro"}
        # The flow within the flow returns to where it was gone through.
        await within.phone.press("1")
        await reaches(within, "pide")
        assert not within.records(PromptMissing)
        # Two digits and the menu's key: the digits are compared by what was typed anew.
        await typed.phone.press("17")
        await reaches(typed, "elige", times=2)
        await typed.phone.press("1")
        await typed.waits_in("pasos")
    assert not (await night.answers_again()).calls


def states_carried(hotline: Hotline) -> list[dict[str, Any]]:
    """Of the flows of all callers, as their channels tell them."""
    channels = asks_asterisk(hotline.stack["ari"], "channels")
    texts = [each["channelvars"]["HOTLINE_STATE"] for each in channels]
    runs = [json.loads(text.lstrip("!?."))["run"] for text in texts if text]
    return [level for run in runs for level in (run, *run.get("stack", []))]
