"""The roster file: whole or not at all, and never in the way of a call."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.adapters.roster_file import RosterFile
from router.core.routing.agent import AgentProfile
from router.core.staff import WrapUp
from router.core.vocabulary import AgentId, CallId, Device, DeviceKind, SkillName
from router.ports import RosterEntry

ANA = RosterEntry(
    profile=AgentProfile(
        id=AgentId("ana"),
        name="Ana Ñáñez",
        skills={SkillName("psicologia"): 4, SkillName("crisis"): 3},
        devices=(
            Device(kind=DeviceKind.DESK, password="secret"),
            Device(kind=DeviceKind.PHONE, number="+525512345678"),
        ),
        wrap_up=timedelta(seconds=30),
    ),
    logged_in=True,
    paused=None,
)
BETO = RosterEntry(
    profile=AgentProfile(id=AgentId("beto"), name="Beto", skills={}, devices=()),
    logged_in=True,
    paused="comida",
)


class Alarms(dict[str, str | None]):
    """The last word on each alarm."""

    def __call__(self, alarm: str, text: str | None) -> None:
        self[alarm] = text


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "roster.json"


def test_the_next_engine_finds_who_is_logged_in(path: Path) -> None:
    alarms = Alarms()
    RosterFile(path, on_trouble=alarms).save([ANA, BETO])
    assert RosterFile(path, on_trouble=alarms).load() == (ANA, BETO)
    assert alarms == {}


def test_a_first_start_has_nobody(path: Path) -> None:
    alarms = Alarms()
    assert RosterFile(path, on_trouble=alarms).load() == ()
    assert alarms == {}


def test_only_the_owner_may_read_the_passwords_in_it(path: Path) -> None:
    RosterFile(path, on_trouble=Alarms()).save([ANA])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["roster.json"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b'{"agents": [{}]}', b'{"agents": [{"profile": {"id": 3}}]}', b"{"],
)
def test_a_damaged_roster_is_set_aside_with_an_alarm(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.with_name("roster.json.broken-1").write_text("an older one")
    alarms = Alarms()
    roster = RosterFile(path, on_trouble=alarms)
    assert roster.load() == ()
    assert path.with_name("roster.json.broken-2").read_bytes() == content
    assert "roster.json.broken-2" in str(alarms["roster_broken"])
    roster.save([ANA])
    assert roster.load() == (ANA,)


def test_a_roster_of_a_newer_version_is_read(path: Path) -> None:
    RosterFile(path, on_trouble=Alarms()).save([ANA])
    written = json.loads(path.read_text())
    written["agents"][0]["shift"] = "night"
    path.write_text(json.dumps(written))
    assert RosterFile(path, on_trouble=Alarms()).load() == (ANA,)


def test_a_save_that_was_cut_short_leaves_the_last_roster(path: Path) -> None:
    roster = RosterFile(path, on_trouble=Alarms())
    roster.save([ANA])
    path.with_name("roster.json.new").write_text('{"agents": [')
    assert roster.load() == (ANA,)
    roster.save([BETO])
    assert roster.load() == (BETO,)


def test_a_roster_that_cannot_be_saved_is_an_alarm_until_it_can(path: Path) -> None:
    alarms = Alarms()
    away = path.parent / "away" / "roster.json"
    roster = RosterFile(away, on_trouble=alarms)
    roster.save([ANA])
    assert "log-ins of now would be forgotten" in str(alarms["roster_unsaved"])
    away.parent.mkdir()
    roster.save([ANA])
    assert alarms["roster_unsaved"] is None


def test_pause_wrap_up_and_idle_time_are_kept(path: Path) -> None:
    at = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    wrap_up = WrapUp(call=CallId("n1-1"), since=at, until=at + timedelta(seconds=30))
    ana = replace(ANA, wrap_up=wrap_up, idle_since=at)
    RosterFile(path, on_trouble=Alarms()).save([ana], durable=False)
    assert RosterFile(path, on_trouble=Alarms()).load() == (ana,)
