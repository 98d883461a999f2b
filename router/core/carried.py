"""What a leg carries in Asterisk, so that the next life of the engine can go on with it.

One variable of the channel holds it as JSON: no number, no key that was pressed and nothing that
came of one. What another version wrote, or somebody damaged, is read as far as it makes sense, or
not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from statistics import median_low
from typing import TypeVar

from router.core.call import Call, Offer, Place
from router.core.ivr.flow_run import FlowRun
from router.core.ivr.written import read_run, shorten, written
from router.core.plain import NotReadable, Plain, from_plain, to_plain
from router.core.staff import Ladder
from router.core.vocabulary import (
    AgentId,
    CallerKey,
    DeviceKind,
    PlaybackId,
    QueueName,
    RecordingId,
)

ROOM = 900
"""Characters at most: AMI takes no line of more than 1,024."""
CLOCKS_AGREE_WITHIN = timedelta(seconds=2)
"""A caller's arrival is told some milliseconds late; more is a clock that was put right."""
SEEN_LATE_BY = timedelta(seconds=45)
"""An engine that slept, and not its clock, tells an arrival that much too late at most."""
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""An instant outside is damage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedTalk:
    """A conversation; who talks is seen in the bridge, unless the agent was lost meanwhile."""

    queue: QueueName
    since: datetime
    agent: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a call besides its flow. `playback` was begun last; it may have ended.

    `partner`: whom outside they talk to; `recording`: of what they say.
    """

    arrived_at: datetime
    seen_late: bool = False
    caller: CallerKey | None = None
    place: Place | None = None
    ladder: Ladder | None = None
    talk: CarriedTalk | None = None
    partner: str | None = None
    playback: PlaybackId | None = None
    recording: RecordingId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedCall:
    """Where a caller is; the run waits for a prompt, whatever it waited for."""

    run: FlowRun
    kept: Kept

    def later_by(self, shift: timedelta) -> CarriedCall:
        """The same by a clock that is ahead of the one that wrote it."""
        kept = self.kept
        place, talk, ladder = kept.place, kept.talk, kept.ladder
        if place is not None:
            passed_over = {agent: at + shift for agent, at in place.passed_over.items()}
            place = replace(place, since=place.since + shift, passed_over=passed_over)
        if talk is not None:
            talk = replace(talk, since=talk.since + shift)
        if ladder is not None:
            until, again_at = ladder.until + shift, ladder.again_at + shift
            ladder = replace(ladder, until=until, again_at=again_at)
        arrived_at = kept.arrived_at + shift
        kept = replace(kept, arrived_at=arrived_at, place=place, talk=talk, ladder=ladder)
        return replace(self, kept=kept)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOffer:
    """What an agent's telephone is rung for; agent, call and offer have variables of their own."""

    queue: QueueName
    device: DeviceKind
    made_at: datetime
    whisper: PlaybackId | None = None


class Urgency(StrEnum):
    """The first character of a caller's text, for the dialplan's fallback, which reads no JSON."""

    FIRST = "!"
    """In the class that is served first."""
    UNKNOWN = "?"
    """They did not choose yet."""
    OTHER = "."


T = TypeVar("T", Kept, CarriedOffer)


def of_call(call: Call, playback: PlaybackId | None, urgency: Urgency) -> str:
    """The text. What it has no room for is left out: of the agents who did not take the call those
    longest ago, then what `written.shorten` leaves out; at last all but the urgency."""
    talk = call.talk
    kept = Kept(
        arrived_at=call.arrived_at,
        seen_late=call.seen_late,
        caller=call.caller,
        place=call.place,
        ladder=call.ladder,
        talk=(
            None
            if talk is None
            else CarriedTalk(queue=talk.queue, since=talk.since, agent=talk.agent)
        ),
        partner=None if call.partner is None else call.partner.contact,
        playback=playback,
        recording=call.recording,
    )
    plain = to_plain(kept)
    plain["run"] = written(call.run)
    text = urgency + _text(plain)
    while len(text) > ROOM:
        if not (_forget_whom_was_asked(plain) or shorten(plain["run"])):
            return urgency
        text = urgency + _text(plain)
    return text


def _forget_whom_was_asked(plain: dict[str, Plain]) -> bool:
    """The longest ago. False: there is nobody."""
    passed_over = (plain["place"] or {}).get("passed_over")
    if not passed_over:
        return False
    del passed_over[min(passed_over, key=lambda agent: passed_over[agent])]
    return True


def of_offer(offer: Offer) -> str:
    """The text for the agent's leg."""
    return _text(
        to_plain(
            CarriedOffer(
                queue=offer.queue,
                device=offer.device.kind,
                made_at=offer.made_at,
                whisper=offer.whisper,
            )
        )
    )


def read_call(text: str) -> CarriedCall | None:
    """None: nothing that could be gone on with."""
    plain = _json(text.lstrip("".join(Urgency)))
    kept = _read(Kept, plain)
    run = read_run(plain.get("run")) if isinstance(plain, dict) else None
    if kept is None or run is None:
        return None
    if kept.place is not None and any(number < 0 for number in kept.place.overflowed):
        return None
    instants = [kept.arrived_at]
    if kept.place is not None:
        instants += [kept.place.since, *kept.place.passed_over.values()]
    if kept.talk is not None:
        instants.append(kept.talk.since)
    if kept.ladder is not None:
        instants += [kept.ladder.until, kept.ladder.again_at]
    return CarriedCall(run=run, kept=kept) if _plausible(*instants) else None


def clock_shift(arrivals: Iterable[tuple[datetime, CarriedCall | None]]) -> timedelta:
    """How far our clock is ahead of the one that wrote what callers who arrived then carry.

    Nothing as a rule, and one figure for all: so callers keep their order exactly.
    """
    shifts = [at - carried.kept.arrived_at for at, carried in arrivals if carried is not None]
    shift = median_low(shifts) if shifts else timedelta(0)
    return shift if abs(shift) > CLOCKS_AGREE_WITHIN else timedelta(0)


def shift_of_one(arrived_at: datetime, carried: CarriedCall, known: timedelta | None) -> timedelta:
    """The same for a caller who comes alone. They may have been seen late: so unless it is far off,
    it is what callers at large told (`known`), or nothing."""
    shift = arrived_at - carried.kept.arrived_at
    nearest = min(timedelta(0), known or timedelta(0), key=lambda each: abs(shift - each))
    return nearest if abs(shift - nearest) <= SEEN_LATE_BY else shift


def read_offer(text: str) -> CarriedOffer | None:
    """None: nothing that could be gone on with."""
    carried = _read(CarriedOffer, _json(text))
    return carried if carried is not None and _plausible(carried.made_at) else None


def _text(plain: Plain) -> str:
    """Without a `$`: whatever a flow remembers, no dialplan finds anything to expand in it."""
    return json.dumps(plain, separators=(",", ":")).replace("$", "\\u0024")


def _json(text: str) -> Plain:
    """None for what is no JSON; half a character is damage, too."""
    try:
        plain = json.loads(text)
        json.dumps(plain, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return plain


def _read(kind: type[T], plain: Plain) -> T | None:
    try:
        return from_plain(kind, plain)
    except NotReadable:
        return None


def _plausible(*instants: datetime) -> bool:
    return all(at.tzinfo is not None and EARLIEST < at < LATEST for at in instants)
