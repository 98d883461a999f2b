"""How a caller is spoken to: one prompt at a time, and music again after it."""

from __future__ import annotations

from datetime import timedelta

from router.core.call import Call, CodeLeg, Playing
from router.core.commands import AskAgain, Play, StartMusic, StopMusic, StopPlay
from router.core.deadlines import PromptOverdue
from router.core.turn import Turn
from router.core.vocabulary import Language, PlaybackId, PromptId

LEG_GONE_WITHIN = timedelta(seconds=5)
"""A leg that was hung up should have ended by then; an agent's is hung up again if it has not."""
LEG_GONE_AFTER_ALL = timedelta(seconds=2)
"""After that it is taken as gone: no order to Asterisk is on its way for longer."""
PROMPT_AT_MOST = timedelta(seconds=60)
"""A prompt whose end was never reported is taken as over after this (no shipped one is longer)."""


def say(turn: Turn, call: Call, prompts: tuple[PromptId, ...], language: Language) -> None:
    """Play prompts to the caller, instead of what is playing."""
    playback = _begins(turn, call, prompts, language)
    call.said = call.playing
    turn.order(
        Play(
            node=call.node,
            call=call.id,
            leg=call.leg,
            playback=playback,
            prompts=prompts,
            language=language,
        )
    )
    turn.wake(PROMPT_AT_MOST, PromptOverdue(call.id, playback))


def ask_again(turn: Turn, call: Call, after: timedelta) -> None:
    """What was said last, should nobody be there to end the wait for a key when it is over."""
    said = call.said
    if said is None:
        return
    playback = _begins(turn, call, said.prompts, said.language, asks_again=True)
    turn.order(
        AskAgain(
            node=call.node,
            call=call.id,
            leg=call.leg,
            playback=playback,
            after=after,
            prompts=said.prompts,
            language=said.language,
        )
    )


def _begins(
    turn: Turn,
    call: Call,
    prompts: tuple[PromptId, ...],
    language: Language,
    *,
    asks_again: bool = False,
) -> PlaybackId:
    hush(turn, call)
    call.playbacks_made += 1
    playback = PlaybackId(f"{call.id}-e{turn.floor.epoch}-p{call.playbacks_made}")
    call.playing = Playing(id=playback, prompts=prompts, language=language, asks_again=asks_again)
    turn.floor.playbacks[playback] = call.id
    return playback


def tell_agent(turn: Turn, leg: CodeLeg, prompt: PromptId, language: Language) -> None:
    """Play a prompt to an agent at a desk phone; its end is the end of `leg.playback`."""
    turn.order(
        Play(
            node=leg.node,
            call=None,
            leg=leg.id,
            playback=leg.playback,
            prompts=(prompt,),
            language=language,
        )
    )


def hush(turn: Turn, call: Call) -> None:
    """Stop the prompt first: a running one blocks its channel (survival.md)."""
    if call.playing is not None:
        playback = call.playing.id
        call.playing = None
        turn.floor.playbacks.pop(playback, None)
        turn.floor.deadlines.forget(playback)
        turn.order(StopPlay(node=call.node, call=call.id, leg=call.leg, playback=playback))


def hush_inherited(turn: Turn, call: Call) -> None:
    """What an earlier life of the engine says, or is about to say as it wakes."""
    if call.inherited is not None:
        turn.order(StopPlay(node=call.node, call=call.id, leg=call.leg, playback=call.inherited))


def no_music(turn: Turn, call: Call) -> None:
    """It may play on from before, beside whoever they talk to."""
    turn.order(StopMusic(node=call.node, call=call.id, leg=call.leg))


def music(turn: Turn, call: Call) -> None:
    """Music on hold; Asterisk does not start it again by itself after a prompt (survival.md)."""
    turn.order(StartMusic(node=call.node, call=call.id, leg=call.leg))


def waits_with_music(call: Call) -> bool:
    """For an agent, for somebody outside, or for another system."""
    rings_outside = call.partner is not None and call.partner.bridge is None
    return call.place is not None or call.lookup is not None or rings_outside
