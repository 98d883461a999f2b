"""Agents' telephones in a simulation: what becomes of each call that rings one."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from router.core.commands import Dial
from router.core.vocabulary import AgentId, DeviceKind, LegId
from router.simulator.chance import stream
from router.simulator.habits import Habits, between


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """After how many seconds; None: not at all."""

    rings: float | None = None
    declines: float | None = None
    picks_up: float | None = None
    confirms: float | None = None


class Desks:
    """Each agent has a stream of chance of their own. `live`: legs that have not ended."""

    def __init__(self, habits: Habits, seed: int, number: int) -> None:
        self.live: set[LegId] = set()
        self._habits = habits
        self._names = (seed, number)
        self._chances: dict[AgentId, Random] = {}

    def dialled(self, dial: Dial) -> Answer:
        """How this telephone takes it, this time."""
        self.live.add(dial.leg)
        chance = self._chances.get(dial.agent)
        if chance is None:
            seed, number = self._names
            chance = self._chances[dial.agent] = stream(seed, number, "agent", dial.agent)
        habit = self._habits.telephones[dial.device.kind]
        rings = between(chance, habit.rings)
        takes = rings + between(chance, habit.answers)
        confirms = takes + between(chance, habit.confirms)
        luck = chance.random()
        if luck < habit.unreachable:
            return Answer()
        luck -= habit.unreachable
        if luck < habit.no_answer:
            return Answer(rings=rings)
        luck -= habit.no_answer
        if luck < habit.declined:
            return Answer(rings=rings, declines=takes)
        luck -= habit.declined
        if luck < habit.machine or dial.device.kind is DeviceKind.DESK:
            return Answer(rings=rings, picks_up=takes)
        return Answer(rings=rings, picks_up=takes, confirms=confirms)
