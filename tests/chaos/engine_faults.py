"""Harm done to the engine and to its guard."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from contextlib import suppress

from router.adapters.control.client import standbys_in
from router.core.house_records import NodeLost
from router.core.snapshot import CallView, Snapshot
from router.core.vocabulary import AgentState
from router.standalone.upgrade import upgrade
from tests.acceptance.hotline_up import until
from tests.chaos.rows import Harm, Row, engine_lives, when
from tests.chaos.stages import OnTheLine

TAKEN_OVER_WITHIN = 4.0
GAP_AT_MOST = 1.0
WATCHES = "guard.watches"


async def killed(harm: Harm) -> None:
    engine = harm.hotline.stack["engine_pid"]
    os.kill(engine, signal.SIGKILL)
    await harm.hotline.engine_is_another_than(engine, within=5)
    harm.remarks.append(f"a new process after {harm.since_struck:.1f} s")


async def ended_politely(harm: Harm) -> None:
    engine = harm.hotline.stack["engine_pid"]
    os.kill(engine, signal.SIGTERM)
    await harm.hotline.engine_is_another_than(engine, within=15)
    harm.remarks.append(f"a new process after {harm.since_struck:.1f} s")


async def killed_without_a_database(harm: Harm) -> None:
    """Connections to it stay open, and it says nothing: worse than one that is away."""
    harm.house.database.stall()
    try:
        await killed(harm)
    except BaseException:
        harm.house.database.flow()
        raise


async def upgraded(harm: Harm) -> None:
    """As `hotline upgrade` does it, whose work is left to the house's own supervisor."""
    folder = harm.hotline.folder
    harm.house.stack.engines.want_another()
    await until(lambda: standbys_in(folder), within=20)
    over = await asyncio.to_thread(upgrade, folder, lambda told: None)
    _tell_gap(harm, over.gap)
    os.kill(over.old, signal.SIGTERM)
    await until(lambda: not harm.hotline.stack.get("standby_pids"), within=10)


async def frozen(harm: Harm) -> None:
    with harm.hotline.engine_frozen():
        await _taken_over(harm)
        await harm.lasts(full=26, short=4)


async def guard_killed_then_engine_frozen(harm: Harm) -> None:
    """Frozen once the next guard watches: until then nobody does."""
    guard, log = harm.hotline.stack["guard_pid"], harm.hotline.folder / "log/guard.log"
    watched = log.read_text().count(WATCHES)
    os.kill(guard, signal.SIGKILL)
    await until(lambda: log.read_text().count(WATCHES) > watched, within=30)
    harm.remarks.append(f"a new guard watches after {harm.since_struck:.1f} s")
    with harm.hotline.engine_frozen():
        await _waiting_caller_is_in_the_fallback(harm, within=15)
        await harm.lasts(full=6, short=3)


async def stalls(harm: Harm) -> None:
    engine = harm.hotline.stack["engine_pid"]
    position = harm.hotline.feed.position()
    for _ in range(6 if harm.short else 20):
        with suppress(ProcessLookupError):
            os.kill(engine, signal.SIGSTOP)
            await asyncio.sleep(0.5)
            os.kill(engine, signal.SIGCONT)
            await asyncio.sleep(0.5)
    with suppress(TimeoutError):
        await harm.hotline.feed.first(NodeLost, within=0.1, since=position)
        harm.remarks.append("the connection broke")


async def _taken_over(harm: Harm) -> None:
    await _waiting_caller_is_in_the_fallback(harm, within=3 * TAKEN_OVER_WITHIN)
    harm.remarks.append(f"taken over after {harm.since_struck:.1f} s")
    if harm.since_struck > TAKEN_OVER_WITHIN + 0.25:
        harm.remarks.append("LATE: more than 4 s")


async def _waiting_caller_is_in_the_fallback(harm: Harm, *, within: float) -> None:
    channel = harm.census.channel_of[harm.scene.people["queue"].call_id]

    async def moved() -> bool:
        seen = (harm.census.sightings[-1].channels or {}).get(channel)
        return seen is not None and seen.application != "Stasis"

    await when(moved, within=within)


async def kept_and_prompt(harm: Harm) -> Sequence[str]:
    """As `kept`; told to end, the old engine acted until that instant at most."""
    first_act = (await harm.hotline.asks(lambda desk: desk.standing())).first_act
    assert first_act is not None
    _tell_gap(harm, first_act - harm.struck_at)
    return await kept_without_haste(harm)


async def kept_without_haste(harm: Harm) -> Sequence[str]:
    late = [remark for remark in harm.remarks if remark.startswith("LATE")]
    return [*([] if harm.short else late), *await kept(harm)]


