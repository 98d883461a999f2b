"""A caller waits on real Asterisk: the operator asks why, why not this agent, and how it was."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from router.core.records import CallFinished
from router.core.routing.explain import KeptWaiting
from router.standalone.programs import Prefix
from tests.acceptance.hotline_up import Hotline
from tests.acceptance.people import SOON, Agent, Callers, on_shift

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEA = Agent(id="lea", skills="juridico: 5", mobile="+525512340021")
TEO = Agent(id="teo", skills="psicologia: 2", mobile="+525512340022")


async def test_the_operator_is_told_why_a_caller_still_waits(
    hotline: Hotline, callers: Callers
) -> None:
    async with callers.dials(hotline) as caller:
        await caller.phone.press("4")
        await caller.waits_in("juridico")
        await caller.first(KeptWaiting)
        answer = await hotline.runs("why", caller.call, "--json")
        assert answer.code == 0, answer.said
        waiting = answer.json["waiting"]
        assert (waiting["queue"], waiting["expected"]) == ("juridico", [])
        # Nobody is on shift: the next circle was opened at once (W2).
        assert waiting["why"]["accepts"] == "juridico or juridico and psicologia"
        told = await hotline.runs("why", caller.call)
        assert "nobody is logged in" in told.said
        await caller.hangs_up()


async def test_the_operator_is_told_why_not_this_agent_now_and_later(
    hotline: Hotline, callers: Callers, prefix: Prefix, tmp_path: Path
) -> None:
    async with on_shift(hotline, prefix, tmp_path, LEA, TEO):
        assert (await hotline.runs("agents", "pause", "lea", "--reason", "comida")).code == 0
        async with callers.dials(hotline) as caller:
            await caller.phone.press("4")
            await caller.waits_in("juridico")
            await caller.first(KeptWaiting)
            for name, excluded, words in (
                ("lea", "paused", "lea is on a break"),
                ("teo", "not_qualified", "teo does not have the skills that are asked for now"),
            ):
                answer = await hotline.runs("why-not", name, caller.call, "--json")
                assert answer.code == 0, answer.said
                (found,) = answer.json["calls"]
                assert (found["call"], found["stands"]["excluded"]) == (caller.call, excluded)
                assert words in (await hotline.runs("why-not", name)).said
            why = (await hotline.runs("why", caller.call, "--json")).json["waiting"]
            live = {each["agent"]: each["excluded"] for each in why["stands"]}
            await caller.hangs_up()
            await caller.first(CallFinished)
    then = await decided(hotline, caller.call, why["at"])
    # Both have logged out since; the decision was kept with how they stood.
    assert then["stands"] == live
    assert (then["rung"], then["queue"]) == (None, "juridico")


async def decided(hotline: Hotline, call: str, at: str) -> Any:
    """Once the journal has been written so far."""
    async with asyncio.timeout((2 * SOON + timedelta(seconds=10)).total_seconds()):
        while True:
            told = await hotline.runs("explain", call, "--at", at, "--json")
            if told.code == 0:
                return told.json["decision"]
