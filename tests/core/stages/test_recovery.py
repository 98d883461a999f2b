"""When something went wrong: nobody is dropped for it, and one call at most pays for a bug."""

from __future__ import annotations

import pytest

from router.core import events as e
from router.core.commands import (
    Admit,
    HandToDialplan,
    Hangup,
    Play,
    Remember,
    RemoveBridge,
    StartMusic,
)
from router.core.house_records import NodeConnected, NodeLost
from router.core.records import (
    Abandoned,
    Answered,
    CallFinished,
    CommandRefused,
    Ended,
    HandedToFallback,
    OfferEnded,
)
from router.core.vocabulary import (
    AgentId,
    BridgeId,
    EndedBy,
    LegId,
    OfferOutcome,
    PlaybackId,
    Refusal,
)
from tests.core.driver import NODE, Caller, Driver, listed_leg
from tests.core.house import agent


def crisis_hotline(*, on: str = "desk") -> Driver:
    hotline = Driver()
    hotline.works(agent("ana", on=on, psicologia=3, crisis=3))
    return hotline


# -- the connection ---------------------------------------------------------------------------


def test_a_lost_connection_is_an_alarm_and_concludes_nothing_about_callers() -> None:
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.disconnects()
    assert hotline.alarms() == ["node:n1"]
    assert hotline.records(NodeLost)
    assert caller.call.place is not None
    hotline.listed()
    assert hotline.alarms() == []
    assert hotline.records(NodeConnected)[-1].handed == 0
    assert not hotline.records(NodeConnected)[-1].restarted


def in_the_menu(hotline: Driver) -> Caller:
    return hotline.caller_arrives().hears_out()


def waiting(hotline: Driver) -> Caller:
    hotline.pauses("ana")
    return hotline.caller_arrives().chooses("1")


def rung_for(hotline: Driver) -> Caller:
    caller = hotline.caller_arrives().chooses("1")
    hotline.rings("ana")
    hotline.passes(4)
    return caller


def talking(hotline: Driver) -> Caller:
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    return caller


def after_it(hotline: Driver) -> Caller:
    caller = talking(hotline)
    hotline.hangs_up("ana")
    return caller


SITUATIONS = [in_the_menu, waiting, rung_for, talking, after_it]
situation = pytest.mark.parametrize("situation", SITUATIONS)


@situation
def test_a_reconnect_that_finds_everybody_changes_nothing(situation: object) -> None:
    hotline = crisis_hotline()
    assert callable(situation)
    caller: Caller = situation(hotline)
    heard, before = caller.hears, list(hotline.records(OfferEnded))
    ordered = hotline.listed()
    assert caller.hears == heard
    assert hotline.records(OfferEnded) == before
    assert not [c for c in ordered if isinstance(c, Hangup | HandToDialplan | RemoveBridge)]
    assert hotline.records(NodeConnected)[-1].kept >= 1


@situation
def test_a_caller_who_hung_up_meanwhile_leaves_the_floor(situation: object) -> None:
    hotline = crisis_hotline()
    assert callable(situation)
    caller: Caller = situation(hotline)
    hotline.listed(without=[caller.leg])
    assert not hotline.engine.floor.calls
    assert [r.by for r in hotline.records(CallFinished)] == [EndedBy.CALLER]
    assert not hotline.board.ringing
    agent_now = hotline.engine.floor.agents[AgentId("ana")]
    assert (agent_now.leg, agent_now.offer) == (None, None)


@situation
def test_a_caller_found_in_the_dialplan_is_handed_over_and_not_abandoned(
    situation: object,
) -> None:
    hotline = crisis_hotline()
    assert callable(situation)
    caller: Caller = situation(hotline)
    hotline.board.leaves(caller.leg, hotline.at)
    hotline.listed()
    assert not hotline.engine.floor.calls
    assert len(hotline.records(HandedToFallback)) == 1
    assert not hotline.records(Abandoned)
    assert not hotline.records(CallFinished)


