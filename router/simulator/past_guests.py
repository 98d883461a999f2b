"""Callers of the past who call again: what the journal knows of them, and chance for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random

from router.core.vocabulary import LegId, QueueName
from router.past_call import PastCall
from router.simulator.chance import Lognormal, stream
from router.simulator.guests import Guest, Kind
from router.simulator.habits import Habits
from router.simulator.traffic import HOURS, Need, Traffic, by_queue

USUAL_TALK = 480.0
USUAL_WRAP_UP = 120.0
USUAL_PATIENCE = 240.0
"""Seconds, for a queue that the traffic does not know."""


def come_again(
    past: Sequence[PastCall], traffic: Traffic, habits: Habits, *, seed: int, number: int
) -> Iterator[Guest]:
    """In the order of their arrival; chance is equal for every policy of a seed."""
    chance = stream(seed, number, "past")
    known = by_queue(traffic)
    for count, call in enumerate(sorted(past, key=lambda each: (each.arrived_at, each.call))):
        need = known.get(call.queue) or _need(call.queue)
        yield _guest(LegId(f"past-{count:06d}"), call, need, traffic, habits, chance)


def _guest(
    leg: LegId, call: PastCall, need: Need, traffic: Traffic, habits: Habits, chance: Random
) -> Guest:
    # All are drawn, known or not, so that one caller's gaps move no other caller's chance.
    talk = Lognormal(need.talk_mean, traffic.talk_sigma).drawn(chance)()
    wrap_up = Lognormal(need.wrap_mean, traffic.talk_sigma).drawn(chance)()
    more = chance.expovariate(1 / need.patience_mean)
    agent_ends = chance.random() < habits.says_goodbye_first
    low, high = habits.presses
    presses = low + (high - low) * chance.random()
    return Guest(
        leg=leg,
        telephone=leg,
        need=need,
        kind=Kind.EARNEST,
        arrives=call.arrived_at,
        presses=presses,
        patience=_patience(call, more),
        talk=_seconds(call.talked, talk),
        wrap_up=_seconds(call.wrapped_up, wrap_up),
        agent_ends=agent_ends,
        leaves_menu=0.0,
    )


def _patience(call: PastCall, more: float) -> float:
    """Who was answered would have waited longer: exponential patience forgets how long it was."""
    if call.gave_up_after is not None and call.waited is None:
        return call.gave_up_after.total_seconds()
    return _seconds(call.waited, 0.0) + more


def _seconds(known: timedelta | None, drawn: float) -> float:
    return drawn if known is None else known.total_seconds()


def _need(queue: QueueName) -> Need:
    return Need(
        queue=queue,
        calls_per_day=0.0,
        hours=(1 / HOURS,) * HOURS,
        week=(1.0,) * 7,
        talk_mean=USUAL_TALK,
        wrap_mean=USUAL_WRAP_UP,
        patience_mean=USUAL_PATIENCE,
    )
