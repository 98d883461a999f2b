"""A caller waits on real Asterisk: the operator asks why, and why not this agent."""

from __future__ import annotations

import pytest

from router.core.routing.explain import KeptWaiting
from tests.acceptance.hotline_up import Hotline
from tests.acceptance.people import Callers

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