@situation
def test_after_a_restart_of_asterisk_its_calls_are_lost_and_agents_free(
    situation: object,
) -> None:
    hotline = crisis_hotline()
    assert callable(situation)
    situation(hotline)
    hotline.listed(restarted=True)
    assert hotline.records(NodeConnected)[-1].restarted
    assert not hotline.engine.floor.calls
    assert hotline.records(CallFinished)[-1].by is EndedBy.LOST
    agent_now = hotline.engine.floor.agents[AgentId("ana")]
    assert (agent_now.leg, agent_now.offer, agent_now.call) == (None, None, None)
    assert not hotline.engine.floor.agent_legs


def test_a_caller_whose_agent_is_gone_after_a_lost_connection_is_kept() -> None:
    hotline = crisis_hotline()
    caller = talking(hotline)
    hotline.disconnects()
    hotline.listed(without=[hotline.leg_of("ana")])
    assert caller.hears == "caida"


def test_a_leg_dialled_a_moment_ago_is_given_time_to_appear() -> None:
    hotline = crisis_hotline()
    hotline.caller_arrives().chooses("1")
    ringing = hotline.board.ringing.pop(hotline.leg_of("ana"))
    hotline.listed()
    assert not hotline.outcomes()
    hotline.board.ringing[ringing.leg] = ringing
    hotline.passes(3)
    assert hotline.outcomes() == [("ana", OfferOutcome.UNREACHABLE)]


def test_desks_and_members_are_told_again_because_asterisk_keeps_them_in_memory() -> None:
    hotline = crisis_hotline()
    hotline.works(agent("ben", juridico=1), log_in=False)
    names = [type(c).__name__ for c in hotline.listed(restarted=True)]
    assert names.count("ProvisionDevice") == 2
    assert names.count("EnrolInFallback") == 1


def test_a_short_code_whose_phone_has_gone_is_forgotten() -> None:
    hotline = crisis_hotline()
    leg = hotline.dials_code("ana", "*13")
    hotline.listed(without=[leg])
    assert not hotline.engine.floor.code_legs


def test_the_bridge_of_two_who_were_parted_as_they_were_listed_is_deleted() -> None:
    hotline = crisis_hotline()
    before = e.ListedBridge(bridge=BridgeId("old"), legs=(LegId("caller"), LegId("agent")))
    legs = (listed_leg(LegId("caller"), None, stasis=False),)  # the guard has just moved them
    ordered = hotline.happens(e.LegsListed(at=hotline.at, node=NODE, legs=legs, bridges=(before,)))
    assert [c.bridge for c in ordered if isinstance(c, RemoveBridge)] == ["old"]


def test_empty_bridges_are_deleted_and_ours_are_kept() -> None:
    hotline = crisis_hotline()
    caller = talking(hotline)
    assert caller.call.talk is not None
    ours = caller.call.talk.bridge
    empty = e.ListedBridge(bridge=BridgeId("old"), legs=())
    mine = e.ListedBridge(bridge=ours, legs=(caller.leg, caller.call.talk.leg))
    legs = tuple(
        listed_leg(leg, hotline.board.dialled.get(leg)) for leg in (caller.leg, mine.legs[1])
    )
    ordered = hotline.happens(
        e.LegsListed(at=hotline.at, node=NODE, legs=legs, bridges=(empty, mine))
    )
    assert [c.bridge for c in ordered if isinstance(c, RemoveBridge)] == ["old"]


# -- refused commands -------------------------------------------------------------------------


def test_every_refusal_is_written_down_with_the_call() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    hotline.refused(hotline.ordered(Play)[0])
    assert hotline.records(CommandRefused) == [
        CommandRefused(command="Play", why="refused", detail="no")
    ]
    assert [x.call for x in hotline.entries if isinstance(x.record, CommandRefused)] == [caller.id]


def test_prompts_dropped_with_another_command_do_not_hold_the_flow() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    play = hotline.ordered(Play)[0]
    music = StartMusic(node=NODE, call=caller.id, leg=caller.leg)
    hotline.refused(music, dropped=(play,))
    assert caller.hears == "menu"


