"""The dialplan's fallback queue: music, members who are rung one after another, and giving back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.storm.channel import Channel
from tests.storm.pbx import Pbx
from tests.storm.telephones import Listener, Telephones

RINGS_FOR = 12.0
AGAIN_AFTER = 1.0
CONFIRMS_WITHIN = 8.0


@dataclass(slots=True)
class Member:
    """`interface` as QueueAdd named it; whether a person must press 1."""

    agent: str
    interface: str
    paused: bool
    penalty: int
    confirms: bool
    rung: int = 0


@dataclass(slots=True, eq=False)
class Waiting:
    """A caller there. `rings` is the leg that rings for them, `talks` the one they talk to."""

    channel: Channel
    order: tuple[int, int]
    rings: Channel | None = None
    talks: Channel | None = None
    withdrawn: bool = False
    again_at: float = 0.0


class AppQueue:
    """`tell` is told of who joins and leaves, as AMI's events."""

    def __init__(self, pbx: Pbx, telephones: Telephones) -> None:
        self._pbx = pbx
        self._telephones = telephones
        self.members: dict[str, Member] = {}
        self.callers: dict[str, Waiting] = {}
        self.tell: Callable[[dict[str, Any]], None] = lambda message: None
        self._count = 0
        self._rings = 0
        pbx.on_fallback = self.joins
        pbx.on_gone.append(self._is_gone)
        telephones.on_free = self._look_soon

    # -- callers ------------------------------------------------------------------------------

    def joins(self, channel: Channel) -> None:
        """Music, and a place by urgency."""
        urgency = {"!": 10, ".": 0}.get(channel.carries.get("HOTLINE_STATE", "")[:1], 5)
        self._count += 1
        self.callers[channel.id] = Waiting(channel, (-urgency, self._count))
        channel.where = "queue"
        self.tell({"Event": "QueueCallerJoin", "Queue": "fallback", "Uniqueid": channel.id})
        self._look_soon()

    def withdraw(self, name: str) -> bool:
        """Honoured between rings only. False: there is no such caller."""
        for waiting in self.callers.values():
            if waiting.channel.name == name and waiting.talks is None:
                waiting.withdrawn = True
                if waiting.rings is None:
                    self._give_back(waiting)
                return True
        return False

    def _give_back(self, waiting: Waiting) -> None:
        """The dialplan: Stasis if the engine lives, else here again a second later."""
        self._leaves(waiting)
        channel = waiting.channel
        channel.where = "dialplan"
        if self._pbx.admits:
            self._pbx.to_engine(channel)
        else:
            channel.where = "queue"
            self._pbx.loop.after(1.0, self._again, channel)

    def _again(self, channel: Channel) -> None:
        if channel.where == "queue" and channel.id not in self.callers:
            self.joins(channel)

    def _leaves(self, waiting: Waiting) -> None:
        self.callers.pop(waiting.channel.id, None)
        self.tell({"Event": "QueueCallerLeave", "Queue": "fallback"})

    def _is_gone(self, channel: Channel) -> None:
        waiting = self.callers.get(channel.id)
        if waiting is not None:
            self._leaves(waiting)
            for leg in (waiting.rings, waiting.talks):
                if leg is not None:
                    self._pbx.ends(leg, 16)
            return
        for each in list(self.callers.values()):
            if each.rings is channel:
                self._rang_in_vain(each)
            elif each.talks is channel:
                self._alone_again(each)

    def _alone_again(self, waiting: Waiting) -> None:
        """Option `c`: when the agent's line ends, the caller waits again."""
        waiting.talks, waiting.channel.talks_in_queue = None, False
        self.callers.pop(waiting.channel.id, None)
        waiting.channel.party.left_alone()
        self._pbx.loop.after(1.0, self._again, waiting.channel)

    def is_empty(self) -> None:
        """Asterisk has started anew."""
        self.members.clear()
        self.callers.clear()

    # -- members ------------------------------------------------------------------------------

    def add(self, interface: str, *, paused: bool, penalty: int) -> bool:
        """False: it is there already."""
        if interface in self.members:
            return False
        agent = interface.partition("/")[2].partition("@")[0]
        confirms = interface.startswith("Local/")
        self.members[interface] = Member(agent, interface, paused, penalty, confirms)
        self._look_soon()
        return True

    def pause(self, interface: str, *, paused: bool) -> None:
        """Rung no more, or again."""
        if interface in self.members:
            self.members[interface].paused = paused
            self._look_soon()

    def remove(self, interface: str) -> bool:
        """False: it was not there."""
        return self.members.pop(interface, None) is not None

    def engaged(self, member: Member) -> bool:
        """Its device is in use, here or elsewhere."""
        return self._telephones.all[member.agent].leg is not None

    def in_call(self, member: Member) -> bool:
        """In a conversation of this queue."""
        leg = self._telephones.all[member.agent].leg
        return leg is not None and any(w.talks is leg for w in self.callers.values())

    # -- ringing ------------------------------------------------------------------------------

    def _look_soon(self) -> None:
        if self.callers and self.members:
            self._pbx.loop.after(0.01, self._look)

    def _look(self) -> None:
        now = self._pbx.now
        for waiting in sorted(self.callers.values(), key=lambda w: w.order):
            if waiting.rings is not None or waiting.talks is not None or waiting.again_at > now:
                continue
            free = [m for m in self.members.values() if self._may_ring(m)]
            if not free:
                return
            self._ring(waiting, min(free, key=lambda m: (m.penalty, m.rung, m.interface)))

    def _may_ring(self, member: Member) -> bool:
        telephone = self._telephones.all[member.agent]
        return (
            not member.paused
            and telephone.leg is None
            and (member.confirms or (telephone.reachable(self._pbx)))
        )

    def _ring(self, waiting: Waiting, member: Member) -> None:
        self._rings += 1
        member.rung = self._rings
        telephone = self._telephones.all[member.agent]
        leg = self._pbx.make(member.agent, "", waiting.channel.party)
        person = Listener(self._telephones, telephone, leg, desk=not member.confirms)
        leg.where, leg.party = "dialled", person
        telephone.leg = waiting.rings = leg
        person.on_answer = lambda: self._picked_up(waiting, member, leg, person)
        self._pbx.loop.after(0.05, person.rings)
        self._pbx.loop.after(RINGS_FOR, self._rang_long, leg)

    def _rang_long(self, leg: Channel) -> None:
        if leg.state != "Up":
            self._pbx.ends(leg, 16)

    def _picked_up(self, waiting: Waiting, member: Member, leg: Channel, person: Listener) -> None:
        leg.where = "dialplan"
        if member.confirms:
            person.hears("susurro_falla")
            self._pbx.loop.after(CONFIRMS_WITHIN, self._not_confirmed, waiting, leg)
            self._pbx.loop.after(0.25, self._confirmed, waiting, leg)
        else:
            self._joined(waiting, leg)

    def _confirmed(self, waiting: Waiting, leg: Channel) -> None:
        if waiting.rings is leg and not leg.gone:
            if leg.confirmed:
                self._joined(waiting, leg)
            else:
                self._pbx.loop.after(0.25, self._confirmed, waiting, leg)

    def _not_confirmed(self, waiting: Waiting, leg: Channel) -> None:
        if waiting.rings is leg and not leg.confirmed:
            self._pbx.ends(leg, 16)

    def _joined(self, waiting: Waiting, leg: Channel) -> None:
        waiting.rings, waiting.talks = None, leg
        waiting.channel.talks_in_queue = True
        self.tell({"Event": "QueueCallerLeave", "Queue": "fallback"})
        waiting.channel.party.joined(leg)

    def _rang_in_vain(self, waiting: Waiting) -> None:
        waiting.rings = None
        if waiting.withdrawn:
            self._give_back(waiting)
            return
        waiting.again_at = self._pbx.now + AGAIN_AFTER
        self._pbx.loop.after(AGAIN_AFTER, self._look)
