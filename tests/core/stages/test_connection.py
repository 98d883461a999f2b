"""Caller and agent talk: whatever ends it, the caller is kept until they hang up themselves."""

from __future__ import annotations

import pytest

from router.core import events as e
from router.core.commands import Bridge, Hangup, Listen, RemoveBridge, StopMusic
from router.core.records import (
    Abandoned,
    AgentLost,
    Answered,
    CallFinished,
    Ended,
    HandedToFallback,
    Queued,
)
from router.core.shift_records import WrapUpStarted
from router.core.vocabulary import AgentState, EndedBy, LegEnding, LegId, Refusal
from tests.core.driver import Caller, Driver
from tests.core.house import agent, seconds


def talking(key: str = "1") -> tuple[Driver, Caller]:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3, juridico=3))
    caller = hotline.caller_arrives().chooses(key)
    hotline.passes(2)
    hotline.answers("ana")
    assert caller.talks_to() == "ana"
    return hotline, caller


def test_music_stops_before_the_two_are_bridged() -> None:
    hotline, caller = talking()
    bridge = hotline.ordered(Bridge)[0]
    assert bridge.legs == (caller.leg, hotline.leg_of("ana"))
    assert bridge.bridge == f"{caller.id}-e7-b1"
    kinds = [type(c) for c in hotline.commands]
    assert kinds.index(StopMusic) < kinds.index(Bridge)


def test_the_answer_tells_how_long_the_caller_waited_from_the_key_and_from_the_pbx() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives(seconds_ago=1)
    hotline.passes(5)
    caller.chooses("1")
    hotline.passes(2)
    hotline.answers("ana")
    answered = hotline.records(Answered)[0]
    assert (answered.waited, answered.to_voice) == (seconds(2), seconds(8))


def test_a_caller_who_hangs_up_ends_the_conversation_and_frees_the_agent() -> None:
    hotline, caller = talking()
    agents_leg = hotline.leg_of("ana")
    hotline.passes(60)
    caller.hangs_up()
    assert [(r.by, r.talked) for r in hotline.records(Ended)] == [(EndedBy.CALLER, seconds(60))]
    assert [r.by for r in hotline.records(CallFinished)] == [EndedBy.CALLER]
    assert not hotline.records(Abandoned)
    assert [h.leg for h in hotline.ordered(Hangup)] == [agents_leg]
    assert [b.legs for b in hotline.ordered(RemoveBridge)] == [(agents_leg,)]
    assert hotline.state("ana") is AgentState.WRAP_UP
    assert not hotline.engine.floor.calls


def test_an_agent_who_hangs_up_lets_the_flow_go_on_to_the_goodbye() -> None:
    hotline, caller = talking()
    hotline.hangs_up("ana")
    assert caller.hears == "gracias"
    assert [r.by for r in hotline.records(Ended)] == [EndedBy.AGENT]
    assert not hotline.records(AgentLost)
    assert [b.legs for b in hotline.ordered(RemoveBridge)] == [(caller.leg,)]


def test_a_caller_who_hangs_up_during_the_goodbye_is_not_abandoned() -> None:
    hotline, caller = talking()
    hotline.hangs_up("ana")
    caller.hangs_up()
    assert not hotline.records(Abandoned)
    assert len(hotline.records(CallFinished)) == 1


@pytest.mark.parametrize(
    "ending", [LegEnding.LOST, LegEnding.UNREACHABLE, LegEnding.NO_ANSWER, LegEnding.DECLINED]
)
def test_p3_any_other_end_keeps_the_caller_who_is_told_at_once_and_then_hears_music(
    ending: LegEnding,
) -> None:
    hotline, caller = talking()
    hotline.passes(30)
    hotline.leg_fails("ana", ending, 44)
    assert caller.hears == "caida"
    assert [(r.cause, r.talked) for r in hotline.records(AgentLost)] == [(44, seconds(30))]
    caller.hears_out()
    assert caller.hears == "music"
    assert not hotline.records(Ended)
    assert [r.again for r in hotline.records(Queued)] == [False, True]


def test_p3_a_caller_who_lost_their_agent_is_at_the_head_of_their_class() -> None:
    hotline, lost = talking("4")
    waiting = hotline.caller_arrives().chooses("4")
    crisis = hotline.caller_arrives().chooses("1")
    hotline.passes(60)
    hotline.loses_line("ana")
    hotline.pauses("ana")
    hotline.works(agent("ben", juridico=3))
    hotline.answers("ben")
    assert lost.talks_to() == "ben"
    hotline.works(agent("mia", juridico=3, psicologia=3, crisis=3))
    hotline.answers("mia")
    assert (crisis.talks_to(), waiting.talks_to()) == ("mia", None)


def test_p3_the_head_of_a_lower_class_never_passes_crisis() -> None:
    hotline, lost = talking("4")
    crisis = hotline.caller_arrives().chooses("1")
    hotline.loses_line("ana")
    hotline.works(agent("mia", juridico=3, psicologia=3, crisis=3))
    hotline.answers("mia")
    assert (crisis.talks_to(), lost.talks_to()) == ("mia", None)


def test_p3_the_agent_whose_line_broke_has_no_wrap_up() -> None:
    hotline, _ = talking()
    hotline.loses_line("ana")
    assert [r.lasts for r in hotline.records(WrapUpStarted)] == [seconds(0)]


def test_p3_when_the_mobile_breaks_the_desk_is_not_at_fault() -> None:
    hotline = Driver()
    hotline.works(agent("ana", on="desk+phone", psicologia=3, crisis=3))
    hotline.desk_is("ana", reachable=False)
    hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.desk_is("ana", reachable=True)
    hotline.loses_line("ana")
    assert [d.device.kind for d in hotline.board.ringing.values()] == ["phone"]
    hotline.passes(11)
    assert [d.device.kind for d in hotline.board.ringing.values()] == ["desk"]


