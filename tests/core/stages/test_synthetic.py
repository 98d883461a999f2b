"""The hotline's test calls: they walk a caller's way, and meet nobody but a test agent."""

from __future__ import annotations

from router.core import events as e
from router.core.commands import Admit, Dial, DialPartner, EnrolInFallback
from router.core.records import CallStarted, OfferMade, Overflowed
from router.core.routing.overflow import Overflow
from router.core.vocabulary import LegId
from tests.core.driver import NODE, Caller, Driver
from tests.core.house import LINE, agent, seconds
from tests.core.stages.test_overflow import CALL_IN, RING_VIDA, on_call, rules


def test_call(hotline: Driver) -> Caller:
    leg = LegId("probe-1")
    hotline.board.comes_up(leg, hotline.at)
    hotline.happens(
        e.CallArrived(
            at=hotline.at,
            node=NODE,
            leg=leg,
            number_dialled=LINE,
            arrived_at=hotline.at,
            caller=None,
            synthetic=True,
        )
    )
    return Caller(hotline, leg)


test_call.__test__ = False  # type: ignore[attr-defined]  # a test call is no test


def test_a_test_call_rings_the_test_agent_and_no_person() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=5, crisis=5))
    hotline.works(agent("prueba", psicologia=1, crisis=1, synthetic=1))
    caller = test_call(hotline).chooses("1")
    assert hotline.rung() == ["prueba"]
    hotline.answers("prueba")
    assert caller.talks_to() == "prueba"
    assert [r.synthetic for r in hotline.records(CallStarted)] == [True]


def test_no_caller_ever_reaches_the_test_agent() -> None:
    hotline = Driver()
    hotline.works(agent("prueba", psicologia=5, crisis=5, synthetic=1))
    caller = hotline.caller_arrives().chooses("1")
    hotline.passes(600)
    assert caller.is_there
    assert hotline.ordered(Dial) == []
    assert "nobody_staffed:crisis" in hotline.alarms()
    hotline.works(agent("ana", psicologia=5, crisis=5))
    assert [r.agent for r in hotline.records(OfferMade)] == ["ana"]


def test_a_test_call_that_nobody_answers_rings_no_person_however_wide_the_circle() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=5, crisis=5, juridico=5, supervisor=1, guardia=1))
    caller = test_call(hotline).chooses("1")
    hotline.passes(600)
    assert caller.is_there
    assert hotline.ordered(Dial) == []


def test_the_fallback_never_rings_the_test_agent() -> None:
    hotline = Driver()
    hotline.listed()
    hotline.works(agent("prueba", crisis=1, synthetic=1), agent("ana", crisis=3))
    assert {c.agent for c in hotline.ordered(EnrolInFallback)} == {"ana"}


def test_nobody_is_less_rare_because_a_test_agent_is_on_shift() -> None:
    def scarcity() -> int:
        staff = hotline.engine.floor.board.exchange.staff
        return staff.scarcity(staff.profiles[0])

    hotline = Driver()
    hotline.works(agent("ana", crisis=3))
    hotline.works(agent("luis", juridico=3))
    before = scarcity()
    hotline.works(agent("prueba", crisis=1, synthetic=1))
    assert scarcity() == before


def test_what_a_test_call_takes_is_no_measure_of_how_long_callers_wait() -> None:
    hotline = Driver()
    hotline.works(agent("prueba", psicologia=1, crisis=1, synthetic=1))
    caller = test_call(hotline).chooses("1")
    hotline.answers("prueba")
    hotline.passes(1)
    caller.hangs_up()
    assert hotline.engine.floor.takes == {}


def test_nobody_outside_is_troubled_for_a_test_call_that_waits() -> None:
    hotline = Driver(rules(Overflow(wait=seconds(60), alarm=True, outside=RING_VIDA), CALL_IN))
    hotline.works(on_call("ana", psicologia=3, crisis=3), log_in=False)
    test_call(hotline).chooses("1")
    hotline.passes(600)
    assert hotline.ordered(DialPartner) == []
    assert hotline.ordered(Dial) == []
    assert hotline.records(Overflowed) == []


def test_the_dialplan_may_end_a_test_call_that_its_caller_has_forgotten() -> None:
    hotline = Driver()
    test_call(hotline)
    assert hotline.ordered(Admit) == []
    hotline.caller_arrives()
    assert len(hotline.ordered(Admit)) == 1