@pytest.mark.parametrize("why", [Refusal.UNKNOWN, Refusal.REFUSED])
def test_what_an_admission_may_not_have_brought_to_the_leg_is_written_once_more(
    why: Refusal,
) -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    (admission,) = hotline.ordered(Admit)
    assert admission.carried == caller.call.carried != ""
    assert hotline.ordered(Remember) == []
    hotline.refused(admission, why)
    assert [each.carried for each in hotline.ordered(Remember)] == [caller.call.carried]


def test_a_text_that_was_not_written_is_written_with_the_next_turn_and_not_without_end() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives().hears_out().chooses("1")
    before = hotline.ordered(Remember)
    hotline.refused(before[-1])
    assert hotline.ordered(Remember) == before
    hotline.refused(hotline.ordered(StartMusic)[-1])
    hotline.passes(2)
    again = hotline.ordered(Remember)[len(before) :]
    assert [each.carried for each in again] == [caller.call.carried] == [before[-1].carried]


def test_a_text_that_was_dropped_with_another_command_is_written_at_once() -> None:
    hotline = Driver()
    hotline.caller_arrives().hears_out().chooses("1")
    before = hotline.ordered(Remember)
    hotline.refused(hotline.ordered(Play)[-1], dropped=(before[-1],))
    assert [each.carried for each in hotline.ordered(Remember)] == [
        each.carried for each in (*before, before[-1])
    ]


def test_a_handover_whose_fate_is_unknown_is_ordered_again() -> None:
    hotline = Driver()
    caller = hotline.caller_arrives()
    order = HandToDialplan(node=NODE, call=caller.id, leg=caller.leg)
    hotline.refused(order, Refusal.UNKNOWN)
    assert hotline.ordered(HandToDialplan) == [order]


def test_what_was_not_written_for_who_is_in_the_fallback_by_now_is_written_once_more() -> None:
    hotline = crisis_hotline()
    caller = waiting(hotline)
    written = hotline.ordered(Remember)[-1]
    hotline.board.leaves(caller.leg, hotline.at)
    hotline.happens(e.LegLeft(at=hotline.at, leg=caller.leg))
    for _ in range(2):
        hotline.refused(written)
    assert hotline.ordered(Remember).count(written) == 2


def test_a_bridge_of_which_nobody_knows_whether_it_is_removed_is_removed_again() -> None:
    hotline = crisis_hotline()
    talking(hotline)
    hotline.hangs_up("ana")
    (removed,) = hotline.ordered(RemoveBridge)
    hotline.refused(removed, Refusal.UNKNOWN)
    assert hotline.ordered(RemoveBridge) == [removed, removed]


def test_a_refusal_about_a_call_that_is_gone_changes_nothing() -> None:
    hotline = crisis_hotline()
    caller = talking(hotline)
    commands = list(hotline.commands)
    caller.hangs_up()
    ended = len(hotline.records(Ended))
    for command in commands:
        if command.call is not None:
            hotline.refused(command)
    assert len(hotline.records(Ended)) == ended
    assert not hotline.engine.floor.calls


# -- our own bugs -----------------------------------------------------------------------------


def quarantined(hotline: Driver, event: e.Event) -> None:
    outcome = hotline.engine.quarantine(event)
    hotline.entries.extend(outcome.entries)
    hotline.commands.extend(outcome.commands)
    for command in outcome.commands:
        hotline.board.obey(command, hotline.at)


@situation
@pytest.mark.parametrize("kind", ["digit", "playback", "refusal"])
def test_a_bug_gives_the_caller_to_the_dialplan_and_nobody_else(
    situation: object, kind: str
) -> None:
    hotline = crisis_hotline()
    other = hotline.caller_arrives()
    assert callable(situation)
    caller: Caller = situation(hotline)
    events: dict[str, e.Event] = {
        "digit": e.DigitPressed(at=hotline.at, leg=caller.leg, digit="1"),
        "refusal": e.CommandFailed(
            at=hotline.at,
            command=StartMusic(node=NODE, call=caller.id, leg=caller.leg),
            why=Refusal.REFUSED,
            detail="",
        ),
    }
    playing = hotline.board.playing.get(caller.leg)
    if kind == "playback" and playing is not None:
        events[kind] = e.PlaybackEnded(at=hotline.at, playback=playing, heard=True)
    quarantined(hotline, events.get(kind, events["digit"]))
    assert caller.hears == "fallback"
    assert [r.reason for r in hotline.records(HandedToFallback)] == ["defect"]
    assert list(hotline.engine.floor.calls) == [other.id]
    assert "bug" in hotline.alarms()