def test_a_lost_caller_who_gives_up_has_abandoned_the_second_place() -> None:
    hotline, caller = talking()
    hotline.loses_line("ana")
    hotline.passes(3)
    caller.hangs_up()
    assert [r.waited for r in hotline.records(Abandoned)] == [seconds(3)]
    assert len(hotline.records(Answered)) == 1


def test_a_refused_bridge_loses_nobody() -> None:
    hotline, caller = talking()
    hotline.refused(hotline.ordered(Bridge)[0])
    assert caller.hears == "caida"
    assert hotline.rung() == ["ana"]
    assert [r.again for r in hotline.records(Queued)] == [False, True]
    hotline.answers("ana")
    assert caller.talks_to() == "ana"
    assert hotline.ordered(Bridge)[-1].bridge != hotline.ordered(Bridge)[0].bridge


def test_a_bridge_refused_because_the_caller_has_gone_ends_as_a_hang_up() -> None:
    hotline = Driver()
    hotline.works(agent("ana", psicologia=3, crisis=3))
    caller = hotline.caller_arrives().chooses("1")
    hotline.board.ends(caller.leg, hotline.at)
    hotline.answers("ana")
    hotline.happens(e.LegEnded(at=hotline.at, leg=caller.leg, ending=LegEnding.HUNG_UP))
    assert not hotline.engine.floor.calls
    assert len(hotline.records(CallFinished)) == 1


def test_a_caller_who_leaves_the_application_is_handed_to_the_fallback_and_not_abandoned() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().chooses("1")
    hotline.board.leaves(caller.leg, hotline.at)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    assert [r.queue for r in hotline.records(HandedToFallback)] == ["crisis"]
    assert not hotline.records(Abandoned)
    assert not hotline.engine.floor.calls
    caller.hangs_up()
    assert not hotline.records(CallFinished)


def test_a_talking_caller_who_leaves_the_application_frees_the_agent() -> None:
    hotline, caller = talking()
    hotline.board.leaves(caller.leg, hotline.at)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    assert [r.by for r in hotline.records(Ended)] == [EndedBy.SYSTEM]
    assert hotline.state("ana") is AgentState.WRAP_UP


@pytest.mark.parametrize("how", ["logs_out", "pauses"])
def test_who_ends_their_work_while_talking_talks_to_the_end(how: str) -> None:
    hotline, caller = talking()
    getattr(hotline, how)("ana")
    assert caller.talks_to() == "ana"
    caller.hangs_up()
    hotline.ready("ana")
    other = hotline.caller_arrives().chooses("1")
    hotline.passes(100)
    assert other.call.offers == {}


def test_a_roster_without_the_talking_agent_leaves_the_call_alone() -> None:
    hotline, caller = talking()
    hotline.happens(e.RosterReplaced(at=hotline.at, agents=(agent("bea", psicologia=1, crisis=1),)))
    assert caller.talks_to() == "ana"
    caller.hangs_up()
    assert list(hotline.engine.floor.agents) == ["bea"]
    assert len(hotline.records(WrapUpStarted)) == 1


def test_keys_in_a_conversation_are_nobodys_business() -> None:
    hotline, caller = talking()
    caller.presses("1#9")
    hotline.agent_presses("ana", "1")
    assert caller.talks_to() == "ana"


def test_hanging_up_a_telephone_that_cannot_be_hung_up_is_not_waited_for() -> None:
    hotline, caller = talking("4")
    hotline.board.reports_ends = False
    caller.hangs_up()
    hotline.refused(hotline.ordered(Hangup)[-1], Refusal.UNKNOWN)
    assert hotline.state("ana") is AgentState.TALKING
    hotline.passes(7)
    assert hotline.state("ana") is AgentState.WRAP_UP


def test_a_dead_telephone_is_hung_up_and_its_caller_waits_at_the_head_and_hears_so() -> None:
    hotline, caller = talking()
    dead = hotline.leg_of("ana")
    hotline.board.reports_ends = False
    assert [each.leg for each in hotline.ordered(Listen)] == [dead]
    hotline.happens(e.LegSilent(at=hotline.at, leg=dead))
    assert [each.leg for each in hotline.ordered(Hangup)] == [dead]
    assert hotline.ordered(RemoveBridge)[-1].legs == (caller.leg,)
    assert [(each.agent, each.cause) for each in hotline.records(AgentLost)] == [("ana", 44)]
    assert hotline.records(Queued)[-1].again
    hotline.happens(e.LegSilent(at=hotline.at, leg=dead))  # told until it is gone
    assert len(hotline.ordered(Hangup)) == len(hotline.records(AgentLost)) == 1
    hotline.happens(e.LegEnded(at=hotline.at, leg=dead, ending=LegEnding.HUNG_UP))
    assert not hotline.records(Ended)
    assert hotline.records(WrapUpStarted)[-1].lasts == seconds(0)


@pytest.mark.parametrize("who", ["caller", "nobody"])
def test_only_the_telephone_of_an_agent_who_talks_is_ever_hung_up_for_its_silence(who: str) -> None:
    hotline, caller = talking()
    leg = caller.leg if who == "caller" else LegId("1795.99")
    hotline.happens(e.LegSilent(at=hotline.at, leg=leg))
    assert caller.talks_to() == "ana"
    assert not hotline.ordered(Hangup)


def test_nothing_is_concluded_from_silence_while_the_node_is_not_seen() -> None:
    hotline, caller = talking()
    hotline.disconnects()
    hotline.happens(e.LegSilent(at=hotline.at, leg=hotline.leg_of("ana")))
    assert caller.talks_to() == "ana"
    assert not hotline.ordered(Hangup)
