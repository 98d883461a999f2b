"""When an engine that stands by may become the active one: a pure answer to what it sees.

Three witnesses tell of the active engine. Its *lease* in PostgreSQL, with a fencing token that
only grows. Its *beat* in Asterisk, beside the token that Asterisk keeps (`HOTLINE_EPOCH`). And the
*seat* of its state folder, which the operating system frees when its process ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

MAY_ACT_FOR = timedelta(seconds=2.5)
"""How long after the sending of its last written beat an engine acts (router/fence.py)."""
STALE_AFTER = timedelta(seconds=3)
"""A beat of this age tells that nobody acts: longer than MAY_ACT_FOR, and admits no caller."""
STALE_WITHOUT_DATABASE = timedelta(seconds=4)
"""The same where Asterisk is the only witness."""
LEASE_FOR = timedelta(seconds=3)
"""A lease that is not renewed for so long is over."""


class Ground(Enum):
    """Why an engine may take over."""

    SEAT = "the active engine of this folder has ended"
    LET_GO = "the active engine let go"
    LEASE_OVER = "lease and beat are over"
    BEAT_OVER = "the beat is over, and the database is away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What Asterisk tells. `beat` is ENGINE_BEAT as it stands.

    `beat_age`: since it, or since the token was announced if that is later, by Asterisk's own
    clock; None: there is neither. `all_told`: of several nodes, none was away. `stood_down`: the
    token of the last engine that found a newer one, and acts no more; 0: none did.
    """

    token: int
    beat: str
    beat_age: timedelta | None
    all_told: bool = True
    stood_down: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What PostgreSQL tells, by its own clock. `let_go`: handed over, to `heir` if one is named."""

    token: int
    holder: str
    valid: bool
    let_go: bool = False
    heir: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """What the state folder tells once it is ours: the token of its last active engine."""

    token: int
    heir: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """All that `name` sees at one instant.

    `seat` None: another process has it. `lease` None: the database is away; a lease of token 0 was
    never taken. `newest`: the highest token seen by anybody. `unchanged_for`: how long this engine
    itself has watched the beat stand still.
    """

    name: str
    asterisk: Witness
    lease: Lease | None
    seat: Seat | None
    newest: int
    unchanged_for: timedelta


def ground(outlook: Outlook) -> Ground | None:
    """Why this engine may become the active one now; None while it may not."""
    name, seat, lease = outlook.name, outlook.seat, outlook.lease
    if seat is not None and seat.token >= outlook.newest and _is_for(seat.heir, name):
        return Ground.SEAT
    if lease is None:
        # Where a node is away and the database too, an engine may still drive what we cannot see.
        over = outlook.asterisk.all_told and _is_stale(outlook, STALE_WITHOUT_DATABASE)
        return Ground.BEAT_OVER if over else None
    if lease.let_go and lease.token >= outlook.newest and _is_for(lease.heir, name):
        return Ground.LET_GO
    if not lease.valid and _is_stale(outlook, STALE_AFTER):
        return Ground.LEASE_OVER
    return None


def _is_for(heir: str, name: str) -> bool:
    return heir in ("", name)


def _is_stale(outlook: Outlook, after: timedelta) -> bool:
    """An Asterisk that has just started has no beat: then only watching it tells."""
    age = outlook.asterisk.beat_age
    if age is not None and age >= after:
        return True
    return outlook.unchanged_for >= after


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One engine among those that want the same Asterisk, as it sees them itself.

    `first_act` and `last_act`: of its present or last life, in seconds of the machine's monotonic
    clock. `lease_kept`: the database answers. `holder`: who is active.
    """

    name: str
    pid: int
    active: bool
    token: int
    holder: str
    standbys: tuple[str, ...]
    lease_kept: bool
    first_act: float | None = None
    last_act: float | None = None
