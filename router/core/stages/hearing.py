"""What callers hear is set anew at every list: meanwhile something may have gone by unseen.

An order may have been lost. Or an older engine, frozen just as it sent its last one, has woken: its
prompt, its music or its silence is what the caller of a younger engine hears then (survival.md).
"""

from __future__ import annotations

from router.core.call import Call
from router.core.events import LegsListed
from router.core.speech import hush, hush_inherited, music, no_music, say, waits_with_music
from router.core.turn import Turn


def is_set_anew(turn: Turn, event: LegsListed) -> None:
    """For the callers whom we knew before this list."""
    for leg in event.legs:
        call = turn.floor.call_of_caller(leg.leg) if leg.in_application else None
        if call is not None and call.ended_by is None:
            _set_anew(turn, call)
            call.written_again = True  # the same is true of what is written on their leg


def _set_anew(turn: Turn, call: Call) -> None:
    hush_inherited(turn, call)
    if call.playing is not None:
        _say_again(turn, call)
    elif waits_with_music(call):
        music(turn, call)
    elif call.talk is not None or (call.partner is not None and call.partner.bridge is not None):
        no_music(turn, call)


def _say_again(turn: Turn, call: Call) -> None:
    """Whether the prompt has ended was not told: rather hear it twice than nothing."""
    playing = call.playing
    assert playing is not None
    if playing.asks_again:
        return
    if call.place is None and call.talk is None:
        say(turn, call, playing.prompts, playing.language)
    else:
        hush(turn, call)
        if call.place is not None:
            music(turn, call)
