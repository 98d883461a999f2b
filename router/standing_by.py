"""An engine that stands by: it looks who is active, takes over when it may, and keeps that."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog

from router import errors
from router.fence import Fence
from router.succession import MAY_ACT_FOR, Ground, Lease, Outlook, Seat, Witness, ground

LOOK_EVERY = 0.5
KEEP_EVERY = 1.0
CLAIM_STANDS_FOR = 0.3
"""Seconds after which a token that was taken without the database is looked at again."""
SETTLED_EVERY = 0.1
"""Seconds between two looks whether an engine that woke just now has stood down."""
LIST_EVERY = 1.0
MANY = 1000

log = structlog.get_logger("hotline")


class LeaseBook(Protocol):
    """The lease in the database; every method may raise a HotlineError: it is away."""

    @property
    def hint(self) -> asyncio.Event: ...
    async def look(self) -> Lease: ...
    async def take(self, token: int, *, instead_of: int) -> bool: ...
    async def keep(self, token: int) -> int: ...
    async def let_go(self, token: int, heir: str) -> None: ...
    async def stand_by(self) -> None: ...
    async def stand_by_no_more(self) -> None: ...
    async def standbys(self) -> tuple[str, ...]: ...


class FolderSeat(Protocol):
    """The seat of the active engine in the state folder."""

    @property
    def is_ours(self) -> bool: ...
    def take(self) -> Seat | None: ...
    def keep(self, token: int, heir: str = "") -> None: ...
    def leave(self) -> None: ...
    def tell(self, token: int) -> None: ...


class Exchange(Protocol):
    """The Asterisk that all of these engines want to drive."""

    async def look(self) -> Witness | None: ...
    async def announce(self, token: int) -> bool: ...
    async def stand_down(self, token: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The other engines, as this one saw them last. `lease_kept`: the database knows of it."""

    active: str = ""
    standbys: tuple[str, ...] = ()
    lease_kept: bool = False


