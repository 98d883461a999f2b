"""The only place that builds adapters and joins them to the runner."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog
import uvloop

from router import errors
from router.adapters import logbook
from router.adapters.active_seat import ActiveSeat
from router.adapters.alarm_command import AlarmCommand
from router.adapters.control.server import serve_control, serve_standby
from router.adapters.control.socket_file import refuse_second
from router.adapters.epoch_file import EpochFile
from router.adapters.http_lookup import http_lookups
from router.adapters.policy_folder import PolicyFolder
from router.adapters.postgres import migrate
from router.adapters.postgres.identities import PostgresIdentities
from router.adapters.postgres.journal import PostgresJournal
from router.adapters.postgres.lease import PostgresLease
from router.adapters.postgres.pairs import PostgresPairs
from router.adapters.postgres.roster_copy import RosterCopy
from router.adapters.postgres.spill import Spill
from router.adapters.postgres.write_behind import Limits, Trouble
from router.adapters.recording_box import RecordingBox
from router.adapters.roster_file import RosterFile
from router.adapters.roster_yaml import read_with_demand
from router.clock import Clock
from router.config import HoursMode, LogFormat, Settings
from router.core.engine import Engine
from router.core.records import Entry
from router.core.vocabulary import NodeId
from router.engine_desk import EngineDesk, recall
from router.fence import Fence
from router.folders import make_state_folder
from router.life import Life, StandbyOffice
from router.nodes import Nodes, asterisks, try_logins, witnesses
from router.runner import Runner
from router.standing_by import StandingBy
from router.troubles import Troubles

MIGRATIONS = Path(__file__).parent.parent / "migrations"
ASK_AGAIN_AFTER = 1.0
PAIRS = "pairs"
"""The alarm of a database that does not say who must be kept apart."""
PAIRS_WITHIN = 15.0
LAST_WORDS_WITHIN = timedelta(seconds=5)
AT_ONCE = 0.2
"""Seconds in which an engine that may act begins to, and so never stood by."""
HEIR_COMES_WITHIN = timedelta(seconds=3)
"""Else the engine that handed over goes on itself."""

log = structlog.get_logger("hotline")


def run(settings: Settings) -> None:
    """`hotline run`: until SIGTERM or SIGINT. Raises HotlineError for what waiting cannot mend."""
    logbook.configure(
        as_json=settings.log_format is LogFormat.JSON, level=settings.log_level.value.upper()
    )
    make_state_folder(settings.state_dir)
    uvloop.run(_live(settings))


async def _live(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    living = asyncio.create_task(_serve(settings))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    living.cancel()
    with suppress(asyncio.CancelledError):
        await living


async def _serve(settings: Settings) -> None:
    """Stand by, act, and stand by again when another engine has taken over."""
    if not settings.standby:
        await asyncio.to_thread(refuse_second, settings.state_dir)
    clock = Clock()
    troubles = Troubles(clock.now)
    loop = asyncio.get_running_loop()
    policies = PolicyFolder(
        settings.ivr_dir,
        _forced(settings.hours),
        # It reads in a thread.
        lambda name, text: loop.call_soon_threadsafe(troubles.tell, name, text),
        last_good=settings.state_dir / "policy.good",
    )
    epochs = EpochFile(settings.state_dir / "epoch", on_trouble=troubles.tell)
    name = f"{socket.gethostname()}:{os.getpid()}"
    lease = PostgresLease(settings.database, house=settings.node, name=name)
    async with witnesses(settings, clock.now) as exchange:
        place = StandingBy(
            name=name,
            lease=lease,
            seat=ActiveSeat(settings.state_dir),
            exchange=exchange,
            used=epochs.last,
        )
        await try_logins(settings)
        # What is here by now stays for good. To look through it for garbage, again and again, held
        # up everything for 100 ms each time.
        gc.freeze()
        life: Life | None = None
        while (fence := await _stand_by(settings, place, policies, life)) is not None:
            epochs.keep(fence.token)
            life = await _act(settings, fence, place, clock, policies, troubles)
            troubles.belong_to(None)
            log.warning("engine.stands_down", token=fence.token, why=fence.why)
    await lease.close()


async def _stand_by(
    settings: Settings, place: StandingBy, policies: PolicyFolder, before: Life | None
) -> Fence | None:
    """Until this engine is the active one; None if it is to end, its work in other hands."""
    handed_over = before is not None and before.heir is not None
    leaves = before is not None and before.leaves
    due = asyncio.create_task(
        place.until_due(
            put_off=HEIR_COMES_WITHIN if handed_over else timedelta(0),
            leaves_after=before.fence.token if before is not None and leaves else None,
        )
    )
    try:
        await asyncio.wait({due}, timeout=AT_ONCE)
        if not due.done():
            log.info("engine.stands_by", active=place.company.active)
            async with serve_standby(StandbyOffice(place), settings.state_dir):
                await _together(
                    _until(due),
                    policies.watch(lambda: _read_again(policies)),
                    _roster_copy(settings).take(_roster(settings, _say).replace),
                )
        return await due
    finally:
        due.cancel()
        await asyncio.gather(due, return_exceptions=True)


def _say(name: str, text: str | None) -> None:
    """An engine that stands by raises no alarm."""
    if text is not None:
        log.warning("engine.trouble", name=name, text=text)


async def _until(due: asyncio.Task[Fence | None]) -> None:
    await due


async def _read_again(policies: PolicyFolder) -> None:
    """So that the newest files are in force at once; a bad version is an alarm by then."""
    with suppress(errors.FlowFilesInvalid):
        await asyncio.to_thread(policies.read)


async def _act(
    settings: Settings,
    fence: Fence,
    place: StandingBy,
    clock: Clock,
    policies: PolicyFolder,
    troubles: Troubles,
) -> Life:
    """One life as the active engine, from nothing: what an earlier one knew counts no more."""
    node, on_trouble = NodeId(settings.node), troubles.tell
    journal = PostgresJournal(
        settings.database,
        node=node,
        on_trouble=on_trouble,
        limits=Limits(room=settings.journal_size),
        spill=Spill(settings.state_dir / "journal"),
    )
    identities = PostgresIdentities(
        settings.database,
        key_file=settings.state_dir / "identity.key",
        on_trouble=on_trouble,
    )
    directory = _roster(settings, on_trouble)
    async with (
        http_lookups(clock.now) as lookups,
        asterisks(settings, fence=fence, now=clock.now) as nodes,
    ):
        engine = Engine(policies.policy, fence.token, nodes=tuple(nodes))
        desk: EngineDesk
        log_entry = logbook.entry_logger()
        alarms = AlarmCommand(settings.alarm_command)

        def heard(entries: Sequence[Entry]) -> None:
            journal.append(entries)
            for entry in entries:
                log_entry(entry)
            desk.hear(entries)
            alarms.hear(entries)

        recordings = RecordingBox(
            settings.state_dir,
            fetch=lambda node, recording: nodes[node].fetch(recording),
            drop=lambda node, recording: nodes[node].drop(recording),
            now=clock.now,
        )
        runner = Runner(
            engine,
            Nodes(nodes, identities, lookups, recordings),
            clock,
            listeners=(heard,),
            on_defect=lambda trace: log.error("engine.defect", trace=trace),
            inbox_size=settings.inbox_size,
            fence=fence,
        )
        lookups.deliver = recordings.deliver = runner.deliver
        desk = EngineDesk(
            engine,
            runner,
            clock,
            directory,
            partial(read_with_demand, zone=settings.time_zone),
            policies.read,
            PostgresPairs(settings.database).read,
        )
        life = Life(fence, place, runner)
        troubles.belong_to(runner)
        runner.deliver(recall(directory.load(), clock.now()))
        await _together(
            life.run(),
            runner.run(),
            _answer_operators(desk, settings.state_dir, life),
            _write_behind(settings, journal, identities, on_trouble),
            journal.keep(),
            policies.watch(lambda: _put_in_force(desk)),
            _tell_pairs(desk, on_trouble),
            _roster_copy(settings).give(fence.token, directory.content),
            *(node.run(runner.deliver, identities.seal) for node in nodes.values()),
        )
    return life


async def _answer_operators(desk: EngineDesk, folder: Path, life: Life) -> None:
    """Beside the calls: a frozen engine of this folder may take a second to be given up."""
    async with serve_control(desk, folder, office=life, replaces=True):
        await asyncio.Event().wait()


async def _put_in_force(desk: EngineDesk) -> None:
    """Files were saved; a bad version is an alarm already."""
    with suppress(errors.FlowFilesInvalid):
        await desk.reload_policy("saved")


async def _tell_pairs(desk: EngineDesk, on_trouble: Trouble) -> None:
    """As soon as the database answers; callers do not wait for it. Then for as long as we live."""
    since = asyncio.get_running_loop().time()
    while True:
        try:
            await desk.read_pairs()
        except (errors.DatabaseUnreachable, errors.DatabaseRefused) as absence:
            if asyncio.get_running_loop().time() - since > PAIRS_WITHIN:
                on_trouble(PAIRS, f"Who must be kept apart cannot be looked up. {absence}")
            await asyncio.sleep(ASK_AGAIN_AFTER)
        else:
            on_trouble(PAIRS, None)
            await asyncio.Event().wait()


async def _together(*parts: Coroutine[None, None, None]) -> None:
    """Until the first of them ends; then all end. An error of one is raised as it is."""
    tasks = {asyncio.create_task(part) for part in parts}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        await task


async def _write_behind(
    settings: Settings,
    journal: PostgresJournal,
    identities: PostgresIdentities,
    on_trouble: Trouble,
) -> None:
    """The database may come later, or go: calls do not wait for it."""
    try:
        await migrate.apply_in_time(settings.database, MIGRATIONS, on_trouble)
        await _together(journal.run(), identities.run())
    finally:
        await journal.drain(LAST_WORDS_WITHIN)
        await identities.drain(LAST_WORDS_WITHIN)


def _forced(hours: HoursMode) -> dict[str, bool] | None:
    """`day` and `night` hold the hours named `noche` shut or open."""
    if hours is HoursMode.CLOCK:
        return None
    return {"noche": hours is HoursMode.NIGHT}


def _roster(settings: Settings, on_trouble: Trouble) -> RosterFile:
    return RosterFile(settings.state_dir / "roster.json", on_trouble=on_trouble)


def _roster_copy(settings: Settings) -> RosterCopy:
    return RosterCopy(
        settings.database,
        house=settings.node,
        folder=f"{socket.gethostname()}:{settings.state_dir}",
        key_file=settings.state_dir / "identity.key",
    )
