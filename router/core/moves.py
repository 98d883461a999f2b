"""Which stage handles which move of another one. No rule lives here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from router.core import turn as t
from router.core.stages import (
    asking,
    connection,
    in_flow,
    ladder,
    offering,
    overflow,
    pairing,
    partnering,
    queueing,
    recording,
    wrap_up,
)
from router.core.turn import Move, Turn


def make_moves(turn: Turn) -> None:
    """One stage to another, until none is left."""
    moves = turn.moves
    while moves:
        move = moves.pop(0)  # of a list, for there are few
        for handle in STAGES[type(move)]:
            handle(turn, move)


def _caller_is_gone(turn: Turn, move: t.CallerGone | t.GivenAway) -> None:
    recording.caller_goes(turn, move.call)
    partnering.caller_goes(turn, move.call)


def _has_a_place(turn: Turn, move: t.QueueEntered | t.PlaceKept) -> None:
    pairing.enters_queue(turn, move.call)
    overflow.begins(turn, move.call)


def _ladder_is_kept(turn: Turn, move: t.PlaceKept) -> None:
    ladder.is_kept(turn, move.call)


STAGES: Mapping[type[Move], tuple[Callable[[Turn, Any], None], ...]] = {
    t.FlowRan: (in_flow.carry_out,),
    t.FlowGiven: (in_flow.go_on,),
    t.OffersWithdrawn: (offering.withdraw, partnering.is_withdrawn, ladder.is_withdrawn),
    t.CallerGone: (_caller_is_gone, connection.caller_leaves),
    t.AgentFreed: (wrap_up.agent_is_freed, ladder.agent_is_freed),
    t.OfferDue: (offering.make,),
    t.AgentLegOver: (offering.leg_ends, connection.agent_leg_ends),
    t.QueueEntered: (queueing.enter, _has_a_place),
    t.OfferTaken: (connection.connect,),
    t.PlaceKept: (queueing.keep, _has_a_place, _ladder_is_kept),
    t.LadderSet: (ladder.is_set,),
    t.RungOver: (ladder.rung_is_over,),
    t.OfferOver: (offering.end,),
    t.ConversationBroken: (connection.breaks,),
    t.LookupWanted: (asking.ask,),
    t.MessageWanted: (recording.begin,),
    t.MessageMeant: (recording.keep,),
    t.PromptWanted: (recording.begin_prompt,),
    t.PartnerWanted: (partnering.dial,),
    t.PartnerGone: (partnering.goes,),
    t.GivenAway: (_caller_is_gone, connection.give_away),
}
"""Each move, and who makes it, in this order."""
