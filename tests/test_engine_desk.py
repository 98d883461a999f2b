"""The roster that survives the engine is whole at every moment, however often the engine dies."""

from __future__ import annotations

from datetime import datetime, timedelta

from router.clock import Clock
from router.core.engine import Engine
from router.core.events import RosterReplaced
from router.core.vocabulary import AgentId
from router.engine_desk import Apart, EngineDesk, Known, recall
from router.ports import RosterEntry
from router.runner import Runner
from tests.core.house import agent, policy
from tests.fakes.directory import FakeDirectory
from tests.fakes.telephony import FakeTelephony


def on_shift(name: str, *, paused: str | None = None) -> RosterEntry:
    profile = agent(name, psicologia=1, crisis=1)
    return RosterEntry(profile=profile, logged_in=True, paused=paused)


async def nobody(within: timedelta | None) -> tuple[Known, Apart]:
    return {}, {}


async def test_engine_that_dies_as_soon_as_it_began_leaves_the_shift_as_it_was() -> None:
    roster = (on_shift("ana"), on_shift("bea", paused="comida"))
    directory = FakeDirectory(roster)
    engine, clock = Engine(policy(), epoch=2), Clock()
    runner = Runner(engine, FakeTelephony(), clock, listeners=(), on_defect=print, inbox_size=10)
    desk = EngineDesk(
        engine, runner, clock, directory, lambda text, source, asked: ((), []), lambda: None, nobody
    )
    desk.hear(engine.handle(recall(directory.load(), clock.now())).entries)
    assert directory.saved, "the roster was not kept at all"
    kept = {entry.profile.id: (entry.logged_in, entry.paused) for entry in directory.roster}
    assert kept == {AgentId("ana"): (True, None), AgentId("bea"): (True, "comida")}


def test_what_recalls_a_roster_is_one_event() -> None:
    event = recall((on_shift("ana"),), datetime.now().astimezone())
    assert isinstance(event, RosterReplaced)
    assert [each.agent for each in event.recalled] == ["ana"]
