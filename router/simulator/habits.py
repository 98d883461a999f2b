"""How telephones and people behave in a simulation: assumptions, in seconds and shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random

from router.core.vocabulary import DeviceKind, PromptId


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """Rings after `rings`, is picked up after `answers` more, confirmed after `confirms` more.

    The shares of calls that it does not take; a `machine` picks up and presses nothing.
    """

    rings: tuple[float, float]
    answers: tuple[float, float]
    confirms: tuple[float, float] = (0.0, 0.0)
    declined: float = 0.0
    no_answer: float = 0.0
    unreachable: float = 0.0
    machine: float = 0.0


DESK = Telephone(rings=(0.1, 0.5), answers=(2.0, 6.0), declined=0.01, no_answer=0.02)
PHONE = Telephone(
    rings=(0.8, 2.5),
    answers=(3.0, 9.0),
    confirms=(1.0, 4.0),
    declined=0.02,
    no_answer=0.03,
    unreachable=0.01,
    machine=0.02,
)


def _telephones() -> Mapping[DeviceKind, Telephone]:
    return {DeviceKind.DESK: DESK, DeviceKind.PHONE: PHONE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """`presses`: after how long in a menu a caller presses a key; `says_goodbye_first`: the share
    of conversations that the agent ends; `speech`: how long a prompt lasts that `spoken` has not;
    `message`: how long a caller speaks who leaves one.
    """

    telephones: Mapping[DeviceKind, Telephone] = field(default_factory=_telephones)
    presses: tuple[float, float] = (4.0, 18.0)
    says_goodbye_first: float = 0.4
    speech: float = 6.0
    message: float = 30.0
    spoken: Mapping[PromptId, float] = field(default_factory=dict)


def between(chance: Random, bounds: tuple[float, float]) -> float:
    """All alike."""
    low, high = bounds
    return low + (high - low) * chance.random()
