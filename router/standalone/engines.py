"""The engines of a private stack: the active one, who stands by, and the next version's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from router.adapters.active_seat import active_engine
from router.standalone.engine_process import EngineProcess
from router.standalone.site import Site
from router.standalone.spare import Spare

NEXT_FILE = "next.pid"
"""The process id of the engine that was started last on request, for `hotline upgrade`."""
RESTART_AFTER = 0.2
"""Seconds; a dead engine is back within two, however often it dies (interface.md 3)."""
RESTART_PAUSE_AT_MOST = 1.0
STEADY_AFTER = 5.0
"""An engine that lived so long did not die of its start."""
LOOK_EVERY = 0.1

Say = Callable[[str], None]


class Engines:
    """One, or two with a stand-by; one more while an upgrade is under way.

    Where none stands by, a spare is loaded, which begins when the other is dead.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *sites: Site,
        standby: bool,
        restart: bool,
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._sites = sites
        self._wanted = 2 if standby else 1
        self._restart = restart
        self._living: dict[EngineProcess, asyncio.Task[int]] = {}
        self._returning: set[asyncio.Task[None]] = set()
        self._another = asyncio.Event()
        self._moved = asyncio.Event()
        self._newest = 0
        self._spare = Spare(lambda: EngineProcess(folder, environment, *sites, spare=True))
        self._kept = False
        self._pause = RESTART_AFTER

    @property
    def active(self) -> int:
        """The process id of the engine that said last that it is active, else of the newest."""
        told = active_engine(self._folder)
        pids = [each.pid for each in self._living]
        if told is not None and told.pid in pids:
            return told.pid
        return pids[-1] if pids else self._newest

    @property
    def standing_by(self) -> list[int]:
        """The process ids of all others."""
        active = self.active
        return [each.pid for each in self._living if each.pid != active]

    @property
    def first(self) -> EngineProcess:
        """Of all of them."""
        return next(iter(self._living))

    async def start(self) -> None:
        """The first of them; the others follow it."""
        await self._begin()

    async def ready(self) -> None:
        """Callers are admitted; then a second engine may stand by."""
        await self.first.ready()
        while len(self._living) < self._wanted:
            await self._begin()

    def want_another(self) -> None:
        """The next version, beside those that are there: it stands by for `hotline upgrade`."""
        self._another.set()
        self._moved.set()

    async def keep(self, say: Say, changed: Callable[[], None]) -> None:
        """Restart what dies, and tell of every change, until cancelled."""
        told: object = None
        self._kept = True
        self._want_spare()
        try:
            while True:
                await self._wait()
                if self._another.is_set():
                    self._another.clear()
                    say("Another engine starts, to take over")
                    await self._spare.drop()
                    await self._begin(announce=True)
                for dead in [each for each, ended in self._living.items() if ended.done()]:
                    self._bury(dead, say)
                now = (self.active, self.standing_by)
                if now != told:
                    told = now
                    changed()
        finally:
            self._kept = False
            await self._spare.drop()
            tasks = (*self._living.values(), *self._returning)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _wait(self) -> None:
        """Until one ends or another is wanted; with several, also whether another took over."""
        self._moved.clear()
        if self._another.is_set() or any(ended.done() for ended in self._living.values()):
            return
        try:
            async with asyncio.timeout(LOOK_EVERY if len(self._living) > 1 else None):
                await self._moved.wait()
        except TimeoutError:
            pass

    def _bury(self, dead: EngineProcess, say: Say) -> None:
        status = self._living.pop(dead).result()
        if len(self._living) + len(self._returning) >= self._wanted:
            say("An engine has left its work to another")
            if status == 0:
                self._renew_standbys()
            return
        if not self._restart:
            say("The engine died, and is left dead (--no-restart)")
            return
        say(f"The engine died; a new one starts (its log: {dead.log})")
        back = asyncio.create_task(self._return(steady=dead.lived > STEADY_AFTER))
        self._returning.add(back)
        back.add_done_callback(self._returned)

    def _returned(self, back: asyncio.Task[None]) -> None:
        self._returning.discard(back)
        self._moved.set()

    async def _return(self, *, steady: bool) -> None:
        if steady:
            self._pause = RESTART_AFTER
        else:
            self._pause = min(self._pause * 2, RESTART_PAUSE_AT_MOST)
            await asyncio.sleep(self._pause)
        spare = self._spare.take()
        if spare is None:
            await self._begin()
        else:
            self._joined(spare)

    def _renew_standbys(self) -> None:
        """The active engine left for a newer version: those that stand by begin again with it."""
        active = self.active
        for each in self._living:
            if each.pid != active:
                each.terminate()

    async def _begin(self, *, announce: bool = False) -> None:
        taken = {each.number for each in self._living}
        number = next(n for n in range(1, len(taken) + 2) if n not in taken)
        engine = EngineProcess(self._folder, self._environment, *self._sites, number=number)
        starting = asyncio.create_task(
            engine.start(standby=announce or self._wanted > 1 or bool(self._living))
        )
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait({starting})  # what it starts must be found, to be ended
            raise
        self._joined(engine)
        if announce:
            (self._folder / NEXT_FILE).write_text(f"{engine.pid}\n")

    def _joined(self, engine: EngineProcess) -> None:
        self._newest = engine.pid
        ended = asyncio.create_task(engine.ended())
        ended.add_done_callback(lambda _: self._moved.set())
        self._living[engine] = ended
        self._want_spare()

    def _want_spare(self) -> None:
        if self._restart and self._wanted == 1 and self._kept:
            self._spare.want()
