"""What an operator types, reads and gets as an exit code; the engine behind it is a fake."""

from __future__ import annotations

import asyncio
import fcntl
import getpass
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer import Context
from typer.core import TyperGroup

from router import errors
from router.adapters.control.server import serve_control
from router.cli.catalogue import PARTS
from router.cli.exits import Exit, exit_for
from router.cli.main import app, run
from router.core.records import Abandoned, Queued
from router.core.shift_events import RespiroTaken
from router.core.snapshot import Alarm, CallView, OfferView
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallId,
    DeviceKind,
    OfferId,
    QueueName,
    StepName,
)
from tests.fakes.desk import NOON, FakeDesk, profile, registering_phone, telephone

SOON = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def plain(self) -> Any:
        """The JSON on standard output."""
        return json.loads(self.out)


class Operator:
    """Types commands to the engine of one state folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    async def types(self, *words: str) -> Answer:
        code = await asyncio.to_thread(run, [*words, "--state-dir", str(self.folder)])
        said = self._capture.readouterr()
        return Answer(code=code, out=said.out, err=said.err)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment nor the folder in which the tests were started plays a part."""
    for variable in [name for name in os.environ if name.startswith("HOTLINE_")]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk(
        profile("ana", skills={"psicologia": 4, "crisis": 3}),
        profile("beto", telephone("+525512345678")),
        profile("carla", registering_phone("s3cr3t")),
    )


