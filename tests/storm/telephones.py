"""Agents' telephones and the people at them: who picks up, who presses 1, and who does not."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.storm.channel import Channel
from tests.storm.pbx import Pbx

BUSY, NORMAL, NO_ANSWER, LOST = 17, 16, 19, 44
"""Q.850."""
PICKS_UP, AT_ONCE, DECLINES, IGNORES, MACHINE = range(5)
HABITS = ((PICKS_UP, AT_ONCE, DECLINES, IGNORES, MACHINE), (76, 6, 6, 6, 6))
EVERY_FOURTH = 4
BREAKS_AFTER = 3.0
"""Seconds for which such a line outside holds, once they talk."""
PATIENT_FOR = 6.0
"""Seconds an agent stays on a line where nobody is any more."""


class Telephone:
    """One agent's; desk and mobile are one ear. `leg` is the call that rings or is talked on."""

    def __init__(self, agent: str, *, has_desk: bool) -> None:
        self.agent = agent
        self.has_desk = has_desk
        self.leg: Channel | None = None
        self.has_network = True

    def reachable(self, pbx: Pbx) -> bool:
        """As Asterisk's device state tells."""
        return not self.has_desk or (self.has_network and self.agent in pbx.endpoints)


class Telephones:
    """All of them. `on_contact` hears of desks that come and go."""

    def __init__(self, pbx: Pbx, chance: Random, agents: dict[str, bool]) -> None:
        """`agents`: whether each has a desk phone."""
        self._pbx = pbx
        self._chance = chance
        self.all = {name: Telephone(name, has_desk=desk) for name, desk in agents.items()}
        self.on_contact: Callable[[str, bool], None] = lambda agent, reachable: None
        self.on_free: Callable[[], None] = lambda: None
        self.on_dialled: Callable[[Channel], None] = lambda channel: None
        self.all_answer = False
        """Everybody picks up, at last."""
        self._outside = 0

    # -- desks --------------------------------------------------------------------------------

    def provision(self, agent: str) -> None:
        """Its endpoint is made; OPTIONS tells soon that it is there."""
        self._pbx.endpoints.add(agent)
        self._pbx.loop.after(self._chance.uniform(0.02, 0.5), self._tell, agent)

    def retire(self, agent: str) -> None:
        """Its endpoint is gone."""
        self._pbx.endpoints.discard(agent)
        self._tell(agent)

    def loses_network(self, agent: str, span: float) -> None:
        """A desk phone; whoever talks on it is lost after 4 s without audio."""
        telephone = self.all[agent]
        if not telephone.has_desk or not telephone.has_network:
            return
        telephone.has_network = False
        if telephone.leg is not None:
            self._pbx.loop.after(4.0, self._no_audio, telephone, telephone.leg)
        self._pbx.loop.after(2.0, self._tell, agent)
        self._pbx.loop.after(span, self._finds_network, telephone)

    def _no_audio(self, telephone: Telephone, leg: Channel) -> None:
        if telephone.leg is leg and leg.state == "Up" and not telephone.has_network:
            self._pbx.ends(leg, LOST)

    def _finds_network(self, telephone: Telephone) -> None:
        telephone.has_network = True
        self._tell(telephone.agent)

    def _tell(self, agent: str) -> None:
        telephone = self.all[agent]
        if telephone.has_desk:
            self.on_contact(agent, telephone.reachable(self._pbx))

    # -- calls --------------------------------------------------------------------------------

    def dialled(self, channel: Channel, *, desk: bool, rings_at_most: float) -> None:
        """An INVITE goes out."""
        telephone = self.all[channel.agent]
        self.on_dialled(channel)
        person = Listener(self, telephone, channel, desk=desk)
        channel.party = person
        self._pbx.loop.after(rings_at_most, self._rang_out, channel)
        if desk and not telephone.has_network:
            return
        if telephone.leg is not None:
            self._pbx.loop.after(0.03, self._pbx.ends, channel, BUSY)
            return
        telephone.leg = channel
        self._pbx.loop.after(self._chance.uniform(0.02, 0.3), person.rings)

    def outside(self, channel: Channel, *, rings_at_most: float) -> None:
        """An INVITE to somebody who is nobody of ours, and may be a machine as well; some of these
        lines break."""
        self._outside += 1
        telephone = Telephone("", has_desk=False)
        telephone.leg = channel
        person = Listener(self, telephone, channel, desk=False)
        person.line_breaks = self._outside % EVERY_FOURTH == 0
        channel.party = person
        self._pbx.loop.after(rings_at_most, self._rang_out, channel)
        self._pbx.loop.after(self._chance.uniform(0.02, 0.3), person.rings)

    def _rang_out(self, channel: Channel) -> None:
        if channel.where == "dialled":
            self._pbx.ends(channel, NO_ANSWER)

    def habit(self) -> int:
        """What the person does this time."""
        if self.all_answer:
            return AT_ONCE
        return self._chance.choices(*HABITS)[0]


