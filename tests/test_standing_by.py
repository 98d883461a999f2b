"""Engines that stand by: one of them acts, the next takes over, and two never do."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from router import standing_by
from router.fence import Fence
from router.standing_by import StandingBy
from tests.fakes.succession import World
from tests.fakes.telephony import NODE


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The world's clock is the test's; between two looks only the event loop turns."""
    monkeypatch.setattr(standing_by, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(standing_by, "KEEP_EVERY", 0.0)
    monkeypatch.setattr(standing_by, "CLAIM_STANDS_FOR", 0.0)
    monkeypatch.setattr(standing_by, "SETTLED_EVERY", 0.0)


async def becomes_active(engine: StandingBy) -> Fence:
    async with asyncio.timeout(5):
        fence = await engine.until_due()
    assert fence is not None
    return fence


def always_fresh(fence: Fence) -> Fence:
    """Of an engine that beats, whatever the world's clock says."""
    fresh = Fence(fence.token, now=lambda: 0.0)
    fresh.at(NODE).prove(sent=0.0)
    return fresh


async def still_waits(waiting: asyncio.Task[Fence | None], world: World, *, seconds: int) -> bool:
    """While so much time passes, in which whoever is active beats."""
    for _ in range(seconds):
        world.at += 1
        world.beats()
        await turns()
    return not waiting.done()


async def takes_over_after(
    seconds: float, waiting: asyncio.Task[Fence | None], world: World
) -> None:
    """And not a moment before: two would act."""
    world.at += seconds - 0.1
    await turns()
    assert not waiting.done(), "two act"
    world.at += 0.2
    async with asyncio.timeout(5):
        assert await waiting is not None


async def turns() -> None:
    """Long enough for some looks."""
    for _ in range(50):
        await asyncio.sleep(0)


async def kept_by(engine: StandingBy, fence: Fence) -> asyncio.Task[None]:
    keeping = asyncio.create_task(engine.keep(fence))
    await turns()
    return keeping


async def ended(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_first_engine_acts_at_once_and_the_second_waits_while_it_beats() -> None:
    world = World()
    first, second = world.engine("a"), world.engine("b")
    fence = always_fresh(await becomes_active(first))
    keeping = await kept_by(first, fence)
    waiting = asyncio.create_task(second.until_due())
    assert await still_waits(waiting, world, seconds=20)
    assert second.company.active == "a"
    assert first.company.standbys == ("b",)
    await ended(waiting, keeping)


async def test_a_dead_engine_is_followed_at_once_in_its_own_folder() -> None:
    world = World()
    first, second = world.engine("a", "folder"), world.engine("b", "folder")
    fence = await becomes_active(first)
    world.beats()
    world.dies("folder")
    assert (await becomes_active(second)).token == fence.token + 1
    assert world.token == fence.token + 1


async def test_who_takes_over_waits_for_a_database_that_is_away_no_more_than_once() -> None:
    world = World()
    first, second = world.engine("a", "folder"), world.engine("b", "folder")
    await becomes_active(first)
    world.dies("folder")
    world.database_is_up = False
    await becomes_active(second)
    assert world.asked_in_vain == 1


async def test_the_next_token_is_the_databases_to_give() -> None:
    world = World()
    first, second = world.engine("a", "folder"), world.engine("b", "folder")
    before = await becomes_active(first)
    world.dies("folder")
    world.database_is_up = False
    assert (await becomes_active(second)).token > before.token + 1


async def test_a_silent_engine_on_another_machine_is_followed_when_lease_and_beat_are_over() -> (
    None
):
    world = World()
    first, second = world.engine("a"), world.engine("b")
    await becomes_active(first)
    world.beats()
    await takes_over_after(3, asyncio.create_task(second.until_due()), world)


async def test_an_engine_that_wakes_as_it_is_taken_over_says_so_and_is_not_waited_for() -> None:
    world = World()
    first, second = world.engine("a"), world.engine("b")
    old = await becomes_active(first)
    world.beats()
    world.at += 3.1
    world.on_announcement = world.beats  # it woke, and did not see the newer token yet
    waiting = asyncio.create_task(second.until_due())
    await turns()
    assert not waiting.done(), "two act"
    await first.stand_down(old)
    async with asyncio.timeout(5):
        new = await waiting
    assert new is not None
    assert new.token > old.token


async def test_an_engine_that_wakes_and_sleeps_again_is_waited_for_until_its_beat_is_over() -> None:
    world = World()
    first, second = world.engine("a"), world.engine("b")
    await becomes_active(first)
    world.beats()
    world.at += 3.1
    world.on_announcement = world.beats
    waiting = asyncio.create_task(second.until_due())
    await turns()
    await takes_over_after(3, waiting, world)


async def test_who_has_a_newer_token_is_left_alone_by_whoever_waited_for_an_older_engine() -> None:
    world = World()
    first, second = world.engine("a"), world.engine("b")
    old = await becomes_active(first)
    world.beats()
    world.at += 3.1

    def somebody_is_quicker() -> None:
        world.beats()
        world.token += 1

    world.on_announcement = somebody_is_quicker
    waiting = asyncio.create_task(second.until_due())
    await turns()
    await first.stand_down(old)
    await turns()
    assert not waiting.done(), "two act"
    await ended(waiting)


async def test_an_active_engine_needs_no_database_to_go_on() -> None:
    world = World()
    first, second = world.engine("a"), world.engine("b")
    fence = always_fresh(await becomes_active(first))
    keeping = await kept_by(first, fence)
    waiting = asyncio.create_task(second.until_due())
    await turns()
    world.database_is_up = False
    assert await still_waits(waiting, world, seconds=60)
    assert not fence.is_shut
    world.database_is_up = True
    await turns()
    assert await still_waits(waiting, world, seconds=20)
    assert not fence.is_shut
    await ended(waiting, keeping)


async def test_without_a_database_a_silent_engine_is_followed_all_the_same() -> None:
    world = World()
    first, second = world.engine("a"), world.engine("b")
    before = await becomes_active(first)
    world.beats()
    waiting = asyncio.create_task(second.until_due())
    await turns()
    world.database_is_up = False
    world.at += 3.5
    await turns()
    assert not waiting.done()
    world.at += 1
    async with asyncio.timeout(5):
        fence = await waiting
    assert fence is not None
    assert fence.token > before.token


async def test_the_older_engine_stands_down_when_the_database_is_back() -> None:
    world = World()
    first, second = world.engine("a"), world.engine("b")
    old = always_fresh(await becomes_active(first))
    world.beats()
    world.database_is_up = False
    world.at += 5
    new = always_fresh(await becomes_active(second))
    world.beats()
    keeping = await kept_by(first, old), await kept_by(second, new)
    world.database_is_up = True
    async with asyncio.timeout(5):
        await old.end()
    await turns()
    assert not new.is_shut
    assert (world.table.lease.token, world.table.lease.holder) == (new.token, "b")
    await ended(*keeping)


async def test_an_engine_that_does_not_beat_keeps_no_lease() -> None:
    world = World()
    first = world.engine("a")
    now = [0.0]
    fence = Fence((await becomes_active(first)).token, now=lambda: now[0])
    fence.at(NODE).prove(sent=0.0)
    keeping = await kept_by(first, fence)
    now[0] = 3.0  # cut off from Asterisk, but not from the database
    world.at += 4
    await turns()
    assert world.table.until < world.at
    await ended(keeping)


async def test_two_engines_that_see_the_same_end_do_not_both_act() -> None:
    world = World()
    first, *others = world.engine("a"), world.engine("b"), world.engine("c")
    await becomes_active(first)
    world.beats()
    world.at += 10
    waiting = [asyncio.create_task(each.until_due()) for each in others]
    await turns()
    taken = [each for each in waiting if each.done()]
    assert len(taken) == 1
    assert await still_waits(next(t for t in waiting if t not in taken), world, seconds=2)
    await ended(*waiting)


async def test_two_engines_without_a_database_do_not_both_act() -> None:
    for _ in range(20):
        world = World()
        first, *others = world.engine("a"), world.engine("b"), world.engine("c")
        await becomes_active(first)
        world.beats()
        world.database_is_up = False
        world.at += 10
        waiting = [asyncio.create_task(each.until_due()) for each in others]
        await turns()
        fences = [task.result() for task in waiting if task.done()]
        in_force = [f for f in fences if f is not None and f.token == world.token]
        assert len(in_force) <= 1
        assert all(f is not None and not f.sees(world.token) for f in fences if f not in in_force)
        await ended(*waiting)


async def test_who_is_named_as_heir_takes_over_and_nobody_else() -> None:
    world = World()
    names = ("a", "b", "c")
    first, second, third = (world.engine(name, "folder") for name in names)
    fence = await becomes_active(first)
    world.beats()
    waiting = [asyncio.create_task(each.until_due()) for each in (second, third)]
    await turns()
    await first.let_go(fence, heir="c")
    async with asyncio.timeout(5):
        assert await waiting[1] is not None
    assert not waiting[0].done()
    await ended(*waiting)


async def test_an_engine_that_handed_over_goes_on_if_nobody_comes() -> None:
    world = World()
    first = world.engine("a")
    fence = await becomes_active(first)
    world.beats()
    await first.let_go(fence)
    waiting = asyncio.create_task(
        first.until_due(put_off=timedelta(seconds=3), leaves_after=fence.token)
    )
    await turns()
    world.at += 2
    await turns()
    assert not waiting.done()
    world.at += 2
    async with asyncio.timeout(5):
        again = await waiting
    assert again is not None
    assert again.token > fence.token


async def test_an_engine_that_is_to_leave_ends_when_another_acts() -> None:
    world = World()
    first, second = world.engine("a", "folder"), world.engine("b", "folder")
    fence = await becomes_active(first)
    world.beats()
    await first.let_go(fence)
    leaving = asyncio.create_task(
        first.until_due(put_off=timedelta(seconds=3), leaves_after=fence.token)
    )
    await turns()
    await becomes_active(second)
    async with asyncio.timeout(5):
        assert await leaving is None


async def test_without_asterisk_nobody_takes_anything() -> None:
    world = World()
    world.asterisk_is_up = False
    waiting = asyncio.create_task(world.engine("a").until_due())
    await turns()
    assert not waiting.done()
    assert world.table.lease.token == 0
    world.asterisk_is_up = True
    with suppress(TimeoutError):
        async with asyncio.timeout(5):
            assert await waiting is not None