@pytest.fixture
async def operator(
    desk: FakeDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> AsyncIterator[Operator]:
    async with serve_control(desk, tmp_path, reachable_within=timedelta(milliseconds=20)):
        yield Operator(tmp_path, capsys)


@pytest.fixture
def lonely(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Operator:
    """An operator in whose folder no engine runs."""
    return Operator(tmp_path / "empty", capsys)


def caller(
    name: str, stage: str, queue: str | None, *, offers: tuple[OfferView, ...] = ()
) -> CallView:
    return CallView(
        call=CallId(f"n1-1772388000.{name}"),
        stage=stage,
        step=StepName("menu"),
        arrived_at=NOON,
        queue=None if queue is None else QueueName(queue),
        queued_at=None if queue is None else NOON + timedelta(seconds=45),
        widening=0,
        offers=offers,
        agent=None,
    )


def ringing(agent: str) -> OfferView:
    return OfferView(
        offer=OfferId("o"),
        agent=AgentId(agent),
        device=DeviceKind.DESK,
        since=NOON + timedelta(seconds=110),
        picked_up=False,
    )


async def test_status_is_well_while_no_alarm_stands(operator: Operator) -> None:
    answer = await operator.types("status")
    assert answer.code == Exit.DONE
    assert "all is well" in answer.out
    assert "0 of 3 agents logged in" in answer.out


async def test_status_fails_while_an_alarm_stands(desk: FakeDesk, operator: Operator) -> None:
    desk.alarms = (Alarm(name="nobody", text="no psychologist is logged in", since=NOON),)
    answer = await operator.types("status")
    assert answer.code == Exit.NOT_SO
    assert "ALARM since 12:00:00: no psychologist is logged in (nobody)" in answer.out
    assert (await operator.types("status", "--json")).plain["alarms"][0]["name"] == "nobody"


async def test_status_shows_who_waits_for_how_long(desk: FakeDesk, operator: Operator) -> None:
    desk.calls = (
        caller("1", "queued", "crisis"),
        caller("2", "offered", "crisis", offers=(ringing("ana"),)),
        caller("3", "menu", None),
    )
    answer = await operator.types("status")
    assert "3: 1 waiting, 1 ringing, 1 in the menu" in answer.out
    assert re.search(r"crisis\s+2\s+1:15\s+ana", answer.out)


async def test_without_an_engine_every_command_says_how_to_start_one(lonely: Operator) -> None:
    for words in (["status"], ["agents", "list"], ["agents", "login", "--all"], ["tail"]):
        answer = await lonely.types(*words)
        assert answer.code == Exit.NO_ENGINE
        assert answer.out == ""
        assert answer.err.count("\n") == 1
        assert "hotline up" in answer.err


async def test_agents_are_listed_without_their_numbers(operator: Operator) -> None:
    answer = await operator.types("agents", "list")
    assert answer.code == Exit.DONE
    assert re.search(
        r"ana\s+Ana\s+fuera de turno / logged out\s+○ escritorio / desk\s+2:00\s+"
        r"psicologia 4, crisis 3",
        answer.out,
    )
    listed = await operator.types("agents", "list", "--json")
    assert [view["profile"]["id"] for view in listed.plain] == ["ana", "beto", "carla"]
    assert "+525512345678" not in answer.out + listed.out
    assert "s3cr3t" not in answer.out + listed.out


async def test_show_tells_number_and_password(operator: Operator) -> None:
    assert "phone +525512345678" in (await operator.types("agents", "show", "beto")).out
    shown = await operator.types("agents", "show", "carla")
    assert "registers as user carla with password s3cr3t" in shown.out


async def test_login_tells_who_is_ready_and_who_cannot_be_reached_yet(operator: Operator) -> None:
    answer = await operator.types("agents", "login", "ana", "beto")
    assert answer.code == Exit.NOT_SO
    assert answer.out.strip() == "Beto (beto) disponible / ready  ● externo / phone"
    assert answer.err.startswith("Ana (ana) is logged in, but the desk phone at sip:ana@127.0.0.1")
    assert (await operator.types("agents", "login", "beto")).code == Exit.DONE


async def test_unknown_agents_are_named_and_nobody_is_logged_in(
    desk: FakeDesk, operator: Operator
) -> None:
    answer = await operator.types("agents", "login", "ana", "anna", "bob")
    assert answer.code == Exit.NOT_SO
    assert "'anna' (did you mean 'ana'?) and 'bob' are not on the roster" in answer.err
    assert desk.told == []


async def test_a_break_has_a_reason(desk: FakeDesk, operator: Operator) -> None:
    desk.becomes("beto", AgentState.READY)
    answer = await operator.types("agents", "pause", "beto", "--reason", "comida")
    assert (
        answer.out.strip() == "Beto (beto) en pausa (comida) / paused (comida)  ● externo / phone"
    )
    assert (await operator.types("agents", "resume", "beto")).code == Exit.DONE
    assert (await operator.types("agents", "ready", "beto")).code == Exit.DONE
    assert (await operator.types("agents", "logout", "--all")).code == Exit.DONE


async def test_a_respiro_is_given_and_more_time_to_write_as_far_as_the_cap(
    desk: FakeDesk, operator: Operator
) -> None:
    desk.becomes("beto", AgentState.WRAP_UP, until=NOON)
    assert (await operator.types("agents", "extend", "beto")).code == Exit.DONE
    again = await operator.types("agents", "extend", "beto")
    assert again.code == Exit.NOT_SO
    assert "Beto (beto) has as long a wrap-up as the policy allows." in again.err
    taken = await operator.types("agents", "respiro", "beto", "--minutes", "5")
    assert (
        taken.out.strip() == "Beto (beto) en pausa (respiro) / paused (respiro)  ● externo / phone"
    )
    assert desk.told[-1] == RespiroTaken(at=NOON, agent=AgentId("beto"), lasts=timedelta(minutes=5))
    desk.becomes("beto", AgentState.WRAP_UP)
    own = await operator.types("agents", "extend", "beto")
    assert "`hotline agents ready beto`" in own.err
    off = await operator.types("agents", "respiro", "ana")
    assert "Ana (ana) is not logged in" in off.err


@pytest.mark.parametrize("words", [("login",), ("pause", "ana", "--all")])
async def test_agents_are_named_or_all_are_meant(
    words: tuple[str, ...], operator: Operator
) -> None:
    answer = await operator.types("agents", *words)
    assert answer.code == Exit.WRONG_USE
    assert "Name some agents" in answer.err


async def test_import_tells_who_came_and_who_left(operator: Operator, tmp_path: Path) -> None:
    roster = tmp_path / "agents.yaml"
    roster.write_text("agents: ana zoe")
    answer = await operator.types("agents", "import", str(roster))
    assert answer.out.strip() == (
        "2 agentes en la plantilla. altas: zoe; bajas: beto y carla"
        " / 2 agents on the roster. new: zoe; gone: beto and carla"
    )


async def test_a_bad_roster_is_refused_with_each_problem_on_its_line(
    operator: Operator, tmp_path: Path
) -> None:
    roster = tmp_path / "agents.yaml"
    roster.write_text("nobody")
    answer = await operator.types("agents", "import", str(roster))
    assert answer.code == Exit.NOT_SO
    assert answer.err.splitlines() == [f"{roster}:1:1: no agents", f"{roster}:2:1: nor here"]
    missing = await operator.types("agents", "import", "none.yaml")
    assert missing.code == Exit.WRONG_USE
    assert missing.err.startswith("none.yaml cannot be read (No such file or directory).")


async def test_reload_names_the_changed_files_and_who_asked(
    desk: FakeDesk, operator: Operator
) -> None:
    answer = await operator.types("reload", "--json")
    assert answer.code == Exit.DONE
    assert answer.plain["files"] == ["queues.yaml"]
    assert desk.reloaded_by == [getpass.getuser()]


async def test_reload_of_bad_files_is_refused_with_their_places(
    desk: FakeDesk, operator: Operator
) -> None:
    desk.bad_files = "ivr/queues.yaml:3:5: no such skill"
    answer = await operator.types("reload")
    assert answer.code == Exit.NOT_SO
    assert "ivr/queues.yaml:3:5" in answer.err


async def test_calls_that_are_going_on_are_shown_without_a_database(
    desk: FakeDesk, operator: Operator
) -> None:
    desk.calls = (caller("11", "offered", "crisis", offers=(ringing("ana"),)),)
    answer = await operator.types("calls")
    assert answer.code == Exit.WRONG_USE
    assert re.search(r"n1-1772388000\.11\s+crisis\s+timbrando / ringing\s+ana\s+2:00\+", answer.out)
    assert answer.err.startswith("database has no value")
    assert answer.err.strip().endswith("Only the calls that are going on are shown.")


async def test_a_database_that_is_away_is_named_and_live_calls_are_shown(
    desk: FakeDesk, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_DATABASE", "postgresql://hotline:s3cr3t@127.0.0.1:1/hotline")
    desk.calls = (caller("11", "queued", "crisis"),)
    answer = await operator.types("calls", "--json")
    assert answer.code == Exit.SURROUNDINGS
    assert [call["stage"] for call in answer.plain["live"]] == ["queued"]
    assert "127.0.0.1:1/hotline" in answer.err
    assert "s3cr3t" not in answer.err


async def test_a_call_can_be_named_by_the_end_of_its_id(desk: FakeDesk, operator: Operator) -> None:
    desk.calls = (caller("11", "queued", "crisis"), caller("21", "menu", None))
    answer = await operator.types("explain", "00.11")
    assert "n1-1772388000.11\nahora en espera, en crisis" in answer.out
    assert "/ now waiting, in crisis" in answer.out
    several = await operator.types("explain", "1")
    assert several.code == Exit.NOT_SO
    assert "is the end of n1-1772388000.21 and n1-1772388000.11" in several.err
    unknown = await operator.types("explain", "77")
    assert unknown.code == Exit.WRONG_USE
    assert unknown.err.startswith("database has no value")


async def test_tail_is_readable_or_json_and_ends_with_the_engine(
    desk: FakeDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    operator = Operator(tmp_path, capsys)
    queued = Queued(queue=QueueName("crisis"), order_class=100, place_from=NOON, again=False)
    gone = Abandoned(queue=QueueName("crisis"), waited=timedelta(seconds=3), offered=True)
    said: list[Answer] = []
    for words in (["tail"], ["tail", "--json", "--queue", "crisis"]):
        desk.listening.clear()
        async with serve_control(desk, tmp_path):
            tail = asyncio.create_task(operator.types(*words))
            await asyncio.wait_for(desk.listening.wait(), SOON)
            desk.writes(queued, "n1-1")
            desk.writes(gone, "n1-1")
            async with asyncio.timeout(SOON):
                await asyncio.gather(*(listener.join() for listener in desk.listeners))
        said.append(await asyncio.wait_for(tail, SOON))
    readable, for_programs = said
    assert readable.code == Exit.NO_ENGINE
    assert readable.err.strip() == "The engine has ended."
    first, second = readable.out.splitlines()
    assert first.split("  ", 2)[0] == "12:00:00.250"
    assert "waits in crisis" in first
    assert "abandoned" in second
    assert [json.loads(line)["kind"] for line in for_programs.out.splitlines()] == [
        "queued",
        "abandoned",
    ]


async def test_config_shows_what_holds_and_who_said_so(
    lonely: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_ARI_PASSWORD", "s3cr3t")
    monkeypatch.setenv("HOTLINE_ARI_PASWORD", "typo")
    answer = await lonely.types("config")
    assert re.search(r"ari\.password\s+\*{8}\s+HOTLINE_ARI_PASSWORD", answer.out)
    assert re.search(r"state_dir\s+\S+/empty\s+--state-dir", answer.out)
    assert answer.err.strip() == "HOTLINE_ARI_PASWORD is no setting and was ignored."
    plain = {one["setting"]: one for one in (await lonely.types("config", "--json")).plain}
    assert plain["ari.password"]["value"] == "********"
    assert plain["hours"] == {
        "setting": "hours",
        "value": "clock",
        "from": "default",
        "variable": "HOTLINE_HOURS",
        "about": "follow the clock, or always one of them",
    }


async def test_bad_settings_are_all_named_and_nothing_is_started(
    lonely: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_HOURS", "noon")
    monkeypatch.setenv("HOTLINE_AMI_PORT", "none")
    answer = await lonely.types("run")
    assert answer.code == Exit.WRONG_USE
    assert len(answer.err.splitlines()) == 2


async def test_the_engine_asks_for_what_it_cannot_do_without(lonely: Operator) -> None:
    answer = await lonely.types("run")
    assert answer.code == Exit.WRONG_USE
    assert [line.split()[0] for line in answer.err.splitlines()] == [
        "ari.password",
        "ami.password",
        "database",
    ]


def test_the_state_folder_may_also_stand_before_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--state-dir", str(tmp_path / "x"), "status"]) == Exit.NO_ENGINE
    assert str(tmp_path / "x") in capsys.readouterr().err


def test_a_defect_is_one_sentence_and_a_traceback_on_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("router.cli.main.app", breaks)
    assert run(["status"]) == Exit.DEFECT
    assert capsys.readouterr().err.startswith("This is a defect of hotline (ZeroDivisionError: by")
    monkeypatch.setenv("HOTLINE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        run(["status"])


def test_what_the_operating_system_refuses_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/state/roster.json")

    monkeypatch.setattr("router.cli.main.app", breaks)
    assert run(["run"]) == Exit.SURROUNDINGS
    assert capsys.readouterr().err == (
        "The operating system refuses: [Errno 13] Permission denied: '/state/roster.json'.\n"
    )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_our_letters_is_no_defect_and_a_file_has_them_all(encoding: str) -> None:
    command = [sys.executable, "-m", "router.cli.main", "prompts", "list"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "80"}
    piped = subprocess.run(command, env=environment, capture_output=True, timeout=60, check=True)
    assert "línea" in piped.stdout.decode()
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    shown = subprocess.Popen(command, env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    told = b""
    with suppress(OSError):  # so ends a terminal that nobody has any more
        while more := os.read(ours, 4096):
            told += more
    os.close(ours)
    assert shown.wait(60) == Exit.DONE
    assert told.isascii() is (encoding == "ascii")
    assert b"saludo" in told


def test_a_detached_stack_that_cannot_come_up_ends_with_the_code_of_what_stopped_it() -> None:
    failed = errors.StackFailed(detail="A stack is up already.")
    failed.code = Exit.NOT_SO
    assert exit_for(failed) is Exit.NOT_SO
    failed.code = -9  # killed, before it could say why
    assert exit_for(failed) is Exit.SURROUNDINGS


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.MessageUnknown(message="m"), Exit.NOT_SO),
        (errors.CallbackUnknown(call="c"), Exit.NOT_SO),
        (errors.PromptUnknown(prompt="p", language="es", hint=""), Exit.WRONG_USE),
    ],
)
def test_what_nobody_knows_is_not_blamed_on_the_surroundings(
    error: errors.HotlineError, code: Exit
) -> None:
    assert exit_for(error) is code


def test_errors_of_several_tasks_are_told_like_any_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced = errors.GuardReplaced()

    def breaks(*_: object, **__: object) -> None:
        raise ExceptionGroup("tasks", [ExceptionGroup("more", [replaced])])

    monkeypatch.setattr("router.cli.main.app", breaks)
    assert run(["run"]) == exit_for(replaced)
    assert capsys.readouterr().err.strip() == str(replaced)


def test_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == Exit.DONE
    told = capsys.readouterr().out
    for code in Exit:
        assert code is Exit.INTERRUPTED or re.search(rf"^\W*{code.value}\s+\w", told, re.MULTILINE)
    assert "demo" not in told


def test_a_command_is_the_same_whether_it_is_loaded_alone_or_with_all_others() -> None:
    every = typer.main.get_command(app())
    assert isinstance(every, TyperGroup)
    brought = [word for part in PARTS for word in part.words]
    assert sorted([*brought, "version"]) == sorted(every.commands)
    for word, command in every.commands.items():
        alone = typer.main.get_command(app([word]))
        assert isinstance(alone, TyperGroup)
        shown = [each.commands[word].get_help(Context(each)) for each in (every, alone)]
        assert shown[0] == shown[1]
        assert command.help


def test_an_engine_starts_without_what_other_commands_need() -> None:
    loads = "import sys; from router.cli.main import app; app(['run']); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", loads], capture_output=True, text=True, timeout=60, check=True
    ).stdout.split()
    assert "router.cli.running" in loaded
    assert not {"router.cli.simulate", "router.rehearsal.trial", "router.standalone.stack"} & {
        *loaded
    }


def test_a_spare_engine_that_nobody_can_tell_to_begin_any_more_ends() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "router.cli.main", "run", "--spare"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_the_installed_command_starts_and_knows_its_version() -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "router.cli.main", "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[1],
    )
    assert re.fullmatch(r"hotline \d+\.\d+\.\d+\n", asked.stdout)


def test_who_reads_only_the_head_gets_no_complaint() -> None:
    command = f"{sys.executable} -m router.cli.main config --json | head -c 1"
    asked = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[1],
    )
    assert (asked.returncode, asked.stdout, asked.stderr) == (0, "[", "")
