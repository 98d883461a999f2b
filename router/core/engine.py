"""One event in, one outcome out: the whole engine seen from outside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from router.core import carrying, inspection
from router.core import events as e
from router.core.commands import Command
from router.core.deadlines import Deadline
from router.core.floor import Floor
from router.core.frozen import made_quickly
from router.core.moves import make_moves
from router.core.policy import Policy
from router.core.records import Entry
from router.core.stages import recovery
from router.core.timetable import event_comes, finish
from router.core.turn import Move, Turn
from router.core.vocabulary import NodeId

MATCH_AFTER_BUG = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Asterisk shall do, what is written down, and when to wake the engine next."""

    commands: tuple[Command, ...]
    entries: tuple[Entry, ...]
    wake_at: datetime | None


made_quickly(Outcome, *get_args(Move), *get_args(Deadline))


class Engine:
    """One event in, one outcome out; nothing else changes the floor (house.md 1, 2).

    `remembers` False: no other life will follow, so nothing is written on the legs for it.
    `explains` False: nobody will ask why, so decisions are made and not explained. `nodes`: nobody
    is rung before each of them was listed, or found away: their agents may be talking there.
    """

    def __init__(
        self,
        policy: Policy,
        epoch: int,
        *,
        remembers: bool = True,
        explains: bool = True,
        nodes: Collection[NodeId] = (),
    ) -> None:
        self.floor = Floor(epoch=epoch, policy=policy, explains=explains, unheard=set(nodes))
        self._remembers = remembers

    def handle(self, event: e.Event) -> Outcome:
        """One turn, without waiting for anything."""
        turn = Turn(self.floor, event.at)
        if not recovery.is_overtaken(turn, event):
            event_comes(turn, event)
        finish(turn)
        return self._outcome(turn, event)

    def quarantine(self, event: e.Event) -> Outcome:
        """After a bug while handling `event`: its caller goes to the dialplan (house.md 8)."""
        turn = Turn(self.floor, event.at)
        recovery.quarantine(turn, event)
        make_moves(turn)  # and no matching: should the bug be there, the caller is given away first
        if turn.match_due:
            turn.look_again(turn.at + MATCH_AFTER_BUG)
        return self._outcome(turn, event)

    def _outcome(self, turn: Turn, event: e.Event) -> Outcome:
        inspection.inspect(turn, event)
        if self._remembers:
            carrying.remember(turn)
        return Outcome(tuple(turn.commands), tuple(turn.entries), self.floor.deadlines.next)
