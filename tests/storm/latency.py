"""How long things take on their way, and what the network does to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random


@dataclass(slots=True)
class Weather:
    """The network's mood; faults change it for a while. Instants are the loop's."""

    chance: Random
    slow_until: float = 0.0
    double_until: float = 0.0
    reorder_until: float = 0.0
    lose_answers: int = 0
    lose_requests: int = 0
    on_loss: Callable[[], None] = lambda: None
    """A request or an answer has just been lost."""

    def request(self, now: float) -> float:
        """To Asterisk, in seconds."""
        if now < self.slow_until:
            return self.chance.uniform(0.1, 0.9)
        return 0.0004 + 0.0026 * self.chance.random()

    def answer(self) -> float:
        """And back."""
        return 0.0004 + 0.0026 * self.chance.random()

    def event(self) -> float:
        """An event's way to the engine."""
        return 0.0003 + 0.0037 * self.chance.random()

    def loses_request(self) -> bool:
        """It never arrives."""
        if self.lose_requests:
            self.lose_requests -= 1
            self.on_loss()
            return True
        return False

    def loses_answer(self) -> bool:
        """It was carried out, and nobody hears of it."""
        if self.lose_answers:
            self.lose_answers -= 1
            self.on_loss()
            return True
        return False
