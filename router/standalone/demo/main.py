"""`hotline demo`: real calls on a private stack, and the books at the end."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from router import errors
from router.adapters.postgres.reports import Reports
from router.core.journal_lines import Line
from router.core.records import OfferMade
from router.standalone.demo.cast import ANA, EVA, LUIS, MAR, TEO
from router.standalone.demo.feed import Feed
from router.standalone.demo.house import CARRIER_ADDRESS, telephones
from router.standalone.demo.screen import Screen, Story
from router.standalone.demo.stories import (
    Figures,
    Stage,
    answering_machine,
    caller_gives_up,
    crisis_at_home,
    crisis_goes_first,
    legal_in_the_office,
    silent_caller,
    through_the_fallback,
)
from router.standalone.loopback import free_port
from router.standalone.private_stack import Plan, Stack, keep_up
from router.standalone.progress import shown_on
from router.story import sentence

STALE_WITHIN = 10.0
ASK_EVERY = 0.1


def main(
    *, console: Console, cache_dir: Path, mirror: str, ivr_dir: Path, environment: dict[str, str]
) -> int:
    """0 if every caller was where they should be, else 1. Raises HotlineError."""
    folder = Path(tempfile.mkdtemp(prefix="hotline-demo-"))
    carrier_port = free_port(CARRIER_ADDRESS)
    plan = Plan(
        state_dir=folder / "state",
        cache_dir=cache_dir,
        ivr_dir=ivr_dir,
        carrier=f"{CARRIER_ADDRESS}:{carrier_port}",
        hotline_number="5555335533",
        mirror=mirror,
        environment={**environment, "HOTLINE_HOURS": "day"},
        restart=False,
    )
    try:
        holds = asyncio.run(_demo(plan, carrier_port, console))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if holds else 1


async def _demo(plan: Plan, carrier_port: int, console: Console) -> bool:
    ready: asyncio.Queue[Stack] = asyncio.Queue()
    screen = Screen(console)
    with shown_on(console) as progress:
        stack_task = asyncio.create_task(
            keep_up(
                plan,
                say=lambda text: screen.say(None, text),
                progress=progress,
                on_ready=ready.put_nowait,
            )
        )
        coming = asyncio.create_task(ready.get())
        await asyncio.wait({stack_task, coming}, return_when=asyncio.FIRST_COMPLETED)
    if not coming.done():
        coming.cancel()
        await stack_task
        return False
    try:
        return await _play(coming.result(), carrier_port, screen)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)  # as a person would end it: the stack is put away
        await stack_task


async def _play(stack: Stack, carrier_port: int, screen: Screen) -> bool:
    began = datetime.now(UTC) - timedelta(minutes=1)

    stories: dict[str, Story] = {}

    def on_line(line: Line) -> None:
        if isinstance(line.record, OfferMade):
            story = stories.get(line.call or "")
            screen.say(story, f"[dim]{sentence(line.record)}[/dim]")

    feed = Feed(stack.plan.state_dir, on_line)
    feed.start()
    figures = Figures()
    async with telephones(stack, carrier_port, feed) as house:
        stage = Stage(house, screen, figures, stories)
        await house.log_in(EVA)
        await house.log_in(ANA, LUIS, MAR, TEO)
        screen.say(None, "five agents are logged in: two at home, three in the office")
        await _stories(stage)
        feed.stop()
    screen.summary()
    balanced = await _books(stack, began, figures, screen)
    return screen.holds and balanced


async def _stories(stage: Stage) -> None:
    """Side by side where they can be; the silent caller's lasts as long as the menu."""
    screen = stage.screen
    first = screen.story("1", "crisis, an agent at home")
    second = screen.story("2", "jurídico, an agent in the office")
    third = screen.story("3", "silence means crisis")
    fourth = screen.story("4", "crisis goes first")
    fifth = screen.story("5", "an answering machine")
    sixth = screen.story("6", "the caller gives up")

    async def in_turn() -> None:
        (crisis, crisis_since), (legal, legal_since) = await asyncio.gather(
            crisis_at_home(stage, first), legal_in_the_office(stage, second)
        )
        released = asyncio.Event()

        async def before_release() -> None:
            await released.wait()
            stage.measure(second, legal, LUIS, legal_since)

        watching = asyncio.create_task(before_release())
        await _seen(fourth, crisis_goes_first(stage, fourth, legal, released))
        stage.measure(first, crisis, ANA, crisis_since)
        await stage.hangs_up(first, crisis)
        released.set()
        await watching
        await _seen(sixth, caller_gives_up(stage, sixth))

    async def silent_then_no_engine() -> None:
        caller, since = await silent_caller(stage, third)
        await asyncio.wait(others)
        await _without_an_engine(stage)
        stage.screen.say(third, "Ana and her caller have talked on all the while")
        stage.measure(third, caller, ANA, since)
        await caller.phone.hang_up()

    others = [
        asyncio.create_task(_seen(first, in_turn())),
        asyncio.create_task(_seen(fifth, answering_machine(stage, fifth))),
    ]
    await _seen(third, silent_then_no_engine())


