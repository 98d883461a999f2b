"""`hotline try`: a call without a telephone ends where a caller would, and can be told again."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from router.cli.exits import Exit
from router.cli.main import run

ROOT = Path(__file__).parents[1]
LINE = "5555335533"
MORNING, NIGHT = "2026-11-25 10:00", "2026-11-25 03:10"
ROSTER = """\
agents:
  - id: eva
    skills: {psicologia: 4, crisis: 4}
    devices: [{kind: phone, number: "+525512345678"}]
  - id: leo
    skills: {juridico: 3}
    devices: [{kind: desk}]
"""


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture
def roster(tmp_path: Path) -> str:
    (tmp_path / "roster.yaml").write_text(ROSTER)
    return str(tmp_path / "roster.yaml")


def ended(capfd: pytest.CaptureFixture[str], *arguments: str, number: str = LINE) -> Any:
    assert run(["try", number, "--json", *arguments]) == Exit.DONE
    return json.loads(capfd.readouterr().out)


def typed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], lines: str, *more: str
) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    assert run(["try", LINE, "--at", MORNING, *more]) == Exit.DONE
    return capfd.readouterr().out


@pytest.mark.parametrize("at", [MORNING, NIGHT])
def test_a_caller_who_presses_nothing_ends_in_crisis(
    at: str, capfd: pytest.CaptureFixture[str]
) -> None:
    told = ended(capfd, "--keys", "", "--at", at)
    assert (told["ended_in"], told["queue"]) == ("queue", "crisis")
    assert told["path"][-1] == "crisis"
    assert ("menu" in told["path"]) == (at == MORNING)
    assert 5 < told["seconds"] < 45


def test_whatever_the_hour_is_now_silence_ends_in_crisis(capfd: pytest.CaptureFixture[str]) -> None:
    assert ended(capfd, "--keys", "")["queue"] == "crisis"


def test_key_4_ends_in_juridico(capfd: pytest.CaptureFixture[str]) -> None:
    told = ended(capfd, "--keys", "4", "--at", MORNING)
    assert (told["ended_in"], told["queue"]) == ("queue", "juridico")


def test_a_comma_waits_out_the_menu(capfd: pytest.CaptureFixture[str]) -> None:
    told = ended(capfd, "--keys", ",4", "--at", MORNING)
    assert told["queue"] == "crisis"


def test_whoever_of_the_roster_can_answer_does(
    roster: str, capfd: pytest.CaptureFixture[str]
) -> None:
    told = ended(capfd, "--keys", "1", "--at", MORNING, "--agents", roster)
    assert (told["ended_in"], told["queue"]) == ("person", "crisis")


def test_what_is_heard_is_shown_in_the_languages_that_there_are(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    told = typed(monkeypatch, capfd, "\n7\n/wait 30\n/quit\n")
    assert "0:00  es  «Línea de Seguridad" in told
    assert "      en  «This is the Citizens' Council" in told
    assert "0:10  en  «If you are in crisis" in told
    assert "The caller waits in crisis, with music." in told


def test_an_agent_answers_and_the_caller_hangs_up(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    told = typed(monkeypatch, capfd, "1\n/answer ana\n/wait 60\n/hangup\n")
    assert "The caller talks to ana." in told
    assert "The call is over: person." in told


def test_what_cannot_be_is_told_and_the_call_goes_on(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    told = typed(monkeypatch, capfd, "/answer zoe\n/dance\n4\n/answer\n/quit\n")
    assert "Not so: zoe answers" in told
    assert "/wait 30" in told
    assert "The caller talks to ana." in told


@pytest.mark.parametrize("number", [LINE, "8005533000"])
@pytest.mark.parametrize("keys", ["", "4", "7,", "99"])
def test_a_recorded_call_is_a_story_that_goes_as_it_is_told(
    number: str, keys: str, roster: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    story = tmp_path / "stories/call.yaml"
    story.parent.mkdir()
    arguments = ["--keys", keys, "--at", MORNING, "--record", str(story), "--from", "5512345678"]
    for more in ([], ["--agents", roster]):
        ended(capfd, *arguments, *more, number=number)
        code, told = run(["stories", str(story.parent)]), capfd.readouterr().out
        assert code == Exit.DONE, told
    assert "5512345678" not in story.read_text()


def test_a_number_that_is_no_line_is_taken_by_the_default_and_told(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run(["try", "5500000000", "--keys", "", "--json"]) == Exit.DONE
    told = capfd.readouterr()
    assert json.loads(told.out)["queue"] == "crisis"
    assert "5500000000 is no line of ivr" in told.err


@pytest.mark.parametrize("wrong", [["--keys", "a"], ["--at", "noon"], ["--agents", "nowhere"]])
def test_what_is_mistyped_is_told(wrong: list[str]) -> None:
    assert run(["try", LINE, "--keys", "", *wrong]) == Exit.WRONG_USE


CLINIC, SUNDAY = "5555002000", "2026-11-22 11:00"


@pytest.mark.parametrize(
    ("keys", "ended_in"), [("2##1", "message"), ("2##", "message"), ("2,,", "goodbye")]
)
def test_a_message_is_left_by_its_key_and_not_by_silence(
    keys: str, ended_in: str, capfd: pytest.CaptureFixture[str]
) -> None:
    clinic = ("--ivr", "ivr/examples/clinica", "--at", SUNDAY)
    told = ended(capfd, "--keys", keys, *clinic, number=CLINIC)
    assert told["ended_in"] == ended_in
    assert told["path"][1:3] == ["cerrado", "buzon"]


def test_what_is_said_after_the_tone_is_typed_as_seconds(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("2\n\n/say 12\n1\n\n"))
    clinic = ["--ivr", "ivr/examples/clinica", "--at", SUNDAY]
    assert run(["try", CLINIC, *clinic]) == Exit.DONE
    told = capfd.readouterr().out
    assert "what they say now is recorded" in told
    assert "The call is over: message." in told
