"""What all Asterisk nodes tell of the engine that drives them, as one witness."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from router import errors
from router.standing_by import Exchange
from router.succession import Witness

ANSWER_WITHIN = 1.0
"""Seconds; a node that is away must not keep an engine from the others."""


class Witnesses:
    """`standing_by.Exchange` of several: a token counts that any of them knows, a beat that any of
    them has. One alone is as it is."""

    def __init__(self, nodes: Sequence[Exchange], *, answer_within: float = ANSWER_WITHIN) -> None:
        self._nodes = nodes
        self._answer_within = answer_within
        self._there: Sequence[Exchange] = ()

    async def look(self) -> Witness | None:
        """None while none answers. Raises what one raises, if all do."""
        if len(self._nodes) == 1:
            self._there = self._nodes
            return await self._nodes[0].look()
        looks = [asyncio.create_task(node.look()) for node in self._nodes]
        await asyncio.wait(looks, timeout=self._answer_within)
        late = [look for look in looks if not look.done()]
        for look in late:
            look.cancel()
        told = await asyncio.gather(*looks, return_exceptions=True)
        strange = [each for each in told if isinstance(each, errors.HotlineError)]
        if len(strange) == len(told):
            raise strange[0]
        found = [
            (node, each)
            for node, each in zip(self._nodes, told, strict=True)
            if isinstance(each, Witness)
        ]
        self._there = [node for node, _ in found]
        if not found:
            return None
        ages = [each.beat_age for _, each in found if each.beat_age is not None]
        return Witness(
            token=max(each.token for _, each in found),
            beat=" ".join(each.beat for _, each in found),
            beat_age=min(ages, default=None),
            all_told=len(found) == len(self._nodes),
            stood_down=max(each.stood_down for _, each in found),
        )

    async def announce(self, token: int) -> bool:
        """Whether all that answered lately have it now: older engines stand down."""
        told = await asyncio.gather(*(node.announce(token) for node in self._there))
        return bool(told) and all(told)

    async def stand_down(self, token: int) -> None:
        """The engine of this token acts no more, on any of them."""
        await asyncio.gather(*(node.stand_down(token) for node in self._nodes))
