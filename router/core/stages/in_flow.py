"""A caller is in the menu: prompts are said, keys are heard, the flow moves on."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from router.core.call import Call, Place
from router.core.commands import Hangup, KeepNumber, StopPlay
from router.core.deadlines import DigitDue, LegOverdue, PromptOverdue
from router.core.events import DigitPressed, PlaybackEnded
from router.core.ivr.run import Answer, CallbackAsked, Say, StopSaying, advance
from router.core.ivr.waits import (
    Digit,
    ForAgent,
    ForDigit,
    ForKeeping,
    ForLookup,
    ForMessage,
    ForPartner,
    ForPrompt,
    Over,
    PromptOver,
    TimeIsUp,
)
from router.core.records import (
    CallbackRequested,
    PromptMissing,
    SurveyAnswered,
    Tagged,
    TimedOut,
)
from router.core.speech import ask_again, hush, music, say
from router.core.turn import (
    FlowGiven,
    FlowRan,
    LookupWanted,
    MessageMeant,
    MessageWanted,
    OffersWithdrawn,
    PartnerWanted,
    QueueEntered,
    Turn,
)
from router.core.vocabulary import EndedBy, QueueName

HANGUP_WITHIN = timedelta(seconds=5)


def carry_out(turn: Turn, move: FlowRan) -> None:
    """Say what the flow says and set up its wait."""
    call, result = move.call, move.result
    if result.run is call.run and not result.said and not result.entered:
        return  # it was given something that fits no wait: the wait goes on
    fresh_tags = result.run.tags[len(call.run.tags) :]
    keeps_place = call.place is not None and not result.entered
    if call.place is not None and result.entered:
        _leave_queue(turn, call, call.place, result.entered[0].after)
    call.run = result.run
    if call.playing is not None and call.playing.asks_again:
        hush(turn, call)
    if not keeps_place:
        call.wait += 1
        turn.floor.deadlines.forget(call.id)
    for entered in result.entered:
        turn.note(entered, call.id)
    for tag in fresh_tags:
        turn.note(Tagged(tag=tag), call.id)
    for saying in result.said:
        match saying:
            case Say():
                say(turn, call, saying.prompts, saying.language)
            case StopSaying():
                hush(turn, call)
            case CallbackAsked(queue=queue, number=number):
                _note_callback(turn, call, queue, number)
            case Answer(question=question, figure=figure):
                turn.note(SurveyAnswered(question=question, figure=figure), call.id)
            case _:
                assert_never(saying)
    match result.wait:
        case ForPrompt():
            if call.playing is None:
                turn.move(FlowGiven(call, PromptOver(heard=False)))
        case ForDigit(within=within):
            turn.wake(within, DigitDue(call.id, call.wait))
            ask_again(turn, call, within)
        case ForAgent() if keeps_place:
            pass
        case ForAgent():
            turn.move(QueueEntered(call=call, wait=result.wait))
        case ForLookup():
            turn.move(LookupWanted(call=call, wait=result.wait))
        case ForMessage():
            turn.move(MessageWanted(call=call, wait=result.wait))
        case ForKeeping():
            turn.move(MessageMeant(call=call))
        case ForPartner():
            turn.move(PartnerWanted(call=call, wait=result.wait))
        case Over():
            call.ended_by = EndedBy.SYSTEM
            turn.order(Hangup(node=call.node, call=call.id, leg=call.leg, only_here=True))
            turn.wake(HANGUP_WITHIN, LegOverdue(call.leg))
        case _:
            assert_never(result.wait)


def _note_callback(turn: Turn, call: Call, queue: QueueName, number: str | None) -> None:
    """The number goes where numbers are kept; the journal knows only that there is another one."""
    if number is not None:
        turn.order(KeepNumber(node=call.node, call=call.id, number=number))
    record = CallbackRequested(
        queue=queue, arrived_at=call.arrived_at, other_number=number is not None
    )
    turn.note(record, call.id)


def _leave_queue(turn: Turn, call: Call, place: Place, why: str) -> None:
    """By a key, or because nobody is there: the place is given up."""
    call.place = None
    hush(turn, call)
    turn.note(TimedOut(queue=place.queue, waited=turn.at - place.since, why=why), call.id)
    turn.move(OffersWithdrawn(call))
    turn.affects(call)


def go_on(turn: Turn, move: FlowGiven) -> None:
    """The flow gets what it waited for."""
    call = move.call
    result = advance(call.policy.book, call.run, move.given, turn.at)
    turn.move(FlowRan(call, result))


def caller_presses(turn: Turn, call: Call, event: DigitPressed) -> None:
    """A key counts in the flow and in a queue; in a conversation it is the caller's own affair."""
    if call.talk is None and call.ended_by is None:
        turn.move(FlowGiven(call, Digit(digit=event.digit)))


def digit_is_due(turn: Turn, due: DigitDue) -> None:
    """Nobody pressed anything."""
    call = turn.floor.calls.get(due.call)
    if call is not None and call.wait == due.wait and isinstance(call.run.wait, ForDigit):
        turn.move(FlowGiven(call, TimeIsUp()))


def prompt_ends(turn: Turn, call: Call, event: PlaybackEnded) -> None:
    """Only the prompt that the leg hears now counts; a stopped one reports its end as well."""
    if call.playing is None or call.playing.id != event.playback:
        return
    playing, call.playing = call.playing, None
    turn.floor.playbacks.pop(playing.id, None)
    turn.floor.deadlines.forget(playing.id)
    if playing.asks_again:
        return  # the wait for a key has its own end
    if not event.heard:
        turn.note(PromptMissing(prompts=playing.prompts, language=playing.language), call.id)
    if isinstance(call.run.wait, ForLookup):
        music(turn, call)
    elif call.place is None and call.talk is None:
        turn.move(FlowGiven(call, PromptOver(heard=event.heard)))


def prompt_is_overdue(turn: Turn, due: PromptOverdue) -> PlaybackEnded | None:
    """Asterisk never said that it ended: it counts as ended, for the engine to handle as such."""
    call = turn.floor.calls.get(due.call)
    if call is None or call.playing is None or call.playing.id != due.playback:
        return None
    turn.order(StopPlay(node=call.node, call=call.id, leg=call.leg, playback=due.playback))
    return PlaybackEnded(at=turn.at, playback=due.playback, heard=True)
