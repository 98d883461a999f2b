"""Bugs by name: each is a small wrong turn in the real code, which a storm must find.

They are what the storm's own checks are tested with, one at a time; nothing else knows of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Never

from router import standing_by, succession
from router.adapters.ari import socket
from router.adapters.ari.listing import listed_legs
from router.adapters.ari.perform import Performer as AriPerformer
from router.adapters.postgres.write_behind import WriteBehind
from router.core import carrying, moves, speech
from router.core import commands as c
from router.core import events as e
from router.core.call import AgentLeg, Call, Offer, Place
from router.core.carried import CarriedCall, read_call
from router.core.stages import (
    adoption,
    connection,
    fallback,
    hearing,
    in_flow,
    leftovers,
    offering,
    partnering,
    publishing,
    queueing,
    recovery,
    wrap_up,
)
from router.core.turn import ConversationBroken, OfferOver, OfferTaken, PartnerGone, Turn
from router.core.vocabulary import LegEnding
from router.engine_desk import EngineDesk
from router.fence import Fence
from router.guard import watch
from router.guard.lives import Lives
from router.guard.rescue import Rescue, Seen
from router.ports import BeatReturned, Failure, RosterEntry
from router.runner import Runner
from router.succession import Ground, Outlook
from tests.storm.database import Disk

Swap = tuple[object, str, Any]
"""Where, what, and what it is instead."""


def _nothing(*args: object, **named: object) -> None:
    """Not done at all."""


async def _not_done(*args: object, **named: object) -> None:
    """Nor this."""


def _connects_at_the_first_ring(turn: Turn, offer: Offer, event: e.LegRinging) -> None:
    turn.move(OfferTaken(offer=offer))


def _machines_are_people(turn: Turn, offer: Offer, event: e.LegAnswered) -> None:
    if not offer.picked_up:
        offer.picked_up = True
        turn.move(OfferTaken(offer=offer))


_wait_on = adoption._wait_on


def _loses_the_place(turn: Turn, call: Call, place: Place, *, back: bool) -> None:
    place.since = turn.at
    _wait_on(turn, call, place, back=back)


def _always_the_first(self: Disk, seen: int) -> int:
    return 1


def _beats_by_its_own_clock(self: Runner, returned: BeatReturned) -> None:
    _beat(self, replace(returned, stamp=self._clock.now().timestamp()))


_beat = Runner._beat


def _moves_everybody(channels: Iterable[Seen], *, beats: bool) -> Rescue:
    there = [each for each in channels if each.with_engine and not each.bridge]
    return Rescue(move=tuple(each.channel for each in there), let_go=())


def _moves_conversations(channels: Iterable[Seen], *, beats: bool) -> Rescue:
    callers = [each for each in channels if each.with_engine and each.role == "caller"]
    return Rescue(move=tuple(each.channel for each in callers), let_go=())


def _takes_every_beat_for_life(self: Lives, **seen: object) -> bool:
    return False


def _never_trusts_again(self: Lives, *, kept: bool, **seen: Any) -> bool:
    self.restless = _looks(self, kept=kept, **seen) or self.restless or kept
    return self.restless


_looks = Lives.look


_end = offering.end


def _free_before_the_leg_ended(turn: Turn, move: OfferOver) -> None:
    _end(turn, move)
    agent = turn.floor.agents[move.offer.agent]
    if agent.leg == move.offer.leg:
        agent.leg = None
        turn.affects(agent)


_breaks = connection.breaks


def _lost_line_ends_the_call(turn: Turn, move: ConversationBroken) -> None:
    if not move.own_hangup:
        call = move.call
        turn.order(c.Hangup(node=call.node, call=call.id, leg=call.leg))
    _breaks(turn, move)


_perform = AriPerformer.perform


def _without(*kinds: type) -> Callable[..., Any]:
    async def perform(self: AriPerformer, command: c.Command) -> Failure | None:
        return None if isinstance(command, kinds) else await _perform(self, command)

    return perform


def _only_waiting(turn: Turn, event: e.FallbackListed) -> None:
    _is_listed(turn, replace(event, waiting=()))


_is_listed = fallback.is_listed


def _late_is_an_error(self: Turn, what: str) -> Never:
    raise LookupError(what)


def _lists_who_is_up(*args: Any, **named: Any) -> tuple[e.ListedLeg, ...]:
    return tuple(leg for leg in listed_legs(*args, **named) if leg.up)


_roster = EngineDesk._roster


def _nobody_was_on_shift(self: EngineDesk) -> list[RosterEntry]:
    return [replace(entry, logged_in=False) for entry in _roster(self)]


_say = speech.say


def _same_playback(turn: Turn, call: Call, *args: Any) -> None:
    call.playbacks_made = 0
    _say(turn, call, *args)


def _lets_talkers_go(turn: Turn, leg: AgentLeg) -> None:
    turn.floor.agent_legs.pop(leg.id, None)


async def _saved(self: object) -> bool:
    return True


def _in_force_for_whoever_comes(turn: Turn, event: e.PolicyPublished) -> None:
    turn.floor.policy = event.policy
    turn.match_due = True


def _in_force_in_the_menu_too(turn: Turn, event: e.PolicyPublished) -> None:
    for call in turn.floor.calls.values():
        call.policy = event.policy
    _is_published(turn, event)


_is_published = publishing.policy_is_published


def _all_hung_up(turn: Turn, *found: Any) -> None:
    *where, _ = found
    _bury(turn, *where, LegEnding.HUNG_UP)


def _machines_outside_are_people(turn: Turn, call: Call, event: e.LegAnswered) -> None:
    if call.partner is not None:
        call.partner.confirm = ()
    _says(turn, call, event)


_says: Callable[..., None] = partnering.says


def _lost_line_outside_ends_the_call(turn: Turn, move: PartnerGone) -> None:
    broke = move.why == LegEnding.LOST
    _goes(turn, replace(move, why=LegEnding.HUNG_UP.value) if broke else move)


_goes: Callable[..., None] = partnering.goes


def _forgets_who_was_outside(text: str) -> CarriedCall | None:
    carried = read_call(text)
    return carried and replace(carried, kept=replace(carried.kept, partner=None))


def _only_from_the_dead(outlook: Outlook) -> Ground | None:
    why = _ground(outlook)
    return why if why in (Ground.SEAT, Ground.LET_GO) else None


_ground = succession.ground


def _whenever_they_like(outlook: Outlook) -> Ground:
    return Ground.SEAT


def _knows_no_other(self: Fence, token: int) -> bool:
    return True


def _not_replaced(self: socket._Reader, message: Mapping[str, Any] | None) -> None:
    if message is None or message.get("type") != "ApplicationReplaced":
        _take(self, message)


@property  # type: ignore[misc]
def _of_the_music_alone(self: c.StopMusic) -> tuple[str, ...]:
    return (f"music/{self.leg}",)


_take = socket._Reader._take


_bury: Callable[..., None] = recovery._bury_the_vanished


BUGS: Mapping[str, tuple[Swap, ...]] = {
    "bridged at the first ring": ((offering, "rings", _connects_at_the_first_ring),),
    "no music after a prompt": ((queueing, "prompt_ends", _nothing),),
    "while a key is waited for, nobody would ask again": ((in_flow, "ask_again", _nothing),),
    "the conversation does not wait for the end of the music": (
        (c.StopMusic, "resources", _of_the_music_alone),
    ),
    "the place is lost at adoption": ((adoption, "_wait_on", _loses_the_place),),
    "what legs carry is not read": ((adoption, "read_call", _nothing),),
    "nothing is written on the legs": ((carrying, "_call", _nothing),),
    "the epoch is not raised": ((Disk, "next_token", _always_the_first),),
    "ringing telephones are forgotten at adoption": ((leftovers, "_offer", lambda *a, **n: []),),
    "offers are not withdrawn when the caller hangs up": ((offering, "withdraw", _nothing),),
    "the beat is the engine's clock": ((Runner, "_beat", _beats_by_its_own_clock),),
    "the guard moves telephones": ((watch, "rescue", _moves_everybody),),
    "the guard moves conversations": ((watch, "rescue", _moves_conversations),),
    "the guard does nothing": ((watch.Guard, "_rescue", _not_done),),
    "an engine that dies at each start is taken for alive": (
        (Lives, "look", _takes_every_beat_for_life),
    ),
    "an engine that died is never trusted again": ((Lives, "look", _never_trusts_again),),
    "nobody has to press 1": ((offering, "is_answered", _machines_are_people),),
    "no wrap-up": ((wrap_up, "_begin", _nothing),),
    "agents are free before their leg has ended": ((offering, "end", _free_before_the_leg_ended),),
    "a lost line ends the call": ((connection, "breaks", _lost_line_ends_the_call),),
    "callers are not admitted": ((AriPerformer, "perform", _without(c.Admit)),),
    "bridges are not removed": ((AriPerformer, "perform", _without(c.RemoveBridge)),),
    "who stays is still on the way out of the bridge": ((AriPerformer, "_take_out", _not_done),),
    "agents are not hung up": ((AriPerformer, "perform", _without(c.Hangup)),),
    "callers are not taken back": ((fallback, "is_listed", _only_waiting),),
    "late events are errors": ((Turn, "ignore", _late_is_an_error),),
    "the list leaves out what rings": ((socket, "listed_legs", _lists_who_is_up),),
    "the roster forgets who is on shift": ((EngineDesk, "_roster", _nobody_was_on_shift),),
    "playbacks have one name": (
        *((module, "say", _same_playback) for module in (queueing, hearing)),
    ),
    "the journal is kept in memory only": ((WriteBehind, "_save", _saved),),
    "a leg is forgotten when it is hung up": ((connection, "hang_up", _lets_talkers_go),),
    "who waits keeps a queue that is gone": (
        (publishing, "policy_is_published", _in_force_for_whoever_comes),
    ),
    "a new policy changes the menu under callers": (
        (publishing, "policy_is_published", _in_force_in_the_menu_too),
    ),
    "who died with Asterisk has hung up": ((recovery, "_bury_the_vanished", _all_hung_up),),
    "nobody outside has to press 1": ((partnering, "says", _machines_outside_are_people),),
    "a lost line outside ends the call": ((partnering, "goes", _lost_line_outside_ends_the_call),),
    "who was on their way outside starts at the end": (
        (adoption, "read_call", _forgets_who_was_outside),
    ),
    "it rings on outside": ((partnering, "is_withdrawn", _nothing),),
    "nobody takes over from a machine that is gone": (
        (standing_by, "ground", _only_from_the_dead),
    ),
    "whoever stands by takes over": ((standing_by, "ground", _whenever_they_like),),
    "who was replaced goes on": (
        (Fence, "sees", _knows_no_other),
        (socket._Reader, "_take", _not_replaced),
    ),
    "nobody looks after what an engine sent as it froze": (
        (socket, "_is_last_word", lambda message: False),
    ),
    "telephones are not made known again": ((AriPerformer, "asterisk_restarted", _nothing),),
}
"""What goes wrong, and where."""


@contextmanager
def bug(name: str | None) -> Iterator[None]:
    """The code with one bug in it; None: as it is."""
    swaps = BUGS[name] if name is not None else ()
    before = [getattr(owner, what) for owner, what, _ in swaps]
    stages = moves.STAGES
    wrong = {was: instead for was, (_, _, instead) in zip(before, swaps, strict=True)}
    try:
        for owner, what, instead in swaps:
            setattr(owner, what, instead)
        # The moves have their own list of stages.
        moves.STAGES = {
            kind: tuple(wrong.get(handle, handle) for handle in handles)
            for kind, handles in stages.items()
        }
        yield
    finally:
        moves.STAGES = stages
        for (owner, what, _), was in zip(swaps, before, strict=True):
            setattr(owner, what, was)
