"""Callers of a simulated hotline: what each needs, and all that chance decides about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from random import Random

from router.core.vocabulary import LegId
from router.metrics.figures import SHORT
from router.simulator.arrivals import arrivals
from router.simulator.chance import Lognormal, stream
from router.simulator.habits import Habits, between
from router.simulator.traffic import Need, Traffic

GIVES_NO_KEY_UP = (2.0, 15.0)


class Kind(StrEnum):
    """What a caller came for."""

    EARNEST = "earnest"
    SILENT = "silent"
    HANGS_UP = "hangs_up"
    PRANK = "prank"


@dataclass(slots=True, kw_only=True)
class Guest:
    """Durations in seconds. `patience` counts from their place in a queue. `telephone` is that of
    one person, who may call again: `tries` counts the calls before."""

    leg: LegId
    telephone: str
    need: Need
    kind: Kind
    arrives: datetime
    presses: float
    patience: float
    talk: float
    wrap_up: float
    agent_ends: bool
    leaves_menu: float
    tries: int = 0
    here: bool = True
    queued: bool = False


class Guests:
    """The callers of one need, in their order: equal for every policy and roster of a seed."""

    def __init__(
        self,
        traffic: Traffic,
        need: Need,
        habits: Habits,
        *,
        begins: datetime,
        days: int,
        zone: tzinfo,
        seed: int,
        number: int,
    ) -> None:
        self._traffic = traffic
        self._need = need
        self._habits = habits
        self._begins = begins
        self._chance = stream(seed, number, need.queue, "callers")
        sigma = traffic.talk_sigma
        self._talks = Lognormal(need.talk_mean, sigma).drawn(self._chance)
        self._talks_oddly = Lognormal(traffic.oddities.talk_mean, sigma).drawn(self._chance)
        self._wraps_up = Lognormal(need.wrap_mean, sigma).drawn(self._chance)
        rates = traffic.rates(need, begins, days, zone)
        per_second = tuple(rate / 3600 for rate in rates)
        self._arrivals = arrivals(per_second, 3600.0, stream(seed, number, need.queue, "arrivals"))

    def __iter__(self) -> Iterator[Guest]:
        for count, at in enumerate(self._arrivals):
            leg = LegId(f"{self._need.queue}-{count:06d}")
            yield self._guest(leg, self._begins + timedelta(seconds=at))

    def _guest(self, leg: LegId, arrives: datetime) -> Guest:
        chance, need, habits = self._chance, self._need, self._habits
        kind = _kind(chance, self._traffic)
        talks = self._talks if kind is Kind.EARNEST else self._talks_oddly
        early = chance.random() < self._traffic.gone_early
        return Guest(
            leg=leg,
            telephone=leg,
            need=need,
            kind=kind,
            arrives=arrives,
            presses=between(chance, habits.presses),
            patience=_patience(chance, need, early),
            talk=talks(),
            wrap_up=self._wraps_up(),
            agent_ends=chance.random() < habits.says_goodbye_first,
            leaves_menu=between(chance, GIVES_NO_KEY_UP),
        )


def calls_again(
    guest: Guest, traffic: Traffic, gave_up: datetime, *, seed: int, number: int
) -> Guest | None:
    """The next call of somebody who gave up waiting, if there is one: equal for every policy."""
    habit = traffic.calls_again
    if habit is None:
        return None
    chance = stream(seed, number, guest.leg, "again")
    if chance.random() >= habit.share:
        return None
    tries = guest.tries + 1
    return replace(
        guest,
        leg=LegId(f"{guest.telephone}-{tries}"),
        tries=tries,
        arrives=gave_up + timedelta(seconds=between(chance, habit.after)),
        patience=chance.expovariate(1 / guest.need.patience_mean),
        here=True,
        queued=False,
    )


def _patience(chance: Random, need: Need, early: bool) -> float:
    patient, soon = chance.expovariate(1 / need.patience_mean), SHORT * chance.random()
    return soon if early else patient


def _kind(chance: Random, traffic: Traffic) -> Kind:
    odd = traffic.oddities
    if chance.random() >= odd.fraction:
        return Kind.EARNEST
    kinds = (Kind.SILENT, Kind.HANGS_UP, Kind.PRANK)
    return chance.choices(kinds, (odd.silent, odd.hangup, odd.prank_wrong))[0]
