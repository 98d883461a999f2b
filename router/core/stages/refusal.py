"""Asterisk did not carry out a command: the story goes on, and the caller hears something."""

from __future__ import annotations

from datetime import timedelta

from router.core.commands import (
    Admit,
    AskAgain,
    Bridge,
    Command,
    Dial,
    DialPartner,
    HandToDialplan,
    Hangup,
    KeepMessage,
    KeepPrompt,
    LookUp,
    Play,
    ProvisionDevice,
    RecordSound,
    Remember,
    RemoveBridge,
    StartMusic,
    StopMusic,
    StopPlay,
)
from router.core.deadlines import DeskDue, LegOverdue, LookupOverdue, MusicDue, RecordingOverdue
from router.core.events import CommandFailed, PlaybackEnded
from router.core.records import CommandRefused
from router.core.speech import LEG_GONE_AFTER_ALL, LEG_GONE_WITHIN
from router.core.turn import ConversationBroken, OfferOver, PartnerGone, Turn
from router.core.vocabulary import LegId, OfferOutcome, Refusal

MUSIC_AGAIN_AFTER = timedelta(seconds=1)
DESK_AGAIN_AFTER, DESK_AGAIN_AT_MOST = timedelta(seconds=2), timedelta(minutes=5)
"""Twice as long each time: an Asterisk that keeps saying no is not asked for ever so often."""


def command_fails(turn: Turn, event: CommandFailed) -> list[PlaybackEnded]:
    """Asterisk said no, or nothing: the story goes on, and the caller hears something.

    Returns prompts that count as ended, for the engine to handle like any other end.
    """
    command = event.command
    turn.note(
        CommandRefused(command=type(command).__name__, why=event.why.value, detail=event.detail),
        command.call,
    )
    if event.why is Refusal.GONE:
        _leg_is_gone(turn, command)
    ended = [_consequence(turn, command, event.why)]
    ended.extend(_never_sent(turn, dropped) for dropped in event.dropped)
    return [over for over in ended if over is not None]


def _leg_is_gone(turn: Turn, command: Command) -> None:
    """The end of the caller's leg is on the way; if it never comes, nobody is rung for a ghost."""
    if isinstance(command, Admit | Play | AskAgain | RecordSound | StartMusic | StopMusic):
        call = turn.floor.call_of_caller(command.leg)
        if call is not None and not call.vanished:
            call.vanished = True
            turn.wake(LEG_GONE_WITHIN, LegOverdue(call.leg))


def _never_sent(turn: Turn, command: Command) -> PlaybackEnded | None:
    """It went with another command: nobody is to blame for it, least of all a telephone."""
    if isinstance(command, Dial):
        offer = turn.floor.offers.get(command.offer)
        if offer is not None:
            turn.move(OfferOver(offer=offer, outcome=OfferOutcome.WITHDRAWN, leg_gone=True))
        return None
    return _consequence(turn, command, Refusal.REFUSED)


def _consequence(turn: Turn, command: Command, why: Refusal) -> PlaybackEnded | None:
    floor = turn.floor
    match command:
        case Play(leg=leg_id) | AskAgain(leg=leg_id) if (
            why is Refusal.GONE and floor.call_of_caller(leg_id) is not None
        ):
            # Their end is on the way, or the dialplan has them: no flow ends, least of all by
            # hanging up on somebody who waits there.
            return None
        case Play(playback=playback) | AskAgain(playback=playback):
            if why is Refusal.UNKNOWN:
                turn.order(
                    StopPlay(
                        node=command.node,
                        call=command.call,
                        leg=command.leg,
                        playback=playback,
                    )
                )
            return PlaybackEnded(at=turn.at, playback=playback, heard=False)
        case Dial(offer=offer_id):
            offer = floor.offers.get(offer_id)
            if offer is not None:
                gone = why is not Refusal.UNKNOWN
                turn.move(OfferOver(offer=offer, outcome=OfferOutcome.UNREACHABLE, leg_gone=gone))
        case Bridge():
            call = floor.calls.get(command.call) if command.call is not None else None
            if call is not None and call.talk is not None and call.talk.bridge == command.bridge:
                leg = floor.agent_legs[call.talk.leg]
                leg.lost = leg.closing = True
                turn.order(Hangup(node=leg.node, call=leg.call, leg=leg.id))
                turn.wake(LEG_GONE_WITHIN, LegOverdue(leg.id))
                turn.move(ConversationBroken(call=call, leg=leg, own_hangup=False))
            elif call is not None and call.partner is not None:
                turn.order(Hangup(node=call.node, call=call.id, leg=call.partner.leg))
                turn.move(PartnerGone(call=call, leg=call.partner.leg, why="refused"))
        case Admit(leg=leg_id):
            call = floor.call_of_caller(leg_id)
            if call is not None:
                call.written_again = True  # it may not be on the leg
        case Remember(leg=leg_id) if why is not Refusal.GONE:
            call = floor.call_of_caller(leg_id)
            left = floor.departed.get(leg_id)
            if call is not None:
                call.written_again = True
            elif left is not None and left.ended_by is None and not left.written_again:
                left.written_again = True  # once more: the fallback has them, and they come back
                turn.order(command)
        case LookUp(lookup=lookup):
            turn.wake(timedelta(0), LookupOverdue(lookup=lookup))
        case RecordSound(recording=recording):
            turn.wake(timedelta(0), RecordingOverdue(recording=recording, keeping=False))
        case KeepMessage(recording=recording) | KeepPrompt(recording=recording):
            turn.wake(timedelta(0), RecordingOverdue(recording=recording, keeping=True))
        case DialPartner(leg=leg_id):
            partner_of = floor.call_of_partner(leg_id)
            if partner_of is not None:
                # It may ring all the same (house.md 9).
                turn.order(Hangup(node=command.node, call=command.call, leg=leg_id))
                turn.move(PartnerGone(call=partner_of, leg=leg_id, why="refused"))
        case StartMusic():
            if why is not Refusal.GONE and command.call is not None:
                turn.wake(MUSIC_AGAIN_AFTER, MusicDue(call=command.call))
        case ProvisionDevice(node=node, agent=agent, tries=tries):
            wait = min(DESK_AGAIN_AFTER * 2 ** min(tries, 8), DESK_AGAIN_AT_MOST)
            turn.wake(wait, DeskDue(agent=agent, node=node, tries=tries + 1))
        case HandToDialplan() | RemoveBridge():
            if why is Refusal.UNKNOWN:
                turn.order(command)
        case Hangup(leg=leg_id):
            if why is Refusal.UNKNOWN:
                _hang_up_later(turn, leg_id)
        case _:
            pass  # it is repeated at the next connection
    return None


def _hang_up_later(turn: Turn, leg: LegId) -> None:
    """Nobody is forgotten on a line on which nothing comes any more."""
    closing, call = turn.floor.agent_legs.get(leg), turn.floor.call_of_caller(leg)
    if closing is not None and closing.closing:
        closing.hung_up_again = False
    elif call is not None and call.ended_by is not None:
        call.hung_up_again = False
    else:
        return
    turn.floor.deadlines.forget(leg)
    turn.wake(LEG_GONE_AFTER_ALL, LegOverdue(leg))
