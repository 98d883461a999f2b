"""One replication of a hotline's days: callers, agents and telephones around the whole engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Any, TypeVar

from router.core import events as e
from router.core.commands import (
    Bridge,
    Command,
    Dial,
    HandToDialplan,
    Hangup,
    KeepMessage,
    Play,
    RecordSound,
    StopPlay,
)
from router.core.engine import Engine
from router.core.records import Entry, Queued, Record, StepEntered
from router.core.shift_records import WrapUpStarted
from router.core.vocabulary import (
    AgentId,
    CallId,
    DeviceKind,
    LegEnding,
    LegId,
    NodeId,
    PlaybackId,
    QueueName,
    RecordingId,
)
from router.simulator.desks import Desks
from router.simulator.guests import Guest, Kind, calls_again
from router.simulator.hotline_plan import Plan
from router.simulator.keys import keys_of
from router.simulator.roster import Stint

NODE = NodeId("simulated")
EPOCH = 1
NETWORK = timedelta(milliseconds=20)
"""From a command to what Asterisk says of it."""
S = TypeVar("S")
Hearer = Callable[[Entry], None]


class HotlineRun:
    """A heap of what is to happen, and a clock that jumps from one to the next."""

    def __init__(self, plan: Plan, number: int, hear: Hearer) -> None:
        self.plan = plan
        self._number = number
        self.engine = Engine(plan.policy, EPOCH, remembers=False, explains=False)
        self.now = plan.begins
        self._hear = hear
        self._keys = keys_of(plan.policy.book)
        self._heap: list[tuple[datetime, int, Callable[[Any], None], Any]] = []
        self._rota: list[tuple[datetime, int, Callable[[Any], None], Any]] = []
        """Of the shifts, known from the start: the next is the last. In the heap they would cost
        everything else its time."""
        self._pushed = 0
        self._guests: dict[LegId, Guest] = {}
        self._by_call: dict[CallId, Guest] = {}
        self._playing: dict[LegId, PlaybackId] = {}
        self._wraps: dict[AgentId, int] = {}
        self.desks = Desks(plan.habits, plan.seed, number)
        self._flows = plan.guests(number)
        self._obeys: Mapping[type[Command], Callable[[Any], None]] = {
            Play: self._plays,
            StopPlay: self._stops,
            RecordSound: self._records,
            KeepMessage: self._keeps,
            Dial: self._dials,
            Bridge: self._talk,
            Hangup: self._hangs_up_on,
            HandToDialplan: self._hands_over,
        }
        """What a telephone does of itself when it is told so; of all else nothing follows."""
        self._notices: Mapping[type[Record], Callable[[Guest, Any], None]] = {
            StepEntered: self._in_step,
            Queued: self._in_queue,
            WrapUpStarted: self._after_call,
        }
        """What people do of themselves when it happens."""
        self._wake_at: datetime | None = None

    def run(self) -> None:
        """Until the days are over and the last caller has hung up."""
        self._open()
        heap, rota = self._heap, self._rota
        ends, calls = self.plan.ends, self.engine.floor.calls
        while heap or rota:
            by_rota = bool(rota) and (not heap or rota[-1] < heap[0])
            at, _, act, subject = rota[-1] if by_rota else heap[0]
            due = self._wake_at
            if due is not None and due <= at:
                self.now = max(due, self.now)
                self._tell(e.ClockReached(at=self.now))
            else:
                if by_rota:
                    rota.pop()
                else:
                    heappop(heap)
                if at > self.now:
                    self.now = at
                act(subject)
            if not calls and self.now >= ends and not self._guests:
                break

    # -- shifts ---------------------------------------------------------------------------

    def _open(self) -> None:
        profiles = tuple(worker.profile for worker in self.plan.roster.workers)
        self._tell(e.LegsListed(at=self.now, node=NODE, legs=(), bridges=()))
        self._tell(e.RosterReplaced(at=self.now, agents=profiles))
        for worker in self.plan.roster.workers:
            if worker.device is DeviceKind.DESK:
                self._tell(
                    e.DeviceChanged(
                        at=self.now,
                        node=NODE,
                        agent=worker.id,
                        kind=DeviceKind.DESK,
                        reachable=True,
                    )
                )
        for stint in self.plan.roster.stints(self.plan.first, self.plan.days, self.plan.zone):
            if stint.end.astimezone(UTC) > self.now:
                self._shift(stint)
        self._rota, self._heap = sorted(self._heap, reverse=True), []
        for flow in self._flows:
            self._expect(flow)

    def _shift(self, stint: Stint) -> None:
        agent = stint.worker.id
        self._at(stint.start.astimezone(UTC), self._logs_in, agent)
        for start, end in stint.breaks:
            if end.astimezone(UTC) > self.now:
                self._at(start.astimezone(UTC), self._pauses, agent)
                self._at(end.astimezone(UTC), self._resumes, agent)
        self._at(stint.end.astimezone(UTC), self._logs_out, agent)

    def _logs_in(self, agent: AgentId) -> None:
        self._tell(e.AgentLoggedIn(at=self.now, agent=agent))

    def _logs_out(self, agent: AgentId) -> None:
        self._tell(e.AgentLoggedOut(at=self.now, agent=agent))

    def _pauses(self, agent: AgentId) -> None:
        self._tell(e.AgentPaused(at=self.now, agent=agent, reason="descanso"))

    def _resumes(self, agent: AgentId) -> None:
        self._tell(e.AgentResumed(at=self.now, agent=agent))

    # -- callers --------------------------------------------------------------------------

    def _expect(self, flow: Iterator[Guest]) -> None:
        guest = next(flow, None)
        if guest is not None:
            self._at(guest.arrives, self._arrives, (guest, flow))

    def _arrives(self, subject: tuple[Guest, Iterator[Guest]]) -> None:
        guest, flow = subject
        self._expect(flow)
        self._guests[guest.leg] = guest
        self._by_call[CallId(f"{NODE}-{guest.leg}")] = guest
        if guest.kind is Kind.HANGS_UP:
            self._in(guest.leaves_menu, self._hangs_up, guest)
        self._tell(
            e.CallArrived(
                at=self.now,
                node=NODE,
                leg=guest.leg,
                number_dialled=self.plan.policy.book.default_line,
                arrived_at=self.now,
                caller=None,
            )
        )

    def _hangs_up(self, guest: Guest) -> None:
        if guest.here:
            self._is_gone(guest)
            self._tell(e.LegEnded(at=self.now, leg=guest.leg, ending=LegEnding.HUNG_UP, cause=16))

    def _loses_patience(self, guest: Guest) -> None:
        call = self.engine.floor.calls.get(CallId(f"{NODE}-{guest.leg}"))
        if guest.here and call is not None and call.place is not None:
            self._hangs_up(guest)
            self._tries_again(guest)

    def _tries_again(self, guest: Guest) -> None:
        plan = self.plan
        if plan.past is not None:
            return  # then the journal has their next call, too
        again = calls_again(guest, plan.traffic, self.now, seed=plan.seed, number=self._number)
        if again is not None:
            self._at(again.arrives, self._arrives, (again, iter(())))

    def telephone(self, call: CallId) -> str:
        """Whose call this is, as far as a number tells."""
        return self._by_call[call].telephone

    def _is_gone(self, guest: Guest) -> None:
        guest.here = False
        self._guests.pop(guest.leg, None)
        self._playing.pop(guest.leg, None)

    def _in_menu(self, guest: Guest, menu: StepEntered) -> None:
        """A caller who knows what they need presses its key; who only jokes, any."""
        keys = self._keys.get((menu.flow, menu.step), {})
        wanted: QueueName | None = guest.need.queue
        if guest.kind is Kind.PRANK:
            wanted = max(keys, key=lambda queue: keys[queue], default=None)
        key = keys.get(wanted) if wanted is not None else None
        if key is not None and guest.kind is not Kind.SILENT:
            self._in(guest.presses, self._presses, (guest.leg, key))

    def _presses(self, subject: tuple[LegId, str]) -> None:
        leg, key = subject
        if leg in self._guests or leg in self.desks.live:
            self._tell(e.DigitPressed(at=self.now, leg=leg, digit=key))

    # -- the engine -----------------------------------------------------------------------

    def _tell(self, event: e.Event) -> None:
        outcome, hear = self.engine.handle(event), self._hear
        notices, obeys = self._notices, self._obeys
        self._wake_at = outcome.wake_at
        for entry in outcome.entries:
            hear(entry)
            notice = notices.get(type(entry.record))
            if notice is not None and entry.call is not None:
                notice(self._by_call[entry.call], entry.record)
        for command in outcome.commands:
            obey = obeys.get(type(command))
            if obey is not None:
                obey(command)

    def _in_step(self, guest: Guest, entered: StepEntered) -> None:
        if entered.step_kind == "menu":
            self._in_menu(guest, entered)

    def _in_queue(self, guest: Guest, queued: Queued) -> None:
        if not guest.queued:
            guest.queued = True
            self._in(guest.patience, self._loses_patience, guest)

    def _after_call(self, guest: Guest, wrap_up: WrapUpStarted) -> None:
        agent = wrap_up.agent
        self._wraps[agent] = count = self._wraps.get(agent, 0) + 1
        if wrap_up.lasts is None:
            self._in(guest.wrap_up, self._is_ready, (agent, count))

    def _is_ready(self, subject: tuple[AgentId, int]) -> None:
        agent, count = subject
        floor = self.engine.floor
        if self._wraps[agent] == count and floor.agents[agent].wrap_up is not None:
            self._tell(e.WrapUpFinished(at=self.now, agent=agent))

    # -- telephony ------------------------------------------------------------------------

    def _plays(self, play: Play) -> None:
        spoken, habits = 0.0, self.plan.habits
        for prompt in play.prompts:
            spoken += habits.spoken.get(prompt, habits.speech)
        self._playing[play.leg] = play.playback
        self._in(spoken, self._prompt_ends, play)

    def _stops(self, stop: StopPlay) -> None:
        self._playing.pop(stop.leg, None)

    def _records(self, sound: RecordSound) -> None:
        spoken = min(self.plan.habits.message, sound.longest.total_seconds())
        self._in(spoken, self._has_spoken, (sound.recording, spoken))

    def _keeps(self, message: KeepMessage) -> None:
        self._at(self.now + NETWORK, self._is_kept, message.recording)

    def _hangs_up_on(self, hangup: Hangup) -> None:
        self._at(self.now + NETWORK, self._is_hung_up, hangup.leg)

    def _hands_over(self, hand: HandToDialplan) -> None:
        self._at(self.now + NETWORK, self._leaves, hand.leg)

    def _prompt_ends(self, play: Play) -> None:
        if self._playing.get(play.leg) == play.playback:
            del self._playing[play.leg]
            self._tell(e.PlaybackEnded(at=self.now, playback=play.playback, heard=True))

    def _has_spoken(self, subject: tuple[RecordingId, float]) -> None:
        recording, seconds = subject
        lasted = timedelta(seconds=seconds)
        self._tell(e.RecordingEnded(at=self.now, recording=recording, lasted=lasted))

    def _is_kept(self, recording: RecordingId) -> None:
        self._tell(e.RecordingKept(at=self.now, recording=recording))

    def _dials(self, dial: Dial) -> None:
        answer = self.desks.dialled(dial)
        if answer.rings is not None:
            self._in(answer.rings, self._rings, dial.leg)
        if answer.declines is not None:
            self._in(answer.declines, self._declines, dial.leg)
        if answer.picks_up is not None:
            self._in(answer.picks_up, self._picks_up, dial.leg)
        if answer.confirms is not None:
            self._in(answer.confirms, self._presses, (dial.leg, "1"))

    def _rings(self, leg: LegId) -> None:
        if leg in self.desks.live:
            self._tell(e.LegRinging(at=self.now, leg=leg))

    def _picks_up(self, leg: LegId) -> None:
        if leg in self.desks.live:
            self._tell(e.LegAnswered(at=self.now, leg=leg))

    def _declines(self, leg: LegId) -> None:
        self._agent_leg_ends(leg, LegEnding.DECLINED)

    def _agent_hangs_up(self, leg: LegId) -> None:
        self._agent_leg_ends(leg, LegEnding.HUNG_UP)

    def _agent_leg_ends(self, leg: LegId, ending: LegEnding) -> None:
        if leg in self.desks.live:
            self.desks.live.discard(leg)
            self._playing.pop(leg, None)
            self._tell(e.LegEnded(at=self.now, leg=leg, ending=ending))

    def _talk(self, bridge: Bridge) -> None:
        caller, agent = bridge.legs
        guest = self._guests.get(caller)
        if guest is None:
            return
        if guest.agent_ends:
            self._in(guest.talk, self._agent_hangs_up, agent)
        else:
            self._in(guest.talk, self._hangs_up, guest)

    def _is_hung_up(self, leg: LegId) -> None:
        guest = self._guests.get(leg)
        if guest is not None:
            self._hangs_up(guest)
        else:
            self._agent_hangs_up(leg)

    def _leaves(self, leg: LegId) -> None:
        guest = self._guests.get(leg)
        if guest is not None:
            self._is_gone(guest)
            self._tell(e.LegLeft(at=self.now, leg=leg))

    # -- the heap -------------------------------------------------------------------------

    def _in(self, seconds: float, act: Callable[[S], None], subject: S) -> None:
        self._pushed += 1
        heappush(self._heap, (self.now + timedelta(0, seconds), self._pushed, act, subject))

    def _at(self, at: datetime, act: Callable[[S], None], subject: S) -> None:
        self._pushed += 1
        heappush(self._heap, (at, self._pushed, act, subject))
