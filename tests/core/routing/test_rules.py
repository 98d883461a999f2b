"""Rules of routing.md that show on a whole floor, and that every rule has a test."""

from __future__ import annotations

from dataclasses import replace

from router.core.commands import HandToDialplan, Hangup
from router.core.routing.skills import SkillSet
from router.core.vocabulary import AgentId, SkillName
from tests.core.driver import Driver
from tests.core.house import CRISIS, agent, skills
from tests.routing_rules import rules, unnamed


def test_s3_what_a_call_gathered_on_its_way_is_asked_for_in_every_step() -> None:
    english = ((SkillName("english"), 2),)
    circles = CRISIS.demand(require=english).circles
    assert circles[0] == (skills(psicologia=1, crisis=1, english=2),)
    assert all(dict(asked.levels)[SkillName("english")] == 2 for asked in circles[-1])
    assert len(circles[-1]) == 1 + len(CRISIS.widen)


def test_s2_what_never_relaxes_is_asked_for_in_every_step_besides_its_own() -> None:
    licensed = replace(CRISIS, never_relax=SkillSet.of({SkillName("licencia"): 1}))
    assert all("licencia" in dict(asked.levels) for asked in licensed.demand().circles[-1][1:])


def test_p2_an_agent_has_one_conversation_at_a_time_and_is_rung_for_no_other() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.answers("ben")
    hotline.caller_arrives().chooses("4")
    hotline.passes(60)
    assert hotline.rung() == []


def test_v1_the_system_never_hangs_up_on_a_crisis_call_however_long_nobody_comes() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().chooses("1")
    hotline.passes(3 * 3600)
    assert caller.call.place is not None
    assert hotline.ordered(Hangup) == []
    assert hotline.ordered(HandToDialplan) == []


def test_invariant_2_is_checked_live_nobody_who_is_not_free_is_rung_and_an_alarm_says_so() -> None:
    hotline = Driver()
    hotline.works(agent("ben", juridico=3), agent("zoe", juridico=3))
    hotline.engine.floor.agents[AgentId("ben")].paused = "and no stage said so"
    caller = hotline.caller_arrives().chooses("4")
    assert hotline.rung() == ["zoe"]
    assert hotline.alarms() == ["invariant:2"]
    assert caller.id in hotline.engine.floor.alarms["invariant:2"].text


def test_a_rule_that_no_test_names_is_found() -> None:
    page = "- **A1** One.\n- **A12** Other.\n  **B3** is no rule of its own.\n"
    assert rules(page) == ["A1", "A12"]
    assert unnamed(["A1", "A12"], ["test_a1_is_so", "helper_a12"]) == ["A12"]
