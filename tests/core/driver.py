"""Drives the engine in words of callers and agents, on the small hotline if on no other."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from router.core import events as e
from router.core.commands import Command, Dial
from router.core.policy import Policy
from router.core.records import OfferEnded
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import AgentId, CallerKey, LegId, OfferOutcome, RecordingId, Refusal
from router.rehearsal.hotline import NODE, Caller, Rehearsal
from router.rehearsal.switchboard import FALLBACK, GONE
from tests.core.house import LINE, policy

__all__ = ["NODE", "NOON", "Caller", "Driver", "listed_leg"]

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
"""A Tuesday, 12 h in Mexico City."""
PARTNERS = re.compile(r"-e\d+-a\d+$")
"""The end of a leg's name that no agent has either."""


class Driver(Rehearsal):
    """One hotline, whose Asterisk may be lost, restarted, and refuse."""

    def __init__(self, rules: Policy | None = None, *, at: datetime = NOON, epoch: int = 7) -> None:
        super().__init__(rules or policy(), at=at, epoch=epoch)

    def caller_arrives(
        self,
        dialled: str = LINE,
        *,
        seconds_ago: float = 0,
        leg: LegId | None = None,
        caller: CallerKey | None = None,
    ) -> Caller:
        return super().caller_arrives(dialled, seconds_ago=seconds_ago, leg=leg, caller=caller)

    def dials_code(self, name: str, code: str) -> LegId:
        """An agent dials a short code from their desk phone."""
        leg = LegId(f"code-{len(self.commands)}")
        self.board.comes_up(leg, self.at)
        self.happens(e.CodeDialled(at=self.at, node=NODE, leg=leg, agent=AgentId(name), code=code))
        return leg

    def code_hears_out(self, leg: LegId) -> None:
        """What an agent who dialled a short code hears ends."""
        playback = self.board.playing[leg]
        self.board.prompt_ends(playback, self.at)
        self.happens(e.PlaybackEnded(at=self.at, playback=playback, heard=True))

    def disconnects(self) -> None:
        self.happens(e.NodeDisconnected(at=self.at, node=NODE))

    def listed(
        self,
        *,
        without: Iterable[LegId] = (),
        restarted: bool = False,
        recordings: tuple[RecordingId, ...] = (),
    ) -> list[Command]:
        """(Re)connected: what the board holds is listed, but for the legs that have vanished."""
        vanished = set(self.board.hears) if restarted else set(without)
        for leg in vanished:
            self.board.ends(leg, self.at)
        bridges = self.board.bridges.items()
        return self.happens(
            e.LegsListed(
                at=self.at,
                node=NODE,
                legs=tuple(self._listed_legs()),
                bridges=tuple(e.ListedBridge(bridge=b, legs=legs) for b, legs in bridges),
                restarted=restarted,
                recordings=recordings,
            )
        )

    def _listed_legs(self) -> Iterable[e.ListedLeg]:
        for leg, hears in sorted(self.board.hears.items()):
            if hears != GONE and leg not in self.board.ringing:
                yield listed_leg(
                    leg,
                    self.board.dialled.get(leg),
                    stasis=hears != FALLBACK,
                    carried=self.board.carried.get(leg, ""),
                    created_at=self.board.created.get(leg),
                )
        for leg in sorted(self.board.outside):
            yield listed_leg(leg, None, stasis=False, ringing=True)
        for leg, dial in sorted(self.board.ringing.items()):
            yield listed_leg(leg, dial, stasis=False, ringing=True, carried=self.board.carried[leg])

    def refused(
        self,
        command: Command,
        why: Refusal = Refusal.REFUSED,
        *,
        dropped: tuple[Command, ...] = (),
    ) -> None:
        """It had no effect; if its fate is unknown, a leg may ring all the same."""
        for undone in (command, *dropped):
            if not (why is Refusal.UNKNOWN and isinstance(undone, Dial)):
                self.board.undo(undone, self.at)
        self.happens(
            e.CommandFailed(at=self.at, command=command, why=why, detail="no", dropped=dropped)
        )

    def dies_and_comes_back(self, *staff: AgentProfile, after: float = 1.5) -> Driver:
        """The same Asterisk, and the next life of the engine, which knows the roster only."""
        life, at = self.engine.floor.epoch + 1, self.at + timedelta(seconds=after)
        second = Driver(self.engine.floor.policy, epoch=life, at=at)
        second.works(*staff)
        second.board = self.board
        second.listed()
        return second

    def outcomes(self) -> list[tuple[str, OfferOutcome]]:
        return [(r.agent, r.outcome) for r in self.records(OfferEnded)]


def listed_leg(
    leg: LegId,
    dial: Dial | None,
    *,
    stasis: bool = True,
    ringing: bool = False,
    carried: str = "",
    created_at: datetime | None = None,
) -> e.ListedLeg:
    """A channel as it stands in a list; without `dial` it is no agent's."""
    role, call = "code" if leg.startswith("code") else "caller", ""
    if dial is not None:
        role, call = "agent", dial.call or ""
    elif PARTNERS.search(leg):
        role, call = "partner", PARTNERS.sub("", leg)
    return e.ListedLeg(
        leg=leg,
        role=role,
        call=call,
        offer=dial.offer if dial is not None else "",
        agent=dial.agent if dial is not None else "",
        epoch=dial.epoch if dial is not None else 0,
        up=(dial is None or stasis) and not ringing,
        in_application=stasis,
        created_at=created_at or NOON,
        ringing=ringing,
        number_dialled=LINE if role == "caller" else "",
        carried=carried,
    )
