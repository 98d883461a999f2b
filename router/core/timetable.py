"""The timetable: which stage handles which event and wake-up. No rule lives here."""

from __future__ import annotations

from typing import assert_never

from router.core import deadlines as d
from router.core import events as e
from router.core import shift_events as s
from router.core import turn as t
from router.core.moves import make_moves
from router.core.stages import (
    adoption,
    arrival,
    asking,
    connection,
    dispatch,
    fallback,
    hearing,
    in_flow,
    ladder,
    leftovers,
    offering,
    overflow,
    pairing,
    partnering,
    publishing,
    queueing,
    recording,
    recovery,
    refusal,
    roster,
    shift,
    short_code,
    wrap_up,
)
from router.core.turn import Turn


def finish(turn: Turn) -> None:
    """Moves of one stage to another, then the matcher, whose choices are moves again."""
    make_moves(turn)
    while turn.look_due:
        turn.look_due = False
        dispatch.look(turn)
        if turn.moves:
            make_moves(turn)


def event_comes(turn: Turn, event: e.Event) -> None:
    """Each event has one stage; a deadline, too. The most frequent stand first."""
    match event:
        case e.LegEnded():
            _leg_end(turn, event)
        case e.PlaybackEnded():
            _playback(turn, event)
        case e.DigitPressed():
            _digit(turn, event)
        case e.ClockReached():
            _clock(turn)
        case e.CallArrived():
            if not adoption.caller_returns(turn, event):
                arrival.caller_arrives(turn, event)
        case e.LegRinging() | e.LegAnswered():
            _leg(turn, event)
        case e.WrapUpFinished():
            wrap_up.agent_is_ready(turn, event)
        case e.CodeDialled():
            if (doing := short_code.is_dialled(turn, event)) is not None:
                event_comes(turn, doing)
        case e.LegSilent():
            connection.falls_silent(turn, event)
        case e.LegLeft():
            recovery.leg_leaves(turn, event)
        case e.LookupEnded():
            asking.ends(turn, event)
        case e.RecordingEnded():
            recording.ends(turn, event)
        case e.RecordingKept():
            recording.is_kept(turn, event)
        case e.CommandFailed():
            for over in refusal.command_fails(turn, event):
                _playback(turn, over)
        case e.RosterReplaced():
            roster.roster_is_replaced(turn, event)
            shift.agents_are_recalled(turn, event)
        case e.AgentLoggedIn() | e.AgentLoggedOut() | e.AgentPaused() | e.AgentResumed():
            shift.agent_does(turn, event)
        case e.AgentRecalled():
            shift.agent_is_recalled(turn, event)
        case s.ExtensionAsked():
            wrap_up.agent_extends(turn, event)
        case e.PairsTold():
            pairing.pairs_are_told(turn, event)
        case s.RespiroTaken():
            shift.agent_takes_respiro(turn, event)
        case e.DeviceChanged():
            shift.telephone_changes(turn, event)
            ladder.telephone_changes(turn, event)
        case e.FallbackListed():
            fallback.is_listed(turn, event)
        case e.PolicyPublished():
            publishing.policy_is_published(turn, event)
            overflow.policy_is_published(turn)
        case e.LegsListed():
            _legs_are_listed(turn, event)
        case e.NodeDisconnected():
            recovery.node_is_lost(turn, event)
        case e.TroubleReported():
            recovery.trouble_is_reported(turn, event)
        case _:
            assert_never(event)


def _legs_are_listed(turn: Turn, event: e.LegsListed) -> None:
    """The order of survival.md: what we know, conversations and callers, offers, the rest."""
    told: list[e.Event] = list(recovery.legs_are_listed(turn, event))
    hearing.is_set_anew(turn, event)
    make_moves(turn)
    told += adoption.callers_are_adopted(turn, event)
    told += leftovers.legs_are_settled(turn, event)
    recording.are_listed(turn, event)
    told += recovery.keys_of(turn, event.node)
    make_moves(turn)
    for each in told:
        event_comes(turn, each)
        make_moves(turn)
    shift.node_is_back(turn, event)
    fallback.node_is_seen(turn, event)


