"""`hotline calls` and `hotline explain` on a real history."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from router.adapters.control.server import serve_control
from router.adapters.postgres.journal import PostgresJournal
from router.cli.exits import Exit
from router.cli.main import run
from router.core.records import (
    Abandoned,
    Answered,
    CallFinished,
    CallStarted,
    Entry,
    Queued,
    Record,
)
from router.core.snapshot import CallView
from router.core.vocabulary import (
    AgentId,
    CallId,
    EndedBy,
    FlowName,
    Language,
    NodeId,
    OfferId,
    QueueName,
    StepName,
)
from tests.fakes.desk import NOON, FakeDesk, profile
from tests.integration.troubles import Troubles

CRISIS = QueueName("crisis")
STARTED = CallStarted(
    node=NodeId("n1"),
    flow=FlowName("linea"),
    known_line=True,
    arrived_at=NOON,
    language=Language("es"),
    policy="1",
)
QUEUED = Queued(queue=CRISIS, order_class=100, place_from=NOON, again=False)
ANSWERED = Answered(
    offer=OfferId("o1"),
    agent=AgentId("ana"),
    queue=CRISIS,
    waited=timedelta(seconds=3),
    to_voice=timedelta(seconds=9),
)
ABANDONED = Abandoned(queue=CRISIS, waited=timedelta(seconds=7), offered=True)


def finished(seconds: int) -> CallFinished:
    return CallFinished(
        by=EndedBy.CALLER, at_step=StepName("crisis"), lasted=timedelta(seconds=seconds)
    )


@pytest.fixture
async def history(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Two calls that are over, and one that goes on."""
    journal = PostgresJournal(database, node=NodeId("n1"), on_trouble=Troubles())
    writing = asyncio.create_task(journal.run())
    journal.append(
        [
            *_call("n1-17.1", 0, [STARTED, QUEUED, ANSWERED, finished(300)]),
            *_call("n1-17.2", 60, [STARTED, QUEUED, ABANDONED, finished(12)]),
            *_call("n1-17.3", 90, [STARTED, QUEUED]),
        ]
    )
    await journal.drain(timedelta(seconds=10))
    writing.cancel()
    monkeypatch.setenv("HOTLINE_DATABASE", database)
    monkeypatch.setenv("HOTLINE_STATE_DIR", str(tmp_path))
    return database


def _call(name: str, began: int, records: Sequence[Record]) -> list[Entry]:
    return [
        Entry(
            call=CallId(name),
            epoch=1,
            seq=seq,
            at=NOON + timedelta(seconds=began + seq),
            record=record,
        )
        for seq, record in enumerate(records)
    ]


async def typed(capture: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = await asyncio.to_thread(run, list(words))
    return code, capture.readouterr().out


@pytest.mark.usefixtures("history")
async def test_calls_shows_those_that_go_on_before_those_that_are_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = FakeDesk()
    desk.calls = (
        CallView(
            call=CallId("n1-17.3"),
            stage="queued",
            step=StepName("crisis"),
            arrived_at=NOON + timedelta(seconds=90),
            queue=CRISIS,
            queued_at=NOON + timedelta(seconds=91),
            widening=0,
            offers=(),
            agent=None,
        ),
    )
    async with serve_control(desk, tmp_path):
        code, told = await typed(capsys, "calls")
    assert code == Exit.DONE
    rows = [re.sub(r"\s+", " ", row).strip() for row in told.splitlines()]
    assert rows == [
        "llamada cola situación agente duración hasta voz intentos inicio",
        "call queue outcome agent lasted to voice offers began",
        "n1-17.3 crisis en espera / waiting 0:30+ 0 12:01:30",
        "n1-17.2 crisis abandonada / abandoned 0:12 0 12:01:00",
        "n1-17.1 crisis atendida / answered ana 5:00 9.0 s 0 12:00:00",
    ]


@pytest.mark.usefixtures("history")
async def test_the_history_is_read_without_an_engine(capsys: pytest.CaptureFixture[str]) -> None:
    code, told = await typed(capsys, "calls", "--json", "-n", "2")
    assert code == Exit.DONE
    assert [call["call"] for call in json.loads(told)["calls"]] == ["n1-17.3", "n1-17.2"]


@pytest.mark.usefixtures("history")
async def test_explain_tells_a_call_from_its_first_to_its_last_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, told = await typed(capsys, "explain", "17.2")
    assert code == Exit.DONE
    title, *lines = told.splitlines()
    assert title == "n1-17.2"
    assert len(lines) == 4
    assert re.match(
        r"12:01:02\.000\s+\+2\.000 s\s+quien llama desiste tras 7\.0 s en crisis, .*: abandono"
        r" / the caller gives up after 7\.0 s",
        lines[2],
    )
    _, plain = await typed(capsys, "explain", "last", "--json")
    assert [line["kind"] for line in json.loads(plain)["lines"]] == ["call_started", "queued"]


@pytest.mark.usefixtures("history")
async def test_a_call_that_nobody_knows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(run, ["explain", "n1-99"]) == Exit.NOT_SO
    assert "No call 'n1-99' is known" in capsys.readouterr().err


@pytest.mark.usefixtures("history")
async def test_what_nobody_can_find_is_said_in_the_words_that_were_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def refused(*words: str) -> tuple[int, str]:
        code = await asyncio.to_thread(run, list(words))
        told = capsys.readouterr()
        return code, " ".join(re.sub(r"[│╭╮╰╯─]", " ", told.out + told.err).split())

    async with serve_control(FakeDesk(profile("ana")), tmp_path):
        code, told = await refused("explain", "last", "--at", "tea-time")
        assert code == Exit.WRONG_USE
        assert "'tea-time' is no instant" in told
        code, told = await refused("why-not", "ana", "n1-99.9")
        assert code == Exit.NOT_SO
        assert told == "No call 'n1-99.9' is known. `hotline calls` lists those that are."
        code, told = await refused("calls", "--agent", "zoe")
        assert (code, told) == (
            Exit.DONE,
            "No hay ninguna llamada así. / No call is like that.",
        )
