"""The hotline calls itself: all the way to an agent, and an alarm when it does not get there."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.probe.line import Line, line
from tests.acceptance.hotline_up import Hotline
from tests.postgres import free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROSTER = """\
agents:
  - id: prueba
    skills: {{psicologia: 1, crisis: 1, synthetic: 1}}
    wrap_up: 0
    devices:
      - {{kind: desk, address: "sip:prueba@127.0.5.33:{port}"}}
  - id: persona
    skills: {{psicologia: 5, crisis: 5}}
    devices:
      - {{kind: desk, address: "sip:persona@127.0.0.1:{person}"}}
"""


async def test_a_test_call_walks_the_crisis_path_and_an_alarm_says_when_it_cannot(
    hotline: Hotline, tmp_path: Path
) -> None:
    rung: list[str] = []
    sip = hotline.stack["sip"]
    async with line(
        (sip["host"], sip["port"]),
        host="127.0.0.1",
        hz=None,
        calls=1,
        incoming=lambda user, at, call: rung.append(user),
    ) as person:
        await _on_shift(hotline, tmp_path, person)
        walked = await hotline.runs("probe", "--json")
        assert walked.code == 0, walked.said
        assert [each["stage"] for each in walked.json["stages"]] == [
            "answered",
            "greeting heard",
            "test agent rung",
            "both hear each other",
            "hung up",
        ]
        lost = await hotline.runs("probe", "--agent", "persona")
        assert lost.code == 1
        assert "lack the skill synthetic" in lost.said
        assert "probe" in {alarm.name for alarm in (await hotline.floor()).alarms}
        assert (await hotline.runs("probe")).code == 0
        assert "probe" not in {alarm.name for alarm in (await hotline.floor()).alarms}
        assert rung == [], "a person was rung for a test call"
        await hotline.runs("agents", "logout", "--all")


async def _on_shift(hotline: Hotline, folder: Path, person: Line) -> None:
    roster = folder / "roster.yaml"
    roster.write_text(ROSTER.format(port=free_port(), person=person.port))
    imported = await hotline.runs("agents", "import", str(roster))
    assert imported.code == 0, imported.said
    assert (await hotline.runs("agents", "login", "persona")).code == 0