async def _seen(story: Story, happening: Awaitable[object]) -> None:
    """What does not happen in time is a failed story, not the end of the others."""
    try:
        await happening
    except (TimeoutError, errors.HotlineError) as failure:
        story.check(str(failure) or "something that should have happened did not", False)


async def _without_an_engine(stage: Stage) -> None:
    """A dead engine, then a frozen one; conversations go on, and who dials talks to an agent."""
    engine = stage.house.stack.engines.first
    killed = stage.screen.story("7", "the engine is dead")
    os.kill(engine.pid, signal.SIGKILL)
    await engine.ended()
    stage.screen.say(killed, "[b]kill -9[/b]: the engine is dead")
    await _seen(killed, through_the_fallback(stage, killed, LUIS, MAR, TEO))
    await engine.start()
    await engine.ready()
    stage.house.stack.write_stack_file()
    stage.screen.say(killed, "a new engine has taken up its work")
    frozen = stage.screen.story("8", "the engine is frozen")
    os.kill(engine.pid, signal.SIGSTOP)
    stage.screen.say(frozen, "[b]SIGSTOP[/b]: the engine is frozen, its socket open")
    try:
        await _until(lambda: not engine.beats(within=4.0), STALE_WITHIN)
        stage.screen.say(frozen, "its beat is stale: Asterisk admits no caller to it")
        await _seen(frozen, through_the_fallback(stage, frozen, LUIS, MAR, TEO))
    finally:
        with suppress(ProcessLookupError):
            os.kill(engine.pid, signal.SIGCONT)


async def _until(holds: Callable[[], bool], within: float) -> None:
    deadline = time.monotonic() + within
    while not await asyncio.to_thread(holds):
        if time.monotonic() > deadline:
            raise TimeoutError
        await asyncio.sleep(ASK_EVERY)


async def _books(stack: Stack, began: datetime, figures: Figures, screen: Screen) -> bool:
    """The ledger, out of the database, and the latencies."""
    reports = Reports(stack.database)
    until = datetime.now(UTC) + timedelta(minutes=1)
    ledger = await reports.ledger(began, until)
    console = screen.console
    books = Table(title="The ledger", title_justify="left")
    for column in ("queue", "queued", "answered", "abandoned", "timed out", "fallback", "waiting"):
        books.add_column(column, justify="left" if column == "queue" else "right")
    for q in ledger.queues:
        figures_of = (q.queued, q.answered, q.abandoned, q.timed_out, q.handed_to_fallback)
        books.add_row(q.queue, *(str(n) for n in figures_of), str(q.waiting + q.left_behind))
    console.print(books)
    ended = ", ".join(f"{n} {outcome.value}" for outcome, n in ledger.offers.items() if n)
    console.print(f"Offers made: {ledger.offers_made} = {ended}", highlight=False)
    table = Table(title="Latencies on the telephones", title_justify="left")
    for column in ("measured", "n", "median", "max"):
        table.add_column(column, justify="left" if column == "measured" else "right")
    for name, values in (
        ("call up -> first sound at the caller (300 ms of it lead-in)", figures.first_sound),
        ("desk picked up -> both hear each other", figures.two_way),
        ("caller hangs up -> telephone stops ringing", figures.withdrawn),
    ):
        if values:
            table.add_row(
                name, str(len(values)), f"{median(values):.0f} ms", f"{max(values):.0f} ms"
            )
    console.print(table)
    verdict = (
        "[green]The books balance.[/]"
        if ledger.balanced
        else "[bold red]The books do not balance.[/]"
    )
    console.print(verdict)
    return ledger.balanced
