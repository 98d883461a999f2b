"""Heavy calls weigh on agents: who is due for a break gets it, and no queue is left empty by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from router.core import events as e
from router.core.house_records import AgentStateChanged
from router.core.policy import Policy
from router.core.records import OfferMade
from router.core.routing.agent_rules import AgentRules, HeavyLimits
from router.core.routing.explain import Exclusion
from router.core.shift_events import RespiroTaken
from router.core.shift_records import RestBegan, RestEnded, WrapUpEnded
from router.core.vocabulary import AgentId, AgentState
from tests.core.driver import Driver
from tests.core.house import CRISIS, agent, policy, seconds

LIMITS = HeavyLimits(max_in_a_row=2, max_talk=timedelta(minutes=30), rest=timedelta(minutes=10))
ANA = agent("ana", psicologia=3, crisis=3, juridico=3, wrap_up=0)
ZOE = agent("zoe", psicologia=1, crisis=1, wrap_up=0)


def heavy() -> Policy:
    return replace(policy(replace(CRISIS, heavy=True)), rules=AgentRules(heavy=LIMITS))


def tired_ana(*others: str) -> Driver:
    """ana has had two heavy calls in a row, while the others were on a break."""
    hotline = Driver(heavy())
    hotline.works(ANA, *(replace(ZOE, id=AgentId(name)) for name in others))
    for name in others:
        hotline.pauses(name)
    for _ in range(2):
        talks(hotline, "ana", "1", 60)
    for name in others:
        hotline.resumes(name)
    return hotline


def talks(hotline: Driver, name: str, key: str, lasts: float) -> None:
    caller = hotline.caller_arrives().chooses(key)
    hotline.answers(name)
    hotline.passes(lasts)
    caller.hangs_up()


def respiro(hotline: Driver, name: str, minutes: float | None = None) -> None:
    lasts = None if minutes is None else timedelta(minutes=minutes)
    hotline.happens(RespiroTaken(at=hotline.at, agent=AgentId(name), lasts=lasts))


def test_a3_after_so_many_heavy_calls_in_a_row_the_next_goes_to_somebody_else() -> None:
    hotline = tired_ana("zoe")
    assert [(r.agent, r.in_a_row, r.talked) for r in hotline.records(RestBegan)] == [
        ("ana", 2, seconds(120))
    ]
    hotline.passes(3600)  # zoe is now the one who has been idle for less long
    hotline.caller_arrives().chooses("1")
    assert hotline.rung() == ["zoe"]


def test_a3_who_rests_still_gets_the_calls_that_are_not_heavy_and_why_names_the_rule() -> None:
    hotline = tired_ana("zoe")
    hotline.pauses("zoe")
    hotline.resumes("zoe")
    hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["ana"]
    hotline.answers("ana")
    hotline.caller_arrives().chooses("1")
    (offer,) = [o for o in hotline.engine.floor.offers.values() if o.agent == "zoe"]
    (made,) = [r.why for r in hotline.records(OfferMade) if r.offer == offer.id]
    assert (AgentId("ana"), Exclusion.RESTING) in made.excluded


def test_a3_a_call_that_is_not_heavy_begins_the_row_anew_and_keeps_the_talk() -> None:
    hotline = Driver(heavy())
    hotline.works(ANA, ZOE)
    hotline.pauses("zoe")
    for key in ("1", "4", "1"):
        talks(hotline, "ana", key, 60)
    hotline.resumes("zoe")
    assert not hotline.records(RestBegan)
    talks_on = hotline.engine.floor.agents[AgentId("ana")].rest
    assert (talks_on.in_a_row, talks_on.talked) == (1, seconds(120))


def test_a3_long_talk_alone_is_enough() -> None:
    hotline = Driver(heavy())
    hotline.works(ANA, ZOE)
    hotline.pauses("zoe")
    talks(hotline, "ana", "1", 31 * 60)
    hotline.resumes("zoe")
    assert [r.in_a_row for r in hotline.records(RestBegan)] == [1]


def test_a3_a_break_that_is_long_enough_brings_heavy_calls_back_and_a_shorter_one_does_not() -> (
    None
):
    hotline = tired_ana("zoe")
    hotline.pauses("ana", "break")
    hotline.passes(599)
    hotline.resumes("ana")
    assert not hotline.records(RestEnded)
    hotline.logs_out("ana")
    hotline.passes(600)
    hotline.logs_in("ana")
    assert [(r.agent, r.why) for r in hotline.records(RestEnded)] == [("ana", "break")]


def test_a3_the_last_one_for_crisis_is_kept_and_an_alarm_says_whose_break_is_due() -> None:
    hotline = tired_ana()
    assert not hotline.records(RestBegan)
    assert hotline.alarms() == ["rest_due:ana"]
    hotline.caller_arrives().chooses("1")
    assert hotline.rung() == ["ana"]


def test_a3_as_soon_as_somebody_else_comes_the_rest_begins_and_when_they_go_it_ends() -> None:
    hotline = tired_ana()
    hotline.works(ZOE)
    assert hotline.alarms() == []
    assert [r.agent for r in hotline.records(RestBegan)] == ["ana"]
    hotline.logs_out("zoe")
    assert [(r.agent, r.why) for r in hotline.records(RestEnded)] == [("ana", "needed")]
    assert hotline.alarms() == ["rest_due:ana"]


def test_a3_a_policy_without_limits_lets_everybody_take_every_call() -> None:
    hotline = tired_ana("zoe")
    hotline.publishes(policy(replace(CRISIS, heavy=True)))
    assert [r.agent for r in hotline.records(RestEnded)] == ["ana"]


def test_a3_a_respiro_in_wrap_up_begins_at_once_and_ends_by_itself() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3), agent("zoe", juridico=1))
    talks(hotline, "ana", "1", 60)
    assert hotline.state("ana") is AgentState.WRAP_UP
    respiro(hotline, "ana")
    assert hotline.state("ana") is AgentState.PAUSED
    assert len(hotline.records(WrapUpEnded)) == 1
    hotline.passes(20 * 60 - 1)
    assert hotline.state("ana") is AgentState.PAUSED
    hotline.passes(1)
    assert hotline.state("ana") is AgentState.READY
    assert [r.reason for r in hotline.records(AgentStateChanged)][-2:] == [
        "respiro",
        "respiro_over",
    ]


def test_a3_a_respiro_asked_for_while_talking_begins_in_full_after_the_call() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3, wrap_up=0), agent("zoe", juridico=1))
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    respiro(hotline, "ana", 5)
    hotline.passes(600)
    assert caller.talks_to() == "ana"
    caller.hangs_up()
    hotline.passes(299)
    assert hotline.state("ana") is AgentState.PAUSED
    hotline.passes(1)
    assert hotline.state("ana") is AgentState.READY


def test_a3_a_respiro_is_never_refused_not_even_to_the_last_one_and_an_alarm_says_so() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    hotline.caller_arrives().chooses("1")
    respiro(hotline, "ana", 5)
    assert hotline.rung() == []
    assert "respiro:ana" in hotline.alarms()
    hotline.passes(300)
    assert "respiro:ana" not in hotline.alarms()
    assert hotline.rung() == ["ana"]


def test_a3_who_comes_back_early_is_not_sent_away_by_the_clock_of_that_respiro() -> None:
    hotline = Driver()
    hotline.works(agent("ana", juridico=3), agent("zoe", juridico=1))
    respiro(hotline, "ana", 5)
    hotline.passes(60)
    hotline.resumes("ana")
    hotline.pauses("ana", "lunch")
    hotline.passes(600)
    assert hotline.state("ana") is AgentState.PAUSED


def test_a3_a_restart_forgets_neither_the_calls_nor_the_respiro() -> None:
    before = tired_ana("zoe")
    respiro(before, "ana", 15)
    before.passes(60)
    rest = before.engine.floor.agents[AgentId("ana")].rest
    after = Driver(heavy(), at=before.at, epoch=8)
    after.works(ANA, ZOE, log_in=False)
    after.logs_in("zoe")
    after.happens(
        e.AgentRecalled(
            at=after.at,
            agent=AgentId("ana"),
            paused="respiro",
            idle_since=None,
            wrap_up=None,
            rest=rest,
        )
    )
    after.passes(13 * 60)
    assert after.state("ana") is AgentState.PAUSED
    assert after.engine.floor.agents[AgentId("ana")].resting
    after.passes(60)
    assert after.state("ana") is AgentState.READY
    assert not after.engine.floor.agents[AgentId("ana")].resting
