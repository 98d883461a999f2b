"""Whom a caller talked to last, and whom they must not get: by a keyed hash, never a number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from router.core import events as e
from router.core.pairs import KNOWN_AT_MOST, Met, Pairs
from router.core.records import OfferMade
from router.core.routing.agent_rules import AgentRules, Sticky
from router.core.routing.explain import Exclusion
from router.core.vocabulary import AgentId, CallerKey, OfferOutcome, QueueName
from tests.core.driver import NOON, Driver
from tests.core.house import agent, policy, seconds

LUZ = CallerKey("a-keyed-hash")
ANA, ZOE = AgentId("ana"), AgentId("zoe")
WEEK = Sticky(window=timedelta(days=7))


def hotline(sticky: Sticky | None = WEEK) -> Driver:
    """ana and zoe; ana has been idle for longer, so that it is her turn."""
    driver = Driver(replace(policy(), rules=AgentRules(sticky=sticky)))
    driver.works(agent("ana", juridico=3, psicologia=3, crisis=3, wrap_up=0))
    driver.passes(1)
    driver.works(agent("zoe", juridico=3, psicologia=3, crisis=3, wrap_up=0))
    return driver


def told(
    driver: Driver,
    known: Mapping[CallerKey, Met] | None = None,
    apart: Mapping[CallerKey, tuple[AgentId, ...]] | None = None,
) -> None:
    driver.happens(e.PairsTold(at=driver.at, known=known or {}, apart=apart or {}))


def met(name: AgentId, at: datetime) -> Mapping[CallerKey, Met]:
    return {LUZ: Met(agent=name, at=at)}


def test_a1_a_caller_gets_whom_they_talked_to_last() -> None:
    driver = hotline()
    driver.pauses("ana")
    first = driver.caller_arrives(caller=LUZ).chooses("4")
    driver.answers("zoe")
    driver.resumes("ana")
    first.hangs_up()
    driver.passes(60)
    driver.caller_arrives(caller=LUZ).chooses("4")
    assert driver.rung() == ["zoe"]
    assert driver.records(OfferMade)[-1].why.decided_by == "sticky"


def test_a1_whoever_they_do_not_know_is_chosen_as_ever_and_a_withheld_number_knows_nobody() -> None:
    driver = hotline()
    told(driver, met(ZOE, NOON))
    driver.caller_arrives(caller=CallerKey("another")).chooses("4")
    assert driver.rung() == ["ana"]
    driver.caller_arrives(caller=None).chooses("4")
    assert driver.rung() == ["ana", "zoe"]


def test_a1_outside_the_window_and_in_other_queues_it_counts_for_nothing() -> None:
    driver = hotline()
    told(driver, met(ZOE, NOON - timedelta(days=8)))
    driver.caller_arrives(caller=LUZ).chooses("4")
    assert driver.rung() == ["ana"]
    elsewhere = hotline(Sticky(window=timedelta(days=7), queues=frozenset({QueueName("juridico")})))
    told(elsewhere, met(ZOE, NOON))
    elsewhere.caller_arrives(caller=LUZ).chooses("1")
    assert elsewhere.rung() == ["ana"]


def test_a1_crisis_never_waits_for_whom_the_caller_knows() -> None:
    driver = hotline()
    told(driver, met(ZOE, NOON))
    driver.pauses("zoe")
    driver.caller_arrives(caller=LUZ).chooses("1")
    assert driver.rung() == ["ana"]


def test_a1_what_the_database_tells_late_reaches_who_waits_and_is_older_than_what_was_seen() -> (
    None
):
    driver = hotline()
    driver.pauses("ana")
    driver.pauses("zoe")
    driver.caller_arrives(caller=LUZ).chooses("4")
    told(driver, met(ZOE, NOON))
    driver.resumes("ana")
    assert driver.rung() == ["ana"]  # nobody waits for whom they know
    pairs = driver.engine.floor.pairs
    pairs.meet(LUZ, ANA, driver.at)
    told(driver, met(ZOE, NOON))
    assert pairs.known[LUZ].agent == ANA


def test_a2_who_is_kept_apart_does_not_meet_even_if_nobody_else_is_there_and_why_says_so() -> None:
    driver = hotline()
    told(driver, apart={LUZ: (ANA,)})
    driver.caller_arrives(caller=LUZ).chooses("4")
    assert driver.rung() == ["zoe"]
    (made,) = driver.records(OfferMade)
    assert (ANA, Exclusion.NEVER_PAIR) in made.why.excluded
    driver.logs_out("zoe")
    driver.passes(120)
    assert driver.rung() == []


def test_a2_a_telephone_that_rings_for_them_stops_when_they_are_kept_apart() -> None:
    driver = hotline()
    driver.caller_arrives(caller=LUZ).chooses("4")
    assert driver.rung() == ["ana"]
    told(driver, apart={LUZ: (ANA,)})
    assert driver.rung() == ["zoe"]
    assert driver.outcomes() == [("ana", OfferOutcome.WITHDRAWN)]


def test_a2_who_was_kept_apart_while_they_talked_is_not_rung_again_when_the_line_breaks() -> None:
    driver = hotline()
    driver.caller_arrives(caller=LUZ).chooses("4")
    driver.answers("ana")
    told(driver, apart={LUZ: (ANA,)})
    driver.loses_line("ana")
    assert driver.rung() == ["zoe"]


def test_a2_a_pair_that_is_lifted_may_meet_again() -> None:
    driver = hotline()
    driver.logs_out("zoe")
    told(driver, apart={LUZ: (ANA,)})
    driver.caller_arrives(caller=LUZ).chooses("4")
    assert driver.rung() == []
    told(driver)
    assert driver.rung() == ["ana"]


def test_a2_it_counts_against_knowing_each_other() -> None:
    driver = hotline()
    told(driver, met(ZOE, NOON), apart={LUZ: (ZOE,)})
    driver.caller_arrives(caller=LUZ).chooses("4")
    assert driver.rung() == ["ana"]


def test_so_many_callers_are_remembered_and_the_oldest_is_forgotten_first() -> None:
    pairs = Pairs()
    for number in range(KNOWN_AT_MOST + 1):
        pairs.meet(CallerKey(str(number)), ANA, NOON + seconds(number))
    assert len(pairs.known) == KNOWN_AT_MOST
    assert CallerKey("0") not in pairs.known
    pairs.learn({CallerKey("0"): Met(agent=ZOE, at=NOON)})
    assert len(pairs.known) == KNOWN_AT_MOST
    assert CallerKey("0") not in pairs.known