def test_a_bug_about_an_agents_leg_costs_the_call_it_was_for() -> None:
    hotline = crisis_hotline()
    caller = rung_for(hotline)
    quarantined(hotline, e.LegRinging(at=hotline.at, leg=hotline.leg_of("ana")))
    assert caller.hears == "fallback"
    assert hotline.outcomes() == [("ana", OfferOutcome.WITHDRAWN)]


def test_a_bug_while_a_caller_arrives_gives_them_to_the_dialplan() -> None:
    hotline = Driver()
    arrival = e.CallArrived(
        at=hotline.at,
        node=NODE,
        leg=LegId("new"),
        number_dialled="5555335533",
        arrived_at=hotline.at,
        caller=None,
    )
    quarantined(hotline, arrival)
    assert [c.leg for c in hotline.ordered(HandToDialplan)] == ["new"]


def test_a_bug_that_is_nobodys_costs_nobody() -> None:
    hotline = crisis_hotline()
    caller = waiting(hotline)
    quarantined(hotline, e.AgentLoggedIn(at=hotline.at, agent=AgentId("ana")))
    quarantined(hotline, e.PlaybackEnded(at=hotline.at, playback=PlaybackId("x"), heard=True))
    quarantined(hotline, e.ClockReached(at=hotline.at))
    assert caller.call.place is not None


