"""One life of the engine as the active one: how it ends, and how it is handed over."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

from router import errors
from router.fence import Fence
from router.runner import Runner
from router.standing_by import StandingBy
from router.succession import MAY_ACT_FOR, Standing

IN_HAND_WITHIN = timedelta(seconds=0.5)
"""What was ordered before a hand-over is done in this time."""
ANSWER_WITHIN = 0.2
"""Seconds in which whoever asked for a hand-over gets the answer."""


class Life:
    """From its token to the end of its fence."""

    def __init__(self, fence: Fence, place: StandingBy, runner: Runner) -> None:
        self.fence = fence
        self.heir: str | None = None
        """Who was meant to be next, or an empty text for anybody; None: it was not handed over."""
        self.leaves = False
        """Whether the process ends once somebody else is active."""
        self._place = place
        self._runner = runner

    def standing(self) -> Standing:
        """As it is now."""
        return standing(self._place, self.fence, active=not self.fence.is_shut)

    async def hand_over(self, heir: str, *, leaves: bool) -> Standing:
        """Stop acting, to the last command; the next engine need not wait for anything."""
        if self.fence.is_shut:
            raise errors.StandsBy(name=self._place.name, active=self._place.company.active)
        self.heir, self.leaves = heir, leaves
        await self._runner.rest(IN_HAND_WITHIN)
        self.fence.shut("handed over")
        return self.standing()

    async def run(self) -> None:
        """Returns when this engine is the active one no more, and has said so."""
        keeping = asyncio.create_task(self._place.keep(self.fence))
        try:
            await self.fence.end()
        finally:
            leaving = asyncio.create_task(self._leave(keeping))
            try:
                await asyncio.shield(leaving)
            except asyncio.CancelledError:
                await leaving  # the event socket tells of the end, too, and ends all beside it
                raise
        if self.heir is not None:
            await asyncio.sleep(ANSWER_WITHIN)

    async def _leave(self, keeping: asyncio.Task[None]) -> None:
        was_replaced = self.fence.is_shut and self.heir is None
        self.fence.shut("ended")
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        parts = [self._place.let_go(self.fence, self.heir or "")]
        if was_replaced:
            parts.append(self._stand_down())
        await asyncio.gather(*parts)

    async def _stand_down(self) -> None:
        """Whoever has the newer token may be waiting for this life to be over; or it has to look
        anew, for what we sent last."""
        if await self._runner.rest(MAY_ACT_FOR):
            await self._place.stand_down(self.fence)


class StandbyOffice:
    """What an engine that stands by answers."""

    def __init__(self, place: StandingBy) -> None:
        self._place = place

    def standing(self) -> Standing:
        """As it is now."""
        return standing(self._place, None, active=False)

    async def hand_over(self, heir: str, *, leaves: bool) -> Standing:
        """There is nothing to hand over."""
        del heir, leaves
        raise errors.StandsBy(name=self._place.name, active=self._place.company.active)


def standing(place: StandingBy, fence: Fence | None, *, active: bool) -> Standing:
    """Of this process."""
    company = place.company
    return Standing(
        name=place.name,
        pid=os.getpid(),
        active=active,
        token=fence.token if fence is not None else 0,
        holder=company.active,
        standbys=company.standbys,
        lease_kept=company.lease_kept,
        first_act=fence.first_act if fence is not None else None,
        last_act=fence.last_act if fence is not None else None,
    )