class StandingBy:
    """One engine's place among those that want the same Asterisk; it outlives each of its lives."""

    def __init__(
        self,
        *,
        name: str,
        lease: LeaseBook,
        seat: FolderSeat,
        exchange: Exchange,
        used: Callable[[], int] = lambda: 0,
        now: Callable[[], float] = time.monotonic,
        draw: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        """`used`: the highest token that this engine knows to have been used. `draw`: any figure
        below this one."""
        self.name = name
        self.company = Company()
        self._lease = lease
        self._seat = seat
        self._exchange = exchange
        self._used = used
        self._now = now
        self._draw = draw
        self._newest = 0
        self._beat: tuple[str, float] | None = None
        self._listed_at = 0.0
        self._may_be_listed = False

    async def until_due(
        self, *, put_off: timedelta = timedelta(0), leaves_after: int | None = None
    ) -> Fence | None:
        """Looks until this engine may be the active one, and is.

        `put_off`: for so long somebody else is meant to. None: somebody has a newer token than
        `leaves_after`, which is all that was waited for.
        """
        began = self._now()
        while True:
            self._lease.hint.clear()
            waited = timedelta(seconds=self._now() - began)
            fence = await self._look(may_take=waited >= put_off)
            if fence is not None:
                await self._unlist()
                self._seat.tell(fence.token)
                return fence
            if leaves_after is not None and self._newest > leaves_after:
                await self._unlist()
                return None
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY):
                    await self._lease.hint.wait()

    async def keep(self, fence: Fence) -> None:
        """While this engine is the active one; returns when it is no more."""
        while not await fence.is_shut_within(KEEP_EVERY):
            if not self._seat.is_ours and self._seat.take() is not None:
                self._seat.keep(fence.token)
            kept, standbys = False, self.company.standbys
            # The database is away: the beat alone keeps others from taking over.
            with suppress(errors.HotlineError):
                # Who does not beat is not renewed: somebody else may reach Asterisk.
                if fence.is_fresh:
                    kept = fence.sees(await self._lease.keep(fence.token))
                standbys = await self._lease.standbys()
            self.company = Company(active=self.name, standbys=standbys, lease_kept=kept)

    async def let_go(self, fence: Fence, heir: str = "") -> None:
        """The life of this token is over; the next engine, or `heir` alone, need not wait."""
        self._newest = max(self._newest, fence.token)
        self._seat.keep(fence.token, heir)
        self._seat.leave()
        with suppress(errors.HotlineError):
            await self._lease.let_go(fence.token, heir)

    async def stand_down(self, fence: Fence) -> None:
        """Another engine has a newer token than this life, of which nothing is under way now."""
        await self._exchange.stand_down(fence.token)

    async def _look(self, *, may_take: bool) -> Fence | None:
        witness = await self._exchange.look()
        lease = await self._look_at_lease()
        if witness is None:
            return None
        self._newest = max(self._newest, witness.token, lease.token if lease else 0)
        seat = self._seat.take()
        outlook = Outlook(
            name=self.name,
            asterisk=witness,
            lease=lease,
            seat=seat,
            newest=self._newest,
            unchanged_for=self._unchanged(witness.beat),
        )
        why = ground(outlook) if may_take else None
        fence = None if why is None else await self._take(outlook, why)
        if fence is None:
            self._seat.leave()
        return fence

    async def _look_at_lease(self) -> Lease | None:
        with suppress(errors.HotlineError):
            lease = await self._lease.look()
            standbys = self.company.standbys
            if self._now() - self._listed_at >= LIST_EVERY:
                self._listed_at, self._may_be_listed = self._now(), True
                await self._lease.stand_by()
                standbys = await self._lease.standbys()
            self.company = Company(active=lease.holder, standbys=standbys, lease_kept=True)
            return lease
        self.company = replace(self.company, lease_kept=False)
        return None

    def _unchanged(self, beat: str) -> timedelta:
        if self._beat is None or self._beat[0] != beat:
            self._beat = (beat, self._now())
        return timedelta(seconds=self._now() - self._beat[1])

    async def _take(self, outlook: Outlook, why: Ground) -> Fence | None:
        token = max(outlook.newest, self._used()) + 1
        lease = outlook.lease
        if lease is None:
            # Without a database another engine may have the same thought, and the same token; or
            # that engine has a database, which gives it the next token.
            token += 1 + self._draw(MANY)
        else:
            try:
                if not await self._lease.take(token, instead_of=lease.token):
                    return None
            except errors.HotlineError:
                return None  # it was there a moment ago: the next look tells
        before = await self._exchange.look()
        if before is None or before.token != outlook.asterisk.token:
            return None  # somebody was quicker
        if not await self._exchange.announce(token) or not await self._stands(token, outlook, why):
            return None
        self._newest = token
        self._seat.keep(token)
        log.info("engine.takes_over", token=token, why=why.value)
        return Fence(token, now=self._now)

    async def _stands(self, token: int, outlook: Outlook, why: Ground) -> bool:
        """Whether nobody else has acted since we looked, or has said that it acts no more.

        Whoever beats reads the token after it has written its beat, and we read the beat after we
        have written the token: so at least one of the two learns of the other, however slow. Where
        the beat is new, its engine has woken just now: it finds our token, and stands down.
        """
        if why in (Ground.SEAT, Ground.LET_GO):
            return True
        if why is Ground.BEAT_OVER:
            await asyncio.sleep(CLAIM_STANDS_FOR)
        before, since = outlook.asterisk, self._now()
        while True:
            again = await self._exchange.look()
            if again is None or again.token != token:
                return False
            if again.beat == before.beat or 0 < before.token == again.stood_down:
                return True
            if timedelta(seconds=self._now() - since) >= MAY_ACT_FOR:
                return False  # whoever has beaten may have our token too: the next looks tell
            await asyncio.sleep(SETTLED_EVERY)

    async def _unlist(self) -> None:
        """A database that never said a word is not waited for once more: callers are."""
        if self._may_be_listed:
            with suppress(errors.HotlineError):
                await self._lease.stand_by_no_more()
                self._may_be_listed = False