class Listener:
    """The far end of one leg: a person at a telephone, or their answering machine."""

    def __init__(
        self, telephones: Telephones, telephone: Telephone, channel: Channel, *, desk: bool
    ) -> None:
        self._all = telephones
        self._pbx = telephones._pbx
        self._chance = telephones._chance
        self._telephone = telephone
        self._channel = channel
        self._desk = desk
        self._habit = telephones.habit()
        self._pressed = False
        self.line_breaks = False
        self.on_answer: Callable[[], None] = self._into_application

    def rings(self) -> None:
        """180."""
        channel = self._channel
        if channel.gone or channel.closing or not self._there:
            return
        channel.state = "Ringing"
        self._pbx.tell("ChannelStateChange", channel)
        after = self._pbx.loop.after
        match self._habit:
            case 0:
                after(self._chance.uniform(0.3, 5), self._picks_up)
            case 1:
                after(0.01, self._picks_up)
            case 2:
                after(self._chance.uniform(0.3, 3), self._declines)
            case 4 if not self._desk:
                after(self._chance.uniform(1, 4), self._picks_up)
            case _:
                pass

    @property
    def _there(self) -> bool:
        return self._telephone.has_network or not self._desk

    def _declines(self) -> None:
        if self._channel.state == "Ringing":
            self._pbx.ends(self._channel, BUSY)

    def _picks_up(self) -> None:
        channel = self._channel
        if channel.state != "Ringing" or channel.gone or channel.closing or not self._there:
            return
        channel.state = "Up"
        channel.heard_at = self._pbx.now
        channel.confirmed = self._desk
        self.on_answer()

    def _into_application(self) -> None:
        self._pbx.enter(self._channel, ["agent"])

    # Party

    def hears(self, media: str) -> None:
        asked = "susurro" in media or media == "acepta"
        if asked and not self._desk and self._habit != MACHINE and not self._pressed:
            self._pressed = True
            self._pbx.loop.after(self._chance.uniform(0.3, 4), self._presses)

    def _presses(self) -> None:
        if not self._channel.gone:
            self._channel.confirmed = True
            self._pbx.tell("ChannelDtmfReceived", self._channel, digit="1", duration_ms=100)

    def joined(self, other: Channel) -> None:
        if self.line_breaks:
            self._pbx.loop.after(BREAKS_AFTER, self._breaks)

    def _breaks(self) -> None:
        if not self._channel.gone and self._channel.partner is not None:
            self._pbx.ends(self._channel, LOST)

    def left_alone(self) -> None:
        self._pbx.loop.after(PATIENT_FOR, self._gives_up)

    def _gives_up(self) -> None:
        if not self._channel.gone and self._channel.partner is None:
            self._pbx.hang_up(self._channel, NORMAL, soft=False)

    def over(self) -> None:
        if self._telephone.leg is self._channel:
            self._telephone.leg = None
        self._all.on_free()