def _leg(turn: Turn, event: e.LegRinging | e.LegAnswered) -> None:
    floor = turn.floor
    offer = floor.offer_of_leg(event.leg)
    if (partner_of := floor.call_of_partner(event.leg)) is not None:
        partnering.says(turn, partner_of, event)
    elif offer is None:
        leftovers.telephone_is_late(turn, event)
    elif isinstance(event, e.LegRinging):
        offering.rings(turn, offer, event)
    else:
        offering.is_answered(turn, offer, event)


def _leg_end(turn: Turn, event: e.LegEnded) -> None:
    floor = turn.floor
    call, leg = floor.call_of_caller(event.leg), floor.agent_legs.get(event.leg)
    if call is not None:
        turn.move(t.CallerGone(call, event.ending))
    elif leg is not None:
        turn.move(t.AgentLegOver(leg, event.ending, event.cause))
    elif (partner_of := floor.call_of_partner(event.leg)) is not None:
        turn.move(t.PartnerGone(call=partner_of, leg=event.leg, why=event.ending.value))
    elif floor.code_legs.pop(event.leg, None) is None:
        turn.ignore("LegEnded")


def _digit(turn: Turn, event: e.DigitPressed) -> None:
    floor = turn.floor
    if (call := floor.call_of_caller(event.leg)) is not None:
        in_flow.caller_presses(turn, call, event)
    elif (offer := floor.offer_of_leg(event.leg)) is not None:
        offering.agent_presses(turn, offer, event)
    elif (partner_of := floor.call_of_partner(event.leg)) is not None:
        partnering.presses(turn, partner_of, event)
    else:
        turn.ignore("DigitPressed")


def _playback(turn: Turn, event: e.PlaybackEnded) -> None:
    floor = turn.floor
    owner = floor.playbacks.get(event.playback)
    call = floor.calls.get(owner) if owner is not None else None
    if call is None:
        code = next((c for c in floor.code_legs.values() if c.playback == event.playback), None)
        if code is not None:
            short_code.answer_ends(turn, code, event)
        else:
            turn.ignore("PlaybackEnded")
    elif call.playing is not None and call.playing.id == event.playback:
        in_flow.prompt_ends(turn, call, event)
        queueing.prompt_ends(turn, call, event)
    else:
        for offer in call.offers.values():
            offering.whisper_ends(turn, offer, event)


def _clock(turn: Turn) -> None:
    floor = turn.floor
    while (due := floor.deadlines.pop_due(turn.at)) is not None:
        floor.handling = due
        _deadline(turn, due)
        finish(turn)
        floor.handling = None


def _deadline(turn: Turn, due: d.Deadline) -> None:
    match due:
        case d.DigitDue():
            in_flow.digit_is_due(turn, due)
        case d.PromptOverdue():
            if (over := in_flow.prompt_is_overdue(turn, due)) is not None:
                _playback(turn, over)
        case d.MessageDue():
            queueing.message_is_due(turn, due)
        case d.QueueGivesUp():
            queueing.queue_gives_up(turn, due)
        case d.StaffDue():
            queueing.staff_is_due(turn, due)
        case d.LookAgain():
            turn.floor.looks_at = None
            turn.look_due = True
        case d.MusicDue():
            queueing.music_is_due(turn, due)
        case d.RingingDue():
            offering.ringing_is_due(turn, due)
        case d.RingsOut():
            offering.rings_out(turn, due)
        case d.ConfirmationDue():
            offering.confirmation_is_due(turn, due)
        case d.OverflowDue():
            overflow.is_due(turn, due)
        case d.LadderDue():
            ladder.is_due(turn, due)
        case d.LookupOverdue():
            asking.is_overdue(turn, due)
        case d.RecordingOverdue():
            recording.is_overdue(turn, due)
        case d.PartnerDue():
            partnering.is_due(turn, due)
        case d.WrapUpOver():
            wrap_up.is_over(turn, due)
        case d.RespiroOver():
            shift.respiro_is_over(turn, due)
        case d.SkillDue():
            roster.skill_is_due(turn, due)
        case d.DeskDue():
            shift.desk_is_due(turn, due)
        case d.LegOverdue():
            recovery.leg_is_overdue(turn, due)
        case d.NodeGivenUp():
            recovery.node_is_given_up(turn, due)
        case _:
            assert_never(due)
