"""After the call: the agent's own time, until they or the clock end it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from router.core import events as e
from router.core.routing.agent_rules import AgentRules, WrapUpCap
from router.core.shift_events import ExtensionAsked
from router.core.shift_records import WrapUpEnded, WrapUpExtended, WrapUpStarted
from router.core.vocabulary import AgentId, AgentState, EndedBy, LegEnding
from tests.core.driver import Caller, Driver
from tests.core.house import agent, policy, seconds


def talked(key: str, *, wrap_up: float | None = None) -> tuple[Driver, Caller]:
    """ana talked, and the caller hung up."""
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3, juridico=3, wrap_up=wrap_up))
    caller = hotline.caller_arrives().chooses(key)
    hotline.answers("ana")
    hotline.passes(60)
    caller.hangs_up()
    return hotline, caller


def test_p1_the_queue_gives_the_length() -> None:
    hotline, caller = talked("4")
    assert hotline.records(WrapUpStarted) == [
        WrapUpStarted(agent=AgentId("ana"), lasts=seconds(240))
    ]
    hotline.passes(239.9)
    assert hotline.state("ana") is AgentState.WRAP_UP
    hotline.passes(0.1)
    assert hotline.state("ana") is AgentState.READY
    assert [(r.by, r.lasted) for r in hotline.records(WrapUpEnded)] == [
        (EndedBy.SYSTEM, seconds(240))
    ]
    assert {x.call for x in hotline.entries if isinstance(x.record, WrapUpEnded)} == {caller.id}


def test_p1_on_crisis_the_agent_ends_it() -> None:
    hotline, _ = talked("1")
    hotline.passes(3600)
    assert hotline.state("ana") is AgentState.WRAP_UP
    hotline.ready("ana")
    assert hotline.state("ana") is AgentState.READY
    assert [r.by for r in hotline.records(WrapUpEnded)] == [EndedBy.AGENT]


def test_an_agents_own_figure_holds_for_every_queue_and_for_crisis_too() -> None:
    for key in ("1", "4", "5"):
        hotline, _ = talked(key, wrap_up=7)
        hotline.passes(6.9)
        assert hotline.state("ana") is AgentState.WRAP_UP
        hotline.passes(0.1)
        assert hotline.state("ana") is AgentState.READY


def test_an_agent_whose_own_figure_is_nothing_is_ready_at_once() -> None:
    hotline, _ = talked("1", wrap_up=0)
    assert hotline.state("ana") is AgentState.READY
    assert [r.lasted for r in hotline.records(WrapUpEnded)] == [timedelta(0)]


def test_p1_it_starts_when_the_agents_own_leg_leaves() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=3))
    caller = hotline.caller_arrives().chooses("4")
    hotline.answers("ana")
    hotline.board.reports_ends = False
    caller.hangs_up()
    assert not hotline.records(WrapUpStarted)
    hotline.passes(2)
    hotline.happens(e.LegEnded(at=hotline.at, leg=hotline.leg_of("ana"), ending=LegEnding.HUNG_UP))
    hotline.passes(239)
    assert hotline.state("ana") is AgentState.WRAP_UP


def asks_for_more(hotline: Driver) -> None:
    hotline.happens(ExtensionAsked(at=hotline.at, agent=AgentId("ana")))


def test_p1_the_agent_lengthens_it_step_by_step_up_to_the_cap() -> None:
    hotline, _ = talked("4")
    cap = WrapUpCap(extend_by=seconds(120), at_most=seconds(400))
    hotline.publishes(replace(policy(version="two"), rules=AgentRules(wrap_up=cap)))
    leg = hotline.dials_code("ana", "*17")
    assert hotline.board.hears[leg] == "agente_extend"
    hotline.passes(359)
    assert hotline.state("ana") is AgentState.WRAP_UP
    asks_for_more(hotline)
    asks_for_more(hotline)
    assert hotline.engine.floor.ignored["wrap_up_not_extended"] == 1
    hotline.passes(40)
    assert hotline.state("ana") is AgentState.WRAP_UP
    hotline.passes(1)
    assert hotline.state("ana") is AgentState.READY
    assert [r.lasted for r in hotline.records(WrapUpEnded)] == [seconds(400)]
    assert len(hotline.records(WrapUpExtended)) == 2


def test_p1_where_the_agent_ends_it_there_is_nothing_to_lengthen() -> None:
    hotline, _ = talked("1")
    asks_for_more(hotline)
    assert hotline.engine.floor.ignored["wrap_up_not_extended"] == 1
    assert not hotline.records(WrapUpExtended)


def test_a_waiting_caller_is_rung_through_the_moment_the_agent_is_ready() -> None:
    hotline, _ = talked("1")
    waiting = hotline.caller_arrives().chooses("1")
    assert hotline.rung() == []
    hotline.ready("ana")
    assert hotline.rung() == ["ana"]
    assert len(waiting.call.offers) == 1


def test_nobody_in_wrap_up_is_rung() -> None:
    hotline, _ = talked("4")
    hotline.caller_arrives().chooses("4")
    hotline.passes(200)
    assert hotline.rung() == []


def test_ready_said_twice_counts_once() -> None:
    hotline, _ = talked("1")
    hotline.ready("ana")
    hotline.ready("ana")
    assert len(hotline.records(WrapUpEnded)) == 1
    assert hotline.engine.floor.ignored["wrap_up_finished_without_one"] == 1


def test_the_clock_of_an_earlier_wrap_up_does_not_end_a_later_one() -> None:
    hotline, _ = talked("4")
    hotline.passes(200)
    hotline.ready("ana")
    caller = hotline.caller_arrives().chooses("4")
    hotline.answers("ana")
    caller.hangs_up()
    hotline.passes(60)
    assert hotline.state("ana") is AgentState.WRAP_UP
    hotline.passes(180)
    assert hotline.state("ana") is AgentState.READY


def test_an_agent_who_logs_out_in_wrap_up_ends_it() -> None:
    hotline, _ = talked("1")
    hotline.logs_out("ana")
    assert [r.by for r in hotline.records(WrapUpEnded)] == [EndedBy.AGENT]
    assert hotline.state("ana") is AgentState.LOGGED_OUT
    hotline.logs_in("ana")
    assert hotline.state("ana") is AgentState.READY


def test_a_break_taken_while_talking_begins_after_the_wrap_up() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=3))
    caller = hotline.caller_arrives().chooses("4")
    hotline.answers("ana")
    hotline.pauses("ana")
    caller.hangs_up()
    assert hotline.state("ana") is AgentState.WRAP_UP
    hotline.passes(240)
    assert hotline.state("ana") is AgentState.PAUSED


def test_a_break_taken_in_wrap_up_waits_for_its_end() -> None:
    hotline, _ = talked("1")
    hotline.pauses("ana")
    assert hotline.state("ana") is AgentState.WRAP_UP
    hotline.ready("ana")
    assert hotline.state("ana") is AgentState.PAUSED
    hotline.caller_arrives().chooses("1")
    hotline.passes(30)
    assert hotline.rung() == []


def test_an_offer_that_came_to_nothing_is_followed_by_no_wrap_up() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=3))
    hotline.caller_arrives().chooses("4").hangs_up()
    assert not hotline.records(WrapUpStarted)
    assert hotline.state("ana") is AgentState.READY