def test_a_bug_in_the_matcher_costs_the_call_and_not_the_handover(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hotline = crisis_hotline()
    caller = waiting(hotline)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("router.core.timetable.dispatch.look", broken)
    with pytest.raises(ZeroDivisionError):
        hotline.resumes("ana")
    quarantined(hotline, e.DigitPressed(at=hotline.at, leg=caller.leg, digit="1"))
    assert caller.hears == "fallback"


def test_a_bug_in_a_wake_up_costs_the_call_that_it_was_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hotline = Driver()
    caller, other = hotline.caller_arrives(), hotline.caller_arrives()
    caller.hears_out().hears_out()

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("router.core.timetable.in_flow.digit_is_due", broken)
    with pytest.raises(ZeroDivisionError):
        hotline.passes(4)
    quarantined(hotline, e.ClockReached(at=hotline.at))
    assert caller.hears == "fallback"
    assert list(hotline.engine.floor.calls) == [other.id]


# -- troubles of the shell --------------------------------------------------------------------


def test_the_shells_trouble_is_an_alarm_until_it_is_over() -> None:
    hotline = Driver()
    hotline.happens(e.TroubleReported(at=hotline.at, name="journal", text="full"))
    assert hotline.alarms() == ["journal"]
    hotline.happens(e.TroubleReported(at=hotline.at, name="journal", text=None))
    assert hotline.alarms() == []


def test_entries_are_numbered_without_a_gap_over_the_life_of_an_engine() -> None:
    hotline = crisis_hotline()
    talking(hotline).hangs_up()
    assert [x.seq for x in hotline.entries] == list(range(1, len(hotline.entries) + 1))
    assert {x.epoch for x in hotline.entries} == {7}


def test_a_new_life_never_uses_an_id_twice() -> None:
    hotline, later = Driver(epoch=7), Driver(epoch=8)
    ids = set()
    for life in (hotline, later):
        life.works(agent("ana", psicologia=3, crisis=3))
        life.caller_arrives().chooses("1")
        life.answers("ana")
        for command in life.commands:
            for name in ("playback", "bridge", "offer"):
                if (name_id := getattr(command, name, None)) is not None:
                    ids.add((life.engine.floor.epoch, name_id))
    assert len({each for _, each in ids}) == len(ids)


# -- while a node is unseen -------------------------------------------------------------------


def test_nobody_is_rung_for_a_caller_on_a_node_that_is_unseen() -> None:
    hotline = crisis_hotline()
    hotline.pauses("ana")
    hotline.caller_arrives().chooses("1")
    hotline.disconnects()
    hotline.resumes("ana")
    assert hotline.rung() == []
    hotline.listed()
    assert hotline.rung() == ["ana"]


def test_a_desk_phone_picked_up_unseen_is_connected_as_soon_as_the_node_is_seen_again() -> None:
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.rings("ana")
    hotline.disconnects()
    hotline.board.comes_up(hotline.leg_of("ana"), hotline.at)
    hotline.listed()
    assert caller.talks_to() == "ana"


def test_a_prompt_that_ended_unseen_is_said_again_rather_than_followed_by_silence() -> None:
    hotline = crisis_hotline()
    caller = in_the_menu(hotline)
    hotline.disconnects()
    hotline.board.prompt_ends(hotline.board.playing[caller.leg], hotline.at)
    assert caller.hears == "silence"
    hotline.listed()
    assert caller.hears == "menu"


# -- after a sleep ----------------------------------------------------------------------------


def test_nobody_is_put_through_on_what_was_said_before_the_connection_broke() -> None:
    """The guard may have the caller: an answer read late is no news before the list."""
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.rings("ana")
    hotline.disconnects()
    hotline.happens(e.LegAnswered(at=hotline.at, leg=hotline.leg_of("ana")))
    assert caller.waits_in() == "crisis"
    assert not hotline.records(Answered)
    hotline.board.comes_up(hotline.leg_of("ana"), hotline.at)
    hotline.listed()
    assert caller.talks_to() == "ana"


def test_key_pressed_while_the_engine_slept_counts_once_the_list_is_there() -> None:
    hotline = crisis_hotline()
    caller = in_the_menu(hotline)
    hotline.disconnects()
    caller.presses("1")
    assert caller.waits_in() is None
    hotline.listed()
    assert caller.waits_in() == "crisis"


def test_goodbye_is_not_the_end_of_a_caller_who_is_in_the_dialplan_meanwhile() -> None:
    """Asterisk says that the leg is not in the application: it may wait in the fallback."""
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.hangs_up("ana")
    goodbye = hotline.ordered(Play)[-1]
    hotline.refused(goodbye, Refusal.GONE)
    assert caller.leg not in [order.leg for order in hotline.ordered(Hangup)]


def test_who_was_to_be_hung_up_by_an_asterisk_that_died_meanwhile_is_listed_as_lost() -> None:
    """Nobody saw whether they heard the goodbye: a person decides about calling back."""
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.hangs_up("ana")
    hotline.board.reports_ends = False
    hotline.happens(e.NodeDisconnected(at=hotline.at, node=NODE))
    hotline.refused(hotline.ordered(Play)[-1], Refusal.UNKNOWN)
    hotline.passes(12)
    assert not hotline.records(CallFinished)
    hotline.listed(without=[caller.leg], restarted=True)
    assert [r.by for r in hotline.records(CallFinished)] == [EndedBy.LOST]


@pytest.mark.parametrize("times", [1, 2, 4])
def test_goodbye_whose_hang_up_was_lost_on_its_way_is_hung_up_once_more(times: int) -> None:
    """Or the caller would stay on a line on which nobody is, and hear nothing."""
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.hangs_up("ana")
    hotline.board.reports_ends = False
    caller.hears_out()
    for _ in range(times):
        hotline.refused(hotline.ordered(Hangup)[-1], Refusal.UNKNOWN)
        hotline.passes(2)
    assert [order.leg for order in hotline.ordered(Hangup)].count(caller.leg) == times + 1
    hotline.passes(5)
    assert not hotline.engine.floor.calls


def test_a_telephone_whose_hang_up_was_not_carried_out_twice_is_not_free() -> None:
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.board.reports_ends = False
    caller.hangs_up()
    (ring,) = {order.leg for order in hotline.ordered(Hangup)}
    hotline.refused(hotline.ordered(Hangup)[-1], Refusal.UNKNOWN)
    hotline.passes(2)
    hotline.refused(hotline.ordered(Hangup)[-1], Refusal.UNKNOWN)
    hotline.passes(2)
    assert [order.leg for order in hotline.ordered(Hangup)].count(ring) == 3
    hotline.passes(2)
    assert not hotline.engine.floor.agent_legs
