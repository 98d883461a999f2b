"""Which stage handles which move of another one. No rule lives here."""

from __future__ import annotations

from typing import assert_never

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
    while turn.moves:
        _move(turn, turn.moves.popleft())


def _move(turn: Turn, move: Move) -> None:
    match move:
        case t.FlowRan():
            in_flow.carry_out(turn, move)
        case t.FlowGiven():
            in_flow.go_on(turn, move)
        case t.OffersWithdrawn():
            offering.withdraw(turn, move)
            partnering.is_withdrawn(turn, move)
            ladder.is_withdrawn(turn, move)
        case t.CallerGone():
            recording.caller_goes(turn, move.call)
            partnering.caller_goes(turn, move.call)
            connection.caller_leaves(turn, move)
        case t.AgentFreed():
            wrap_up.agent_is_freed(turn, move)
            ladder.agent_is_freed(turn, move)
        case t.OfferDue():
            offering.make(turn, move)
        case t.AgentLegOver():
            offering.leg_ends(turn, move)
            connection.agent_leg_ends(turn, move)
        case t.QueueEntered():
            queueing.enter(turn, move)
            pairing.enters_queue(turn, move.call)
            overflow.begins(turn, move.call)
        case t.OfferTaken():
            connection.connect(turn, move)
        case t.PlaceKept():
            queueing.keep(turn, move)
            pairing.enters_queue(turn, move.call)
            overflow.begins(turn, move.call)
            ladder.is_kept(turn, move.call)
        case t.LadderSet():
            ladder.is_set(turn, move)
        case t.RungOver():
            ladder.rung_is_over(turn, move)
        case t.OfferOver():
            offering.end(turn, move)
        case t.ConversationBroken():
            connection.breaks(turn, move)
        case t.LookupWanted():
            asking.ask(turn, move)
        case t.MessageWanted():
            recording.begin(turn, move)
        case t.MessageMeant():
            recording.keep(turn, move)
        case t.PromptWanted():
            recording.begin_prompt(turn, move)
        case t.PartnerWanted():
            partnering.dial(turn, move)
        case t.PartnerGone():
            partnering.goes(turn, move)
        case t.GivenAway():
            recording.caller_goes(turn, move.call)
            partnering.caller_goes(turn, move.call)
            connection.give_away(turn, move)
        case _:
            assert_never(move)
