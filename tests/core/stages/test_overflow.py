"""When waiting is not enough any more: those on call, a partner line, another step, an alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from router.core import events as e
from router.core.commands import Bridge, DialPartner, Hangup
from router.core.house_records import AlarmRaised
from router.core.policy import Policy
from router.core.records import (
    Answered,
    Overflowed,
    PartnerAnswered,
    PartnerLeft,
    PartnerMissed,
    TimedOut,
    Widened,
)
from router.core.routing.agent import AgentProfile
from router.core.routing.overflow import Alerts, Outside, Overflow
from router.core.routing.skills import ANYONE
from router.core.vocabulary import AgentState, ContactName, EndedBy, LegEnding, Refusal, StepName
from router.rehearsal.switchboard import THE_OTHER
from tests.core.books import books_close, floor_agrees
from tests.core.driver import NODE, Caller, Driver
from tests.core.house import CRISIS, JURIDICO, LINE, agent, policy, prompts, seconds, skills
from tests.core.stages.test_adoption import same

VIDA = ContactName("vida")
NUMBER = "8009112000"
RING_VIDA = Outside(contact=VIDA, confirm=prompts("acepta"), ring_for=seconds(30))


def on_call(name: str, on: str = "phone", **levels: int) -> AgentProfile:
    return replace(agent(name, on=on, **levels), on_call=True)


def rules(*overflow: Overflow, alerts: Alerts | None = None) -> Policy:
    usual = policy(replace(CRISIS, overflow=overflow, alerts=alerts or Alerts()))
    return replace(usual, book=replace(usual.book, contacts={VIDA: NUMBER}))


def in_crisis(*overflow: Overflow) -> tuple[Driver, Caller]:
    """Nobody is logged in; Ana is on call, and so is Leo, who knows the law only."""
    hotline = Driver(rules(*overflow))
    hotline.works(on_call("ana", psicologia=3), on_call("leo", juridico=3), log_in=False)
    return hotline, hotline.caller_arrives().chooses("1")


def actions(hotline: Driver) -> list[tuple[str, str, str]]:
    return [(r.action, r.into, r.because) for r in hotline.records(Overflowed)]


def all_is_well(hotline: Driver) -> None:
    floor_agrees(hotline)
    books_close(hotline.entries, hotline.engine.floor)


# -- on call ------------------------------------------------------------------------------------

CALL_IN = Overflow(wait=seconds(90), alarm=True, on_call=(skills(psicologia=1),))


def test_v1_who_is_on_call_is_rung_though_logged_out_and_only_by_the_overflow() -> None:
    hotline, caller = in_crisis(CALL_IN)
    hotline.passes(89.9)
    assert hotline.rung() == []
    hotline.passes(0.1)
    assert hotline.rung() == ["ana"]
    assert hotline.state("leo") is AgentState.LOGGED_OUT
    assert actions(hotline) == [
        ("alarm", "", "wait 90 s"),
        ("on_call", "psicologia", "wait 90 s"),
    ]
    assert "overflow:crisis" in [r.alarm for r in hotline.records(AlarmRaised)]
    hotline.answers("ana")
    assert caller.talks_to() == "ana"
    assert "overflow:crisis" not in hotline.engine.floor.alarms
    all_is_well(hotline)
    caller.hangs_up()
    assert hotline.state("ana") is AgentState.LOGGED_OUT
    all_is_well(hotline)


def test_v1_others_do_not_get_who_was_called_in() -> None:
    hotline, _ = in_crisis(Overflow(wait=seconds(5), on_call=(skills(psicologia=1),)))
    hotline.passes(5)
    hotline.leg_fails("ana", LegEnding.DECLINED)
    hotline.caller_arrives().chooses("5")
    hotline.passes(1)
    assert hotline.rung() == []
    hotline.passes(10)
    assert hotline.rung() == ["ana"]


def test_v1_a_desk_phone_of_who_is_logged_out_is_left_in_peace() -> None:
    hotline = Driver(rules(Overflow(wait=seconds(5), on_call=(ANYONE,))))
    hotline.works(on_call("ana", on="desk+phone", psicologia=3), log_in=False)
    hotline.caller_arrives().chooses("1")
    hotline.passes(5)
    assert [d.device.kind for d in hotline.board.ringing.values()] == ["phone"]


def test_v1_who_is_on_call_and_logged_in_is_an_agent_like_any_other() -> None:
    hotline = Driver(rules(CALL_IN))
    hotline.works(on_call("ana", psicologia=3, crisis=3))
    hotline.caller_arrives().chooses("1")
    assert hotline.rung() == ["ana"]


def test_v1_nobody_is_called_in_for_a_caller_who_has_gone() -> None:
    hotline, caller = in_crisis(CALL_IN)
    hotline.passes(90)
    caller.hangs_up()
    assert hotline.rung() == []
    hotline.caller_arrives().chooses("1")
    hotline.passes(10)
    assert hotline.rung() == []
    all_is_well(hotline)


def test_v1_who_misses_on_call_is_not_paused() -> None:
    hotline, _ = in_crisis(CALL_IN)
    hotline.passes(90)
    for _ in range(5):
        if hotline.rung():
            hotline.rings("ana")
        hotline.passes(25)
    assert hotline.engine.floor.agents["ana"].paused is None  # type: ignore[index]  # plain name


def test_v1_a_caller_who_lost_their_agent_waits_anew_before_anything_overflows() -> None:
    hotline = Driver(rules(CALL_IN))
    hotline.works(agent("bea", psicologia=3, crisis=3), on_call("ana", psicologia=3), log_in=True)
    hotline.logs_out("ana")
    hotline.caller_arrives().chooses("1")
    hotline.answers("bea")
    hotline.passes(600)
    hotline.loses_line("bea")
    hotline.logs_out("bea")
    hotline.passes(80)
    assert hotline.rung() == []
    hotline.passes(10)
    assert hotline.rung() == ["ana"]


# -- somebody outside ---------------------------------------------------------------------------

TO_VIDA = Overflow(wait=seconds(120), outside=RING_VIDA)


def test_v1_the_caller_keeps_their_place_while_it_rings_outside() -> None:
    hotline, caller = in_crisis(TO_VIDA)
    hotline.passes(120)
    assert [c.number for c in hotline.ordered(DialPartner)] == [NUMBER]
    assert actions(hotline) == [("partner", "vida", "wait 120 s")]
    assert caller.call.place is not None
    hotline.partner_picks_up()
    hotline.passes(5)
    assert caller.call.place is not None
    hotline.partner_presses("1")
    assert caller.hears == THE_OTHER
    assert len(hotline.records(PartnerAnswered)) == 1
    assert [r.why for r in hotline.records(TimedOut)] == ["partner"]
    all_is_well(hotline)
    hotline.partner_ends()
    assert caller.hears == "gracias"
    all_is_well(hotline)


def test_v1_an_agent_who_is_there_first_gets_the_caller_and_the_partner_is_let_go() -> None:
    hotline, caller = in_crisis(TO_VIDA)
    hotline.passes(120)
    leg = hotline.partner_leg()
    hotline.works(agent("bea", psicologia=3, crisis=3))
    hotline.answers("bea")
    assert caller.talks_to() == "bea"
    assert [h.leg for h in hotline.ordered(Hangup)] == [leg]
    assert not hotline.engine.floor.partner_legs
    all_is_well(hotline)


def test_v1_who_is_not_reached_outside_leaves_the_caller_where_they_were() -> None:
    hotline, caller = in_crisis(TO_VIDA)
    hotline.passes(120)
    hotline.passes(30)
    assert [r.why for r in hotline.records(PartnerMissed)] == ["rang_out"]
    assert caller.call.place is not None
    hotline.works(agent("bea", psicologia=3, crisis=3))
    hotline.answers("bea")
    assert caller.talks_to() == "bea"
    assert not hotline.records(TimedOut)
    all_is_well(hotline)


def test_v1_a_caller_who_hangs_up_stops_the_ringing_outside() -> None:
    hotline, caller = in_crisis(TO_VIDA)
    hotline.passes(125)
    caller.hangs_up()
    assert not hotline.engine.floor.partner_legs
    all_is_well(hotline)


def test_v1_a_new_life_of_the_engine_rings_outside_again() -> None:
    before, caller = in_crisis(TO_VIDA)
    before.passes(125)
    now = Driver(before.engine.floor.policy, at=before.at + seconds(1), epoch=8)
    now.works(on_call("ana", psicologia=3), log_in=False)
    now.board = before.board
    now.listed()
    assert len(now.ordered(DialPartner)) == 1
    now.partner_picks_up()
    now.partner_presses("1")
    assert same(caller, now).hears == THE_OTHER


def test_v1_who_could_not_be_joined_with_somebody_outside_waits_on_at_the_head() -> None:
    """They had left the queue for it: nobody is to stay in silence between the two."""
    hotline, caller = in_crisis(TO_VIDA)
    hotline.passes(120)
    hotline.partner_picks_up()
    hotline.partner_presses("1")
    hotline.refused(hotline.ordered(Bridge)[-1], Refusal.UNKNOWN)
    place = caller.call.place
    assert place is not None
    assert place.at_head
    assert caller.hears == "caida"
    hotline.works(agent("bea", psicologia=3, crisis=3))
    hotline.answers("bea")
    assert caller.talks_to() == "bea"
    all_is_well(hotline)


def test_v1_who_loses_somebody_outside_to_a_broken_line_waits_on_at_the_head() -> None:
    hotline, caller = in_crisis(TO_VIDA)
    hotline.passes(120)
    hotline.partner_picks_up()
    hotline.partner_presses("1")
    hotline.passes(10)
    hotline.partner_ends(LegEnding.LOST)
    place = caller.call.place
    assert place is not None
    assert (place.queue, place.at_head) == ("crisis", True)
    assert caller.hears == "caida"
    assert [r.by for r in hotline.records(PartnerLeft)] == [EndedBy.LOST]
    all_is_well(hotline)


def test_v1_a_caller_on_the_way_to_somebody_outside_as_the_engine_dies_is_at_the_head() -> None:
    """The guard has moved them before the two were joined, and whoever took the call is gone."""
    before, caller = in_crisis(TO_VIDA)
    before.passes(120)
    before.partner_picks_up()
    before.partner_presses("1")
    carried = before.board.carried[caller.leg]
    now = Driver(before.engine.floor.policy, at=before.at + seconds(5), epoch=8)
    now.works(on_call("ana", psicologia=3), log_in=False)
    now.happens(
        e.CallArrived(
            at=now.at,
            node=NODE,
            leg=caller.leg,
            number_dialled=LINE,
            arrived_at=caller.call.arrived_at,
            caller=None,
            carried=carried,
        )
    )
    place = same(caller, now).call.place
    assert place is not None
    assert (place.queue, place.at_head) == ("crisis", True)


def test_v1_a_new_life_keeps_whom_a_broken_line_outside_leaves_alone() -> None:
    before, caller = in_crisis(TO_VIDA)
    before.passes(120)
    before.partner_picks_up()
    before.partner_presses("1")
    now = before.dies_and_comes_back(on_call("ana", psicologia=3))
    assert same(caller, now).hears == THE_OTHER
    now.partner_ends(LegEnding.LOST)
    place = same(caller, now).call.place
    assert place is not None
    assert (place.queue, place.at_head) == ("crisis", True)
    assert same(caller, now).hears == "caida"


def test_v1_somebody_outside_who_was_only_just_rung_is_not_gone_for_not_being_listed() -> None:
    hotline, caller = in_crisis(TO_VIDA)
    hotline.passes(120)
    leg = hotline.partner_leg()
    hotline.disconnects()
    rings = hotline.board.outside.copy()
    hotline.board.outside.clear()  # the order is still on its way to Asterisk
    hotline.listed()
    assert not hotline.records(PartnerMissed)
    hotline.board.outside |= rings
    assert hotline.partner_leg() == leg
    hotline.partner_picks_up()
    hotline.partner_presses("1")
    assert caller.hears == THE_OTHER


# -- the rest -----------------------------------------------------------------------------------


def test_v1_widening_by_length_opens_the_next_circle_before_its_time() -> None:
    hotline, _ = in_crisis(Overflow(length=2, widen=True))
    hotline.works(agent("bea", psicologia=3, crisis=3), agent("mia", psicologia=3, juridico=3))
    for name in ("bea", "mia"):
        hotline.pauses(name)
    hotline.caller_arrives().chooses("1")
    hotline.passes(6)
    hotline.resumes("mia")
    assert hotline.rung() == ["mia"]
    assert [(r.step, r.also) for r in hotline.records(Widened)][:1]
    assert {action for action, _, _ in actions(hotline)} == {"widen"}
    all_is_well(hotline)


def test_v1_where_nobody_is_staffed_the_flow_goes_on_at_another_step() -> None:
    out = Overflow(nobody_staffed=True, wait=seconds(3), step=StepName("gracias"))
    hotline = Driver(policy(replace(JURIDICO, overflow=(out,))))
    caller = hotline.caller_arrives().chooses("4")
    hotline.passes(4)
    assert caller.hears == "gracias"
    assert [r.why for r in hotline.records(TimedOut)] == ["overflow"]
    all_is_well(hotline)


def test_v1_somebody_who_could_ever_take_them_keeps_callers_in_the_queue() -> None:
    out = Overflow(nobody_staffed=True, step=StepName("gracias"))
    hotline = Driver(policy(replace(JURIDICO, overflow=(out,))))
    hotline.works(agent("leo", juridico=3))
    hotline.pauses("leo")
    caller = hotline.caller_arrives().chooses("4")
    hotline.passes(60)
    assert caller.call.place is not None
    hotline.logs_out("leo")
    hotline.passes(5)
    assert caller.hears == "gracias"


def test_v1_a_long_expected_wait_is_a_condition_as_well() -> None:
    out = Overflow(expected=timedelta(minutes=6), step=StepName("gracias"))
    hotline = Driver(policy(replace(JURIDICO, overflow=(out,))))
    hotline.works(agent("leo", juridico=3))
    hotline.caller_arrives().chooses("4")
    hotline.answers("leo")
    first, second = (hotline.caller_arrives().chooses("4") for _ in range(2))
    hotline.passes(5)
    assert first.call.place is not None  # half of all in this place wait less than 3.5 min
    assert second.call.place is None


def test_v1_a_caller_for_whom_nobody_works_is_expected_to_wait_for_ever() -> None:
    hotline = Driver(rules(Overflow(expected=timedelta(hours=10), outside=RING_VIDA)))
    hotline.caller_arrives().chooses("1")
    hotline.passes(5)
    assert len(hotline.ordered(DialPartner)) == 1


def test_v1_nobody_else_outside_is_rung_while_somebody_is() -> None:
    hotline = Driver(
        rules(
            Overflow(wait=seconds(10), outside=RING_VIDA),
            Overflow(wait=seconds(20), outside=RING_VIDA),
        )
    )
    hotline.caller_arrives().chooses("1")
    hotline.passes(25)
    assert len(hotline.ordered(DialPartner)) == 1


def test_v1_nobody_outside_is_rung_while_the_agent_who_was_lost_is_rung_again() -> None:
    hotline = Driver(rules(Overflow(wait=seconds(5), outside=RING_VIDA)))
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.loses_line("ana")
    hotline.rings("ana")
    hotline.passes(9)
    assert not hotline.ordered(DialPartner)
    hotline.answers("ana")
    assert caller.talks_to() == "ana"


def test_w3_an_overflow_written_now_reaches_who_waits_already() -> None:
    hotline, caller = in_crisis()
    hotline.passes(100)
    newer = replace(rules(CALL_IN), version="newer")
    hotline.happens(e.PolicyPublished(at=hotline.at, policy=newer))
    assert hotline.rung() == ["ana"]
    assert caller.call.place is not None


def test_v1_what_has_come_about_does_not_come_about_again_in_a_new_life() -> None:
    before, _ = in_crisis(replace(CALL_IN, wait=seconds(5)))
    before.passes(6)
    before.rings("ana")
    now = Driver(before.engine.floor.policy, at=before.at + seconds(1), epoch=8)
    now.works(on_call("ana", psicologia=3), log_in=False)
    now.board = before.board
    now.listed()
    assert now.rung() == ["ana"]
    assert not now.records(Overflowed)
    now.answers("ana")
    assert len(now.records(Answered)) == 1


# -- alarms -------------------------------------------------------------------------------------


def test_an_alarm_tells_that_somebody_in_crisis_has_waited_45_s() -> None:
    hotline = Driver(rules(alerts=Alerts(waiting=seconds(45))))
    caller = hotline.caller_arrives().chooses("1")
    hotline.passes(44.9)
    assert "waiting:crisis" not in hotline.engine.floor.alarms
    hotline.passes(0.1)
    assert "waiting:crisis" in hotline.engine.floor.alarms
    caller.hangs_up()
    assert "waiting:crisis" not in hotline.engine.floor.alarms


def test_an_alarm_tells_that_the_last_psychologist_has_logged_out() -> None:
    hotline = Driver(rules(alerts=Alerts(nobody=True)))
    hotline.works(agent("bea", psicologia=3, crisis=3), agent("leo", juridico=3))
    hotline.logs_out("leo")
    assert "unstaffed:crisis" not in hotline.engine.floor.alarms
    hotline.logs_out("bea")
    assert "unstaffed:crisis" in hotline.engine.floor.alarms
    hotline.logs_in("bea")
    assert "unstaffed:crisis" not in hotline.engine.floor.alarms


def test_a_hotline_where_nobody_has_begun_to_work_raises_no_alarm() -> None:
    hotline = Driver(rules(alerts=Alerts(nobody=True)))
    hotline.works(agent("bea", psicologia=3, crisis=3), log_in=False)
    assert not hotline.engine.floor.alarms
