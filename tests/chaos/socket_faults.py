"""Harm done to the engine's connections: cut, half open, stalled, and events that are spoilt."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.house_records import AlarmRaised
from router.core.records import HandedToFallback
from tests.chaos.engine_faults import back_in_place, kept
from tests.chaos.frames import Corrupted, Spoil, Swapped, doubled
from tests.chaos.rows import Harm, Row, engine_lives

QUARANTINED_AT_MOST = 1


async def cut(harm: Harm) -> None:
    harm.house.ari.cut()
    harm.house.ami.cut()


async def half_open(harm: Harm) -> None:
    proxies = (harm.house.ari, harm.house.ami)
    for proxy in proxies:
        proxy.deaf = True
    await harm.lasts(full=20, short=8)
    for proxy in proxies:
        proxy.deaf = False


async def stalled(harm: Harm) -> None:
    harm.house.ari.stall()
    await harm.lasts(full=6, short=6)
    harm.house.ari.flow()


async def doubled_events(harm: Harm) -> None:
    await _spoilt(harm, doubled)


async def swapped_events(harm: Harm) -> None:
    await _spoilt(harm, Swapped())


async def corrupted_events(harm: Harm) -> None:
    corrupted = Corrupted(every=5, seed=1)
    await _spoilt(harm, corrupted)
    harm.remarks.append(f"{corrupted.spoilt} events damaged")


async def _spoilt(harm: Harm, spoil: Spoil) -> None:
    """While callers arrive, press keys, are offered and talk."""
    harm.house.ari.spoil = (spoil,)
    harm.house.ari.cut()
    await engine_lives(harm)
    await harm.scene.shift.logs_in("olga", "rita")
    await harm.lasts(full=25, short=8)
    harm.house.ari.spoil = ()
    harm.house.ari.cut()


async def one_quarantined_at_most(harm: Harm) -> Sequence[str]:
    lines = harm.hotline.feed.since(harm.position)
    given = [
        line
        for line in lines
        if isinstance(line.record, HandedToFallback) and line.record.reason == "defect"
    ]
    defects = [
        line
        for line in lines
        if isinstance(line.record, AlarmRaised) and line.record.alarm == "bug"
    ]
    wrong = [f"{len(given)} calls quarantined"] if len(given) > QUARANTINED_AT_MOST else []
    return [*wrong, *(["a defect of the engine"] if defects else [])]


ROWS = (
    Row(
        name="socket-cut",
        fault="websocket and AMI cut",
        how="fault proxy",
        must_hold="reconnect <= 3 s, reconciled",
        strike=cut,
        recovers_within=3.0,
        judge=kept,
    ),
    Row(
        name="socket-half-open",
        fault="websocket and AMI half open",
        how="fault proxy, 20 s",
        must_hold="the guard takes over; reconnect <= 3 s",
        strike=half_open,
        recovers_within=8.0,
        recovered=back_in_place,
        judge=kept,
    ),
    Row(
        name="socket-stalled",
        fault="websocket stalled",
        how="fault proxy, 6 s",
        must_hold="reconciled",
        strike=stalled,
        recovers_within=8.0,
        recovered=back_in_place,
        judge=kept,
    ),
    Row(
        name="events-doubled",
        fault="doubled events",
        how="fault proxy",
        must_hold="one call quarantined at most",
        strike=doubled_events,
        recovers_within=3.0,
        judge=one_quarantined_at_most,
    ),
    Row(
        name="events-reordered",
        fault="reordered events",
        how="fault proxy",
        must_hold="one call quarantined at most",
        strike=swapped_events,
        recovers_within=3.0,
        judge=one_quarantined_at_most,
    ),
    Row(
        name="events-malformed",
        fault="malformed events",
        how="fault proxy, one in five",
        must_hold="one call quarantined at most",
        strike=corrupted_events,
        recovers_within=3.0,
        judge=one_quarantined_at_most,
    ),
)
