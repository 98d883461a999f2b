"""Flow files are saved while people call: calls keep what they began with, the next get the new."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters.policy_folder import TROUBLE
from router.core.house_records import AlarmCleared, AlarmRaised, PolicyChanged
from router.core.records import StepEntered
from router.core.vocabulary import StepName
from tests.acceptance.hotline_up import Hotline
from tests.acceptance.people import Callers
from tests.acceptance.practice import number

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINE = "plain"
GREETED = """\
start: saluda
steps:
  saluda:
    play: saludo
    barge_in: false
    next: waits
  waits:
    queue: plain
    next: gracias
  gracias:
    goodbye: gracias
"""
NOTICED_WITHIN = 10


class FlowFile:
    """As an admin's editor has it."""

    def __init__(self, hotline: Hotline) -> None:
        self._path = Path(hotline.environment["HOTLINE_IVR_DIR"], f"flows/{LINE}.yaml")
        self.name = self._path.name
        self._before = self._path.read_text()

    def is_saved_as(self, text: str) -> None:
        self._path.write_text(text)

    def is_as_before(self) -> None:
        self._path.write_text(self._before)


async def test_a_save_keeps_calls_and_changes_the_next_and_a_broken_one_changes_nothing(
    hotline: Hotline, callers: Callers
) -> None:
    file = FlowFile(hotline)
    try:
        async with callers.dials(hotline, number(LINE), flow=LINE) as first:
            await first.waits_in(LINE)
            since = hotline.feed.position()
            file.is_saved_as(GREETED)
            _, changed = await hotline.feed.first(PolicyChanged, within=NOTICED_WITHIN, since=since)
            assert [name.rpartition("/")[2] for name in changed.files] == [file.name]

            async with callers.dials(hotline, number(LINE), flow=LINE) as second:
                await second.first(StepEntered, where=lambda each: each.step == "saluda")
                since = hotline.feed.position()
                file.is_saved_as(GREETED.replace("queue: plain", "queue: plian"))
                _, raised = await hotline.feed.first(
                    AlarmRaised,
                    within=NOTICED_WITHIN,
                    since=since,
                    where=lambda each: each.alarm == TROUBLE,
                )
                assert f"{file.name}:8:" in raised.text
                assert "plian" in (await hotline.runs("status")).said
                async with callers.dials(hotline, number(LINE), flow=LINE) as third:
                    await third.first(StepEntered, where=lambda each: each.step == "saluda")
                    assert (await hotline.floor()).policy == changed.version
                assert second.is_on_the_line
            assert first.is_on_the_line
            steps = [each.step for each in first.records(StepEntered)]
            assert steps == [StepName("waits")], "who waited was led through the new flow"
    finally:
        since = hotline.feed.position()
        file.is_as_before()
        await hotline.feed.first(
            AlarmCleared,
            within=NOTICED_WITHIN,
            since=since,
            where=lambda each: each.alarm == TROUBLE,
        )