def _tell_gap(harm: Harm, gap: float) -> None:
    late = "LATE: " if gap > GAP_AT_MOST else ""
    harm.remarks.append(f"{late}nobody acted for {gap:.2f} s")


async def kept_and_flowing(harm: Harm) -> Sequence[str]:
    """As `kept`, and from here on the database answers again."""
    wrong = await kept(harm)
    harm.house.database.flow()
    return wrong


async def kept(harm: Harm) -> Sequence[str]:
    """Who waited has their place, who talked talks, who wrapped up does so still."""
    floor, wrong = await harm.hotline.floor(), list[str]()
    waiting = harm.scene.people["queue"]
    was, now = (_view(views, waiting) for views in (harm.before, floor))
    if now is None or was is None:
        if not waiting.hears(harm.scene.voices):
            wrong.append("who waited is not on the floor, and talks to nobody in the fallback")
    elif (now.queue, now.queued_at) != (was.queue, was.queued_at):
        wrong.append("who waited lost their place")
    states = {str(view.profile.id): view.state for view in floor.agents}
    # Without an engine the fallback rings who wraps up, too.
    if states["leo"] not in (AgentState.WRAP_UP, AgentState.TALKING):
        wrong.append(f"leo is {states['leo']} instead of in wrap-up")
    if states["eva"] is not AgentState.TALKING:
        wrong.append(f"eva is {states['eva']} instead of talking")
    return wrong


def _view(floor: Snapshot, one: OnTheLine) -> CallView | None:
    return next((view for view in floor.calls if view.call == one.caller.call), None)


def _on(floor: Snapshot, one: OnTheLine) -> bool:
    return _view(floor, one) is not None


async def back_in_place(harm: Harm) -> None:
    """As `engine_lives`, and the fallback has given back who waited."""
    await engine_lives(harm)
    waiting = harm.scene.people["queue"]

    async def is_back() -> bool:
        return waiting.hears(harm.scene.voices) or _on(await harm.hotline.floor(), waiting)

    await when(is_back)


async def untouched(harm: Harm) -> Sequence[str]:
    """Nobody was moved, and no connection broke."""
    wrong = [remark for remark in harm.remarks if remark == "the connection broke"]
    handed = [
        each.stage
        for each in harm.scene.people.values()
        if each.caller.call and _was_in_the_fallback(harm, each)
    ]
    if handed:
        wrong.append(f"in the fallback: {', '.join(handed)}")
    return [*wrong, *await kept(harm)]


def _was_in_the_fallback(harm: Harm, one: OnTheLine) -> bool:
    channel = harm.census.channel_of.get(one.call_id, "")
    return any(
        sighting.channels is not None
        and channel in sighting.channels
        and sighting.channels[channel].application == "Queue"
        for sighting in harm.census.sightings
        if sighting.at >= harm.struck_at
    )


ROWS = (
    Row(
        name="engine-killed",
        fault="engine crash, at every step of a call",
        how="kill -9",
        must_hold="adopted within 3 s of the restart; places kept",
        strike=killed,
        recovers_within=3.0,
        recovered=back_in_place,
        judge=kept,
    ),
    Row(
        name="engine-frozen",
        fault="engine frozen",
        how="SIGSTOP 30 s, then SIGCONT",
        must_hold="taken over within 4 s; no double offer",
        strike=frozen,
        recovers_within=8.0,
        recovered=back_in_place,
        judge=kept_without_haste,
    ),
    Row(
        name="engine-restarted",
        fault="engine restarted on purpose",
        how="SIGTERM, new process",
        must_hold="gap <= 1 s; places kept",
        strike=ended_politely,
        recovers_within=3.0,
        recovered=back_in_place,
        judge=kept_and_prompt,
    ),
    Row(
        name="engine-upgraded",
        fault="engine upgraded",
        how="hotline upgrade",
        must_hold="gap <= 1 s; places kept",
        strike=upgraded,
        recovers_within=3.0,
        recovered=back_in_place,
        judge=kept_without_haste,
    ),
    Row(
        name="engine-killed-no-database",
        fault="engine crash, and a database that does not answer",
        how="kill -9; proxy stalled",
        must_hold="adopted within 3 s of the restart all the same",
        strike=killed_without_a_database,
        recovers_within=3.0,
        recovered=back_in_place,
        judge=kept_and_flowing,
    ),
    Row(
        name="engine-slow",
        fault="slow engine",
        how="500 ms stalls",
        must_hold="no disconnect; the guard holds",
        strike=stalls,
        recovers_within=3.0,
        judge=untouched,
    ),
    Row(
        name="guard-killed",
        fault="watchdog dead",
        how="kill, then the engine frozen",
        must_hold="restarted; no double moves",
        strike=guard_killed_then_engine_frozen,
        recovers_within=8.0,
        recovered=back_in_place,
        judge=kept,
    ),
)
