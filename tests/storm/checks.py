"""What must hold at every moment of a storm (survival.md, invariant I), seen from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from router.core.records import (
    Adopted,
    AgentLost,
    Answered,
    Entry,
    OfferEnded,
    OfferMade,
    Queued,
    TimedOut,
)
from router.core.vocabulary import CallId, DeviceKind
from tests.storm.books import faults_in, unlisted
from tests.storm.callers import Caller
from tests.storm.channel import BEGAN, Bridge, Channel
from tests.storm.lives import NODE, EngineLife, Surroundings
from tests.storm.telephones import LOST

SILENCE = 5.0
MENU_LASTS = 12.0
TAKEN_BACK_WITHIN = 20.0
IDLE_AT_MOST = 45.0
SPOKEN_OVER_AT_MOST = 3.0
"""Seconds of music, or of a prompt, instead of the agent: an engine that woke has sent its last."""
A_MOMENT = 1.0
A_BLINK = 0.1
"""Seconds after waking, within which what an engine was sending as it froze arrives."""
TWICE, AGAIN_AND_AGAIN = 2.75, 5.0
"""What a caller may wait longer when whoever took over dies or freezes at once: its one beat keeps
the guard away for 3.5 s more, as it may act upon it for 2.5 s. And when that goes on and on, until
the guard knows (docs/survival.md)."""
ACTS_EVERY = 2.5
"""Seconds after its last beat in which an engine may act; who has not since is frozen, or gone."""
SHORT_LIFE, KEPT_AT_MOST = 3.5, 75.0
"""Seconds of beats: of such lives two in a row are too many; and how long the next is on trial."""
MEETS_THEM_AGAIN = 30.0
"""Seconds after which an engine that is trusted again is like any other."""
KEYS = {"1": "crisis", "4": "juridico", "5": "orientacion"}
"""Of the menu, in every version of it."""
LADDER = ("same_telephone", "second_telephone")
"""An agent whose line broke is rung again at once, whatever else they are at (P3)."""


@dataclass(frozen=True, slots=True)
class Breach:
    """What must never happen has happened."""

    what: str
    detail: str
    at: float


@dataclass
class Checks:
    """`trouble` are the spans in which something was wrong, from the loop's time to its time."""

    now_of: Surroundings | None = None
    breaches: list[Breach] = field(default_factory=list)
    trouble: list[tuple[float, float]] = field(default_factory=list)
    there: dict[str, Caller] = field(default_factory=dict)
    """By channel."""
    places: dict[tuple[str, str], float] = field(default_factory=dict)
    """When a caller took their place in a queue first, by caller and queue."""
    unwritten: dict[tuple[str, str], tuple[EngineLife, float]] = field(default_factory=dict)
    """Who gave them that place, and at what instant; until a later life has found it written."""
    queue_of: dict[str, str] = field(default_factory=dict)
    queued_at: dict[str, float] = field(default_factory=dict)
    """When we heard of it; their place may count from long before."""
    again: set[str] = field(default_factory=set)
    """Callers who lost an agent: they are at the head since."""
    talk_ended: dict[str, float] = field(default_factory=dict)
    idle_since: dict[str, float] = field(default_factory=dict)
    in_fallback: dict[str, float] = field(default_factory=dict)
    rung_late: dict[str, float] = field(default_factory=dict)
    """Agents whose telephone an engine that woke has rung beside another's call."""
    spoken_over: dict[str, float] = field(default_factory=dict)
    """Since when callers hear something else than the one whom they talk to."""
    entries: list[tuple[float, Entry]] = field(default_factory=list)
    lost: dict[str, float] = field(default_factory=dict)
    """When the calls that were with the engine died with Asterisk."""
    answered: int = 0
    lives: list[EngineLife] = field(default_factory=list)
    deaf: float = 0.0
    """Until when the network may have swallowed what was to be heard."""
    unguarded: float = 0.0
    """Until when nobody watches the engine."""
    looping: float = 0.0
    """Until when an engine that dies at each start may be so by now, and nobody knows it yet."""
    forsaken: float = 0.0
    """Until when callers may wait: who had just taken over was gone, too."""

    kept_until: float = -1000.0
    """When the guard kept callers last from an engine that died again and again."""

    # -- telling ------------------------------------------------------------------------------

    @property
    def _around(self) -> Surroundings:
        assert self.now_of is not None
        return self.now_of

    @property
    def now(self) -> float:
        return self._around.loop.time()

    def breach(self, what: str, detail: str) -> None:
        """Kept; the first is the one that counts."""
        self.breaches.append(Breach(what, detail, self.now))

    def happens(self, since: float, until: float) -> None:
        """Something is wrong in this span."""
        self.trouble.append((since, until))

    def calm(self, at: float, before: float) -> bool:
        """Whether nothing was wrong in the last seconds before `at`."""
        return not any(since <= at and until >= at - before for since, until in self.trouble)

    # -- what is heard ------------------------------------------------------------------------

    def hear(self, life: EngineLife, entries: Sequence[Entry]) -> None:
        """The engine's records, as it makes them."""
        now = self.now
        rung = [e.call for e in entries if isinstance(e.record, OfferEnded)]
        self.entries.extend((now, entry) for entry in entries)
        if life is not self.lives[-1]:
            return  # whoever was replaced may think what they like
        for entry in entries:
            record, call = entry.record, entry.call
            if call is None:
                continue
            if isinstance(record, Queued):
                self._key_is_heeded(call, record)
                if record.again:
                    self.again.add(call)
                at = record.place_from.timestamp() - BEGAN - life.ahead
                if (call, record.queue) not in self.places:
                    self.places[call, record.queue] = at
                    self.unwritten[call, record.queue] = (life, now)
                self.queue_of[call] = record.queue
                self.queued_at[call] = now
            elif isinstance(record, Adopted):
                self._forgets_what_was_not_written(life, call, record)
            elif isinstance(record, AgentLost):
                self.again.add(call)
            elif isinstance(record, TimedOut):
                self.queue_of.pop(call, None)
                if record.why != "partner":  # else they have not met yet, and the place counts
                    del self.places[call, record.queue]
            elif isinstance(record, Answered):
                self.answered += 1
                self.queue_of.pop(call, None)
            elif isinstance(record, OfferEnded):
                rung.remove(call)
            elif isinstance(record, OfferMade):
                self._order_is_kept(life, call, record, rung)
                if record.why.decided_by in LADDER:
                    self.talk_ended.pop(record.agent, None)

    def _key_is_heeded(self, call: CallId, queued: Queued) -> None:
        """Whatever policy takes force meanwhile: the menu is the one that the caller hears."""
        caller = self.there.get(call.removeprefix(f"{NODE}-"))
        if caller is None or queued.again or self.now - caller.pressed_at > A_MOMENT:
            return
        wanted = KEYS.get(caller.plan.key, queued.queue)
        there = wanted in self._around.disk.policy.queues
        if there and queued.queue != wanted and self.calm(self.now, MENU_LASTS):
            self.breach("a key led elsewhere", f"{call}: {queued.queue}, not {wanted}")

    def _forgets_what_was_not_written(
        self, life: EngineLife, call: CallId, adopted: Adopted
    ) -> None:
        """A key that was pressed as the engine died may never have been written on the leg; one
        that was pressed in this very life is known to it, whatever is written."""
        place = (call, self.queue_of.get(call, ""))
        if adopted.queue is not None or place not in self.places:
            self.unwritten.pop(place, None)
            return
        if place not in self.unwritten:
            return
        before, at = self.unwritten[place]
        if before is not life and before.acted_until - at < A_MOMENT:
            del self.unwritten[place], self.places[place], self.queue_of[call]

    def _order_is_kept(
        self, life: EngineLife, call: CallId, offer: OfferMade, rung: Sequence[CallId | None]
    ) -> None:
        """`rung`: for whom an agent was ringing until this very instant."""
        mine = self.places.get((call, offer.queue))
        if mine is None or call in self.again or life.engine is None:
            return
        for other in life.engine.floor.calls.values():
            place = other.place
            if place is None or place.queue != offer.queue or other.offers or other.id == call:
                continue
            if other.id in self.again or other.id in rung or offer.agent in place.passed_over:
                continue
            theirs = self.places.get((other.id, offer.queue))
            if theirs is not None and theirs + 0.1 < mine and self.now - theirs > 1:
                self.breach(
                    "out of order",
                    f"{offer.agent} for {call} ({mine:.2f}) not {other.id} {theirs:.2f}",
                )

    def is_dialled(self, channel: Channel) -> None:
        """An agent is rung by the engine."""
        agent = channel.agent
        others = [
            c.id
            for c in self._around.pbx.channels.values()
            if c.role == "agent" and c.agent == agent and c is not channel
        ]
        if others and any(life.has_just_woken(A_BLINK) for life in self.lives[:-1]):
            self.rung_late[agent] = self.now  # it went out behind the fence: soon to be let go
        elif others:
            self.breach("an agent was rung for two calls", f"{agent}: {channel.id}, {others[0]}")
        ended = self.talk_ended.get(agent)
        wrap_up = self._wrap_up(agent)
        if (
            ended is not None
            and self.now - ended < wrap_up - 0.5
            and self.calm(self.now, self.now - ended + A_MOMENT)
        ):
            self.breach("no wrap-up", f"{agent} {self.now - ended:.2f} s after a conversation")

    def _wrap_up(self, agent: str) -> float:
        for entry in self._around.disk.roster:
            if entry.profile.id == agent and entry.profile.wrap_up is not None:
                return entry.profile.wrap_up.total_seconds()
        return 0.0

    def is_asked(self, caller: Caller, media: str) -> None:
        """A caller hears the menu: never again once they chose."""
        if caller.channel is None or not media.endswith(("menu", "saludo")):
            return
        call = f"{NODE}-{caller.channel.id}"
        chosen = self.queue_of.get(call)
        if chosen is None or caller.talked or self.now - self.queued_at[call] < A_MOMENT:
            return  # or it was ordered before the key that followed at once
        del self.queue_of[call]
        at = self.places.pop((call, chosen))
        near = any(
            since <= at + A_MOMENT and until >= at - A_MOMENT for since, until in self.trouble
        )
        if not near:
            self.breach("a caller was asked again", f"{call} chose {chosen} at {at:.2f}")

    def is_gone(self, channel: Channel) -> None:
        """A channel has ended."""
        if channel.role == "agent" and channel.talked:
            # A line that broke has no wrap-up.
            broke = channel.cause == LOST
            self.talk_ended[channel.agent] = self.now - 60 * broke
        caller = self.there.pop(channel.id, None)
        if caller is not None and self._around.pbx.is_down:
            self.in_fallback.pop(channel.id, None)
            if channel.where == "gone" and channel.was_ours and not channel.thanked:
                self.lost[f"{NODE}-{channel.id}"] = self.now
        elif caller is not None and not caller.hung_up and not caller.heard_bye:
            # What was behind the fence as its engine froze goes out: of who had heard the goodbye.
            late = any(life.has_just_woken(A_BLINK) for life in self.lives)
            if not (late and channel.thanked):
                self.breach("the system hung up on a caller", channel.id)

    def is_sent_to_fallback(self, channel: Channel) -> None:
        """A caller is with the dialplan: never while the engine is well, unless the guard keeps
        callers from it, which is looked at for itself."""
        if self._around.pbx.keeps_callers:
            return
        if self.calm(self.now, 8.0) and self.now > 3:
            self.breach("given away by a healthy engine", channel.id)

    # -- looking ------------------------------------------------------------------------------

    def look(self) -> None:
        """Every 250 ms."""
        now = self.now
        if self._around.pbx.keeps_callers:
            self._is_kept_for_a_reason(now)
        for caller in list(self.there.values()):
            channel = caller.channel
            if channel is not None:
                self._hears_something(caller, channel, now)
                self._hears_the_agent(channel, now)
                self._is_taken_back(channel, now)
        self._are_let_go(now)
        for life in self.lives[-2:]:
            for defect in life.defects:
                self.breach("a defect of the engine", defect.strip().splitlines()[-1])
            life.defects.clear()

    def _are_let_go(self, now: float) -> None:
        """Telephones that an engine rang as it woke, for an agent who was rung already."""
        for agent, since in list(self.rung_late.items()):
            legs = [c.id for c in self._around.pbx.channels.values() if c.agent == agent]
            if len(legs) < 2:
                del self.rung_late[agent]
            elif now - since > A_MOMENT:
                self.breach("an agent was rung for two calls", f"{agent}: {', '.join(legs)}")
                del self.rung_late[agent]

    def _is_kept_for_a_reason(self, now: float) -> None:
        """Callers are kept from an engine that beats: only from one that died again and again, or
        froze until another took over."""
        pbx = self._around.pbx
        *before, present = pbx.beaten.values()
        is_over = (
            now - present[1] > ACTS_EVERY or pbx.variables.get("HOTLINE_EPOCH") not in pbx.beaten
        )
        ended = [*before, present] if is_over else before
        short = [last - first for first, last in ended[-3:] if last - first < SHORT_LIFE]
        again = now - self.kept_until < MEETS_THEM_AGAIN
        last = max((last for _, last in ended), default=0.0)
        if (len(short) < 2 and not again) or now - last > KEPT_AT_MOST:
            self.breach("callers are kept from a good engine", f"{len(ended)} have died")
        self.kept_until = now
        self.happens(now, now + A_MOMENT)

    def _hears_something(self, caller: Caller, channel: Channel, now: float) -> None:
        if channel.audible:
            channel.heard_at = now
            return
        allowed = SILENCE
        if now < self.deaf:
            allowed += 10.0
        if now < self.unguarded:
            allowed += 6.0
        if now < self.looping:
            allowed += AGAIN_AND_AGAIN
        elif now < self.forsaken:
            allowed += TWICE
        if channel.playing is not None:
            # A wait for a key is not silence of the system (interface.md 11); it ends by itself.
            allowed += now - channel.playing.began
        if now - channel.heard_at > allowed:
            self.breach(
                "silence",
                f"{channel.id} heard nothing since {channel.heard_at:.2f} in {channel.where}",
            )
            channel.heard_at = now + 1000

    def _hears_the_agent(self, channel: Channel, now: float) -> None:
        """Who has somebody to talk to hears neither music nor a prompt instead."""
        partner = channel.partner
        spoken_over = channel.music or channel.playing is not None
        if partner is None or partner.state != "Up" or not spoken_over:
            self.spoken_over.pop(channel.id, None)
            return
        since = self.spoken_over.setdefault(channel.id, now)
        if now - since > SPOKEN_OVER_AT_MOST:
            what = "music" if channel.music else "a prompt"
            self.breach(f"{what} instead of the agent", f"{channel.id} since {since:.2f}")
            self.spoken_over[channel.id] = now + 1000

    def _is_taken_back(self, channel: Channel, now: float) -> None:
        if channel.talks_in_queue or (channel.where == "stasis" and channel.absolute is None):
            self.in_fallback.pop(channel.id, None)
            return
        if channel.where != "queue":
            return  # between the two, and nobody has admitted them yet
        since = self.in_fallback.setdefault(channel.id, now)
        if now - since > TAKEN_BACK_WITHIN and self.calm(now, TAKEN_BACK_WITHIN):
            self.breach("never taken back", f"{channel.id} is in the fallback since {since:.2f}")
            self.in_fallback[channel.id] = now + 1000

    # -- at the end ---------------------------------------------------------------------------

    def close(self) -> None:
        """When everybody has gone and everything is well: nothing is left, and the books close."""
        around = self._around
        for channel in around.pbx.channels.values():
            self.breach("a channel was left behind", f"{channel.role} {channel.id}")
        for bridge in around.pbx.bridges.values():
            if not self._was_ordered_by_the_dead(bridge):
                self.breach("a bridge was left behind", bridge.id)
        engine = self.lives[-1].engine if self.lives else None
        if engine is None:
            self.breach("no engine", "none came back")
            return
        floor = engine.floor
        for left in (
            *floor.calls,
            *floor.offers,
            *floor.agent_legs,
            *floor.partner_legs,
            *floor.playbacks,
        ):
            self.breach("left on the floor", str(left))
        for agent in floor.agents.values():
            if agent.leg is not None or agent.offer is not None or agent.wrap_up is not None:
                self.breach("an agent is never free again", agent.id)
            has_desk = any(device.kind is DeviceKind.DESK for device in agent.profile.devices)
            if has_desk and agent.id not in around.pbx.endpoints:
                self.breach("a desk phone is not known to Asterisk", agent.id)
        self._journal_is_whole(floor.epoch)

    def _was_ordered_by_the_dead(self, bridge: Bridge) -> bool:
        """The order was still on its way when its engine died, and came after the next had looked:
        empty and harmless, it is deleted by the life after that."""
        return any(
            life.engine is not None
            and f"-e{life.engine.floor.epoch}-" in bridge.id
            and life.ended is not None
            and life.ended <= bridge.made
            for life in self.lives
        )

    def _journal_is_whole(self, epoch: int) -> None:
        rows = self._around.database.rows
        for key in self._around.database.shadowed:
            self.breach("a key of the journal was used twice", str(key))
        ends = {
            life.engine.floor.epoch: life.wrote_until
            for life in self.lives
            if life.engine is not None and life.ended is not None
        }
        for at, entry in self.entries:
            ended = ends.get(entry.epoch)
            if ended is not None and at > ended - A_MOMENT:
                continue  # a kill costs a moment
            if (entry.call, entry.epoch, entry.seq) not in rows:
                self.breach("missing in the journal", f"{entry.epoch}/{entry.seq} of {at:.2f}")
                break
        for fault in unlisted(rows.values(), self.lost):
            self.breach("lost with Asterisk, and nobody is told", fault)
        for fault in faults_in(rows.values(), last_epoch=epoch):
            self.breach("the books do not close", fault)
