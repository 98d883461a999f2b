"""What agents do by themselves: the roster, log-in, breaks, short codes, and their telephones."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from router.core import events as e
from router.core.commands import (
    EnrolInFallback,
    Hangup,
    Play,
    ProvisionDevice,
    RetireDevice,
    WithdrawFromFallback,
)
from router.core.house_records import AgentStateChanged, DeviceStateChanged, RosterChanged
from router.core.routing.agent import AgentProfile, Validity
from router.core.shift_records import SkillsChanged
from router.core.staff import WrapUp
from router.core.vocabulary import (
    AgentId,
    AgentState,
    CallId,
    DeviceKind,
    LegEnding,
    Refusal,
    SkillName,
)
from tests.core.driver import NODE, Driver
from tests.core.house import agent, seconds


def roster(hotline: Driver, *profiles: AgentProfile) -> None:
    hotline.happens(e.RosterReplaced(at=hotline.at, agents=profiles))


# -- the roster -------------------------------------------------------------------------------


def test_imported_agents_are_logged_out_and_their_desks_exist() -> None:
    hotline = Driver()
    roster(hotline, agent("ana", crisis=1), agent("ben", on="phone", juridico=1))
    assert hotline.state("ana") is AgentState.LOGGED_OUT
    assert [c.agent for c in hotline.ordered(ProvisionDevice)] == ["ana"]
    assert not hotline.ordered(EnrolInFallback)
    assert hotline.records(RosterChanged) == [
        RosterChanged(agents=2, added=(AgentId("ana"), AgentId("ben")), removed=())
    ]


def test_a_roster_given_again_keeps_who_is_on_shift_and_makes_no_desk_anew() -> None:
    hotline = Driver()
    hotline.works(agent("ana", crisis=1))
    provisioned = len(hotline.ordered(ProvisionDevice))
    roster(hotline, agent("ana", crisis=1))
    assert hotline.state("ana") is AgentState.READY
    assert len(hotline.ordered(ProvisionDevice)) == provisioned


def test_new_skills_hold_at_once_for_who_waits() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    hotline.caller_arrives().chooses("1")
    assert hotline.rung() == []
    roster(hotline, agent("ana", psicologia=1, crisis=1))
    assert hotline.rung() == ["ana"]


def test_a_desk_phone_that_asterisk_could_not_be_told_of_is_told_of_again() -> None:
    hotline = Driver()
    hotline.works(agent("ana", crisis=1))
    for seconds_later in (2, 4, 8):
        told = len(hotline.ordered(ProvisionDevice))
        hotline.refused(hotline.ordered(ProvisionDevice)[-1], Refusal.UNKNOWN)
        hotline.passes(seconds_later - 0.5)
        assert len(hotline.ordered(ProvisionDevice)) == told
        hotline.passes(1)
        assert len(hotline.ordered(ProvisionDevice)) == told + 1


def test_who_left_the_roster_is_not_told_of_again() -> None:
    hotline = Driver()
    hotline.works(agent("ana", crisis=1))
    hotline.refused(hotline.ordered(ProvisionDevice)[-1], Refusal.UNKNOWN)
    roster(hotline, agent("ben", on="phone", juridico=1))
    hotline.passes(10)
    assert len(hotline.ordered(ProvisionDevice)) == 1


def test_who_left_the_roster_is_gone_from_asterisk_and_from_the_fallback() -> None:
    hotline = Driver()
    hotline.works(agent("ana", crisis=1))
    roster(hotline, agent("ben", juridico=1))
    assert [c.agent for c in hotline.ordered(WithdrawFromFallback)] == ["ana"]
    assert [c.agent for c in hotline.ordered(RetireDevice)] == ["ana"]
    assert [r.reason for r in hotline.records(AgentStateChanged)][-1] == "removed"
    assert list(hotline.engine.floor.agents) == ["ben"]


def test_who_never_had_a_desk_is_retired_from_nothing() -> None:
    hotline = Driver()
    hotline.works(agent("ana", on="phone", crisis=1))
    roster(hotline)
    assert not hotline.ordered(RetireDevice)


def test_an_agent_removed_while_talking_and_put_back_can_be_rung_again() -> None:
    hotline = Driver()
    ana = agent("ana", juridico=1)
    hotline.works(ana)
    caller = hotline.caller_arrives().chooses("4")
    hotline.answers("ana")
    roster(hotline)
    retired = len(hotline.commands)
    roster(hotline, ana)
    assert any(isinstance(c, ProvisionDevice) for c in hotline.commands[retired:])
    assert caller.talks_to() == "ana"
    hotline.logs_in("ana")
    caller.hangs_up()
    hotline.passes(240)
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["ana"]


def test_who_logged_out_in_the_instant_the_engine_died_is_rung_by_no_fallback() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1), log_in=False)
    hotline.works(agent("bea", juridico=1))
    hotline.listed()
    assert [c.agent for c in hotline.ordered(WithdrawFromFallback)] == ["ana"]


def test_who_is_leaving_cannot_log_in_again() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    caller = hotline.caller_arrives().chooses("4")
    hotline.answers("ana")
    roster(hotline)
    hotline.logs_in("ana")
    caller.hangs_up()
    assert not hotline.engine.floor.agents


def test_an_agent_who_gives_up_the_desk_is_taken_out_of_asterisk() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    roster(hotline, agent("ana", on="phone", juridico=1))
    assert [c.agent for c in hotline.ordered(WithdrawFromFallback)] == ["ana"]
    assert [c.agent for c in hotline.ordered(RetireDevice)] == ["ana"]
    hotline.caller_arrives().chooses("4")
    assert [d.device.kind for d in hotline.board.ringing.values()] == ["phone"]


def test_what_is_known_of_a_telephone_survives_a_roster_that_leaves_it_alone() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    roster(hotline, agent("ana", juridico=5))
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["ana"]


# -- log-in, log-out, breaks ------------------------------------------------------------------


def test_log_in_makes_ready_and_a_member_of_the_fallback() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1), agent("ben", on="phone", juridico=1))
    assert hotline.state("ana") is AgentState.READY
    assert [(c.agent, c.paused, c.number) for c in hotline.ordered(EnrolInFallback)] == [
        ("ana", False, None),
        ("ben", False, "+525512345678"),
    ]


def test_who_has_a_desk_and_a_telephone_is_rung_by_the_fallback_at_the_desk() -> None:
    hotline = Driver()
    hotline.works(agent("ana", on="phone+desk", juridico=1))
    assert [c.number for c in hotline.ordered(EnrolInFallback)] == [None]


def test_who_logs_in_while_callers_wait_is_rung_at_once() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1), log_in=False)
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == []
    hotline.logs_in("ana")
    assert hotline.rung() == ["ana"]


def test_a_break_is_told_to_the_fallback_and_so_is_the_way_back() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    hotline.pauses("ana", "respiro")
    assert hotline.state("ana") is AgentState.PAUSED
    hotline.resumes("ana")
    assert hotline.state("ana") is AgentState.READY
    assert [c.paused for c in hotline.ordered(EnrolInFallback)] == [False, True, False]
    assert [r.reason for r in hotline.records(AgentStateChanged)] == ["own", "respiro", "own"]


def test_said_twice_is_done_once() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    hotline.logs_in("ana")
    hotline.resumes("ana")
    hotline.pauses("ana")
    hotline.pauses("ana", "otra")
    hotline.logs_out("ana")
    hotline.logs_out("ana")
    hotline.pauses("ana")
    states = [r.state for r in hotline.records(AgentStateChanged)]
    assert states == [AgentState.READY, AgentState.PAUSED, AgentState.LOGGED_OUT]
    assert hotline.engine.floor.agents[AgentId("ana")].paused is None


def test_who_logs_in_again_is_on_no_break_any_more() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    hotline.pauses("ana")
    hotline.logs_out("ana")
    hotline.logs_in("ana")
    assert hotline.state("ana") is AgentState.READY


def test_unknown_agents_are_counted_and_change_nothing() -> None:
    hotline = Driver()
    for do in (hotline.logs_in, hotline.logs_out, hotline.pauses, hotline.resumes, hotline.ready):
        do("nobody")
    assert hotline.engine.floor.ignored["unknown_agent"] == 4
    assert not hotline.engine.floor.agents


# -- telephones -------------------------------------------------------------------------------


def test_a_desk_that_is_reached_lets_its_agent_be_rung_at_once() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    hotline.desk_is("ana", reachable=False)
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == []
    hotline.desk_is("ana", reachable=True)
    assert hotline.rung() == ["ana"]


def test_a_desk_said_to_be_away_while_it_rings_goes_on_ringing() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    caller = hotline.caller_arrives().chooses("4")
    hotline.rings("ana")
    hotline.desk_is("ana", reachable=False)
    hotline.answers("ana")
    assert caller.talks_to() == "ana"


def test_news_of_a_telephone_is_written_down_once() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    hotline.desk_is("ana", reachable=True)
    hotline.desk_is("ana", reachable=False)
    hotline.desk_is("ana", reachable=False)
    assert [r.reachable for r in hotline.records(DeviceStateChanged)] == [True, False]


@pytest.mark.parametrize(("name", "kind"), [("nobody", "desk"), ("ana", "phone")])
def test_news_of_an_unknown_telephone_is_counted(name: str, kind: str) -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1))
    hotline.happens(
        e.DeviceChanged(
            at=hotline.at, node=NODE, agent=AgentId(name), kind=DeviceKind(kind), reachable=True
        )
    )
    assert hotline.engine.floor.ignored["unknown_device"] == 1


# -- short codes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "code", "state", "said"),
    [
        ("logged_out", "*11", AgentState.READY, "agente_login"),
        ("ready", "*12", AgentState.LOGGED_OUT, "agente_logout"),
        ("ready", "*13", AgentState.PAUSED, "agente_pause"),
        ("paused", "*14", AgentState.READY, "agente_resume"),
        ("ready", "*14", AgentState.READY, "agente_resume"),
        ("logged_out", "*13", AgentState.LOGGED_OUT, "agente_refused"),
        ("ready", "*15", AgentState.READY, "agente_refused"),
        ("ready", "*16", AgentState.PAUSED, "agente_respiro"),
        ("logged_out", "*16", AgentState.LOGGED_OUT, "agente_refused"),
        ("ready", "*17", AgentState.READY, "agente_refused"),
        ("ready", "*99", AgentState.READY, "agente_refused"),
    ],
)
def test_a_short_code_is_done_said_and_the_phone_let_go(
    before: str, code: str, state: AgentState, said: str
) -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1), log_in=before != "logged_out")
    if before == "paused":
        hotline.pauses("ana")
    leg = hotline.dials_code("ana", code)
    assert hotline.board.hears[leg] == said
    assert hotline.state("ana") is state
    playback = hotline.board.playing[leg]
    hotline.happens(e.PlaybackEnded(at=hotline.at, playback=playback, heard=True))
    assert [h.leg for h in hotline.ordered(Hangup)] == [leg]
    assert not hotline.engine.floor.code_legs


def test_a_short_code_ends_wrap_up() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=1, crisis=1))
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    caller.hangs_up()
    leg = hotline.dials_code("ana", "*15")
    assert hotline.board.hears[leg] == "agente_ready"
    assert hotline.state("ana") is AgentState.READY


def test_a_code_from_a_stranger_is_refused_politely() -> None:
    hotline = Driver()
    leg = hotline.dials_code("nobody", "*11")
    assert hotline.board.hears[leg] == "agente_refused"


def test_a_code_whose_answer_cannot_be_played_lets_the_phone_go_all_the_same() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1), log_in=False)
    leg = hotline.dials_code("ana", "*11")
    hotline.refused(hotline.ordered(Play)[-1])
    assert [h.leg for h in hotline.ordered(Hangup)] == [leg]
    assert hotline.state("ana") is AgentState.READY


def test_an_agent_who_hangs_up_before_the_answer_has_done_it_all_the_same() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=1), log_in=False)
    leg = hotline.dials_code("ana", "*11")
    hotline.board.ends(leg, hotline.at)
    hotline.happens(e.LegEnded(at=hotline.at, leg=leg, ending=LegEnding.HUNG_UP))
    assert hotline.state("ana") is AgentState.READY
    assert not hotline.engine.floor.code_legs


def test_agent_on_shift_before_the_engine_died_is_on_shift_after_it_and_nothing_is_written() -> (
    None
):
    hotline = Driver()
    hotline.works(agent("ana", psicologia=1), log_in=False)
    before = hotline.at - timedelta(minutes=5)
    hotline.happens(
        e.AgentRecalled(
            at=hotline.at, agent=AgentId("ana"), paused="comida", idle_since=before, wrap_up=None
        )
    )
    assert hotline.state("ana") is AgentState.PAUSED
    assert hotline.engine.floor.agents[AgentId("ana")].idle_since == before
    assert not hotline.records(AgentStateChanged)


@pytest.mark.parametrize("clock_went_back", [timedelta(0), timedelta(hours=1)])
def test_wrap_up_that_began_before_the_engine_died_ends_when_it_was_to_end(
    clock_went_back: timedelta,
) -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=1), log_in=False)
    since = hotline.at - timedelta(seconds=20) + clock_went_back
    hotline.happens(
        e.AgentRecalled(
            at=hotline.at,
            agent=AgentId("ana"),
            paused=None,
            idle_since=None,
            wrap_up=WrapUp(call=CallId("n1-1"), since=since, until=since + timedelta(seconds=30)),
        )
    )
    assert hotline.state("ana") is AgentState.WRAP_UP
    hotline.passes(30)
    assert hotline.state("ana") is AgentState.READY


def test_wrap_up_without_an_end_waits_for_the_agent_after_a_restart_too() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=1), log_in=False)
    hotline.happens(
        e.AgentRecalled(
            at=hotline.at,
            agent=AgentId("ana"),
            paused=None,
            idle_since=None,
            wrap_up=WrapUp(call=CallId("n1-1"), since=hotline.at, until=None),
        )
    )
    hotline.passes(3600)
    assert hotline.state("ana") is AgentState.WRAP_UP
    hotline.ready("ana")
    assert hotline.state("ana") is AgentState.READY


def test_s1_a_skill_that_ends_leaves_the_agent_unqualified_at_that_instant() -> None:
    hotline = Driver()
    ends = hotline.at + seconds(120)
    ana = replace(
        agent("ana", psicologia=3, juridico=3),
        validity={SkillName("juridico"): Validity(ends=ends)},
    )
    hotline.works(ana)
    early = hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["ana"]
    early.hangs_up()
    hotline.passes(120)
    late = hotline.caller_arrives().chooses("4")
    assert hotline.rung() == []
    assert hotline.records(SkillsChanged) == [
        SkillsChanged(agent=AgentId("ana"), begun=(), ended=(SkillName("juridico"),))
    ]
    assert late.is_there
    assert "nobody_staffed:juridico" in hotline.alarms()


def test_s1_a_skill_that_begins_reaches_callers_who_wait_already() -> None:
    hotline = Driver()
    begins = hotline.at + seconds(120)
    ana = replace(
        agent("ana", juridico=3), validity={SkillName("juridico"): Validity(begins=begins)}
    )
    hotline.works(ana)
    hotline.caller_arrives().chooses("4")
    hotline.passes(100)
    assert hotline.rung() == []
    hotline.passes(20)
    assert hotline.rung() == ["ana"]
