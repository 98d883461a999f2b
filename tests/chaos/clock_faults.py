"""Asterisk's clock is set by an hour, there and back, while calls are under way (libfaketime)."""

from __future__ import annotations

import asyncio
import os
import platform
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from router import errors
from router.standalone.apt import IsolatedApt
from router.standalone.debian import DEFAULT_MIRROR
from router.standalone.programs import Prefix, Program
from tests.chaos.engine_faults import untouched
from tests.chaos.rows import Harm, Row, when

HOUR = 3600
SETTLED_AFTER = 2.5
"""Seconds: the library looks at its file once a second, and a beat comes each second."""
KEYS = (
    "keys are left alone: Asterisk tells the length of a key by the wall clock, and plays no "
    "music to whoever presses one across a clock that is set back (seen: 17 s, until an agent came)"
)
PACKAGE, LIBRARY = "libfaketime", "libfaketime.so.1"
TOLD = "clock"
"""The file beside the state folder in which stands by how much the clock is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettablePrefix(Prefix):
    """An Asterisk whose clock can be set; clocks that only go forward are left alone."""

    library: Path
    told: Path

    def command(self, program: Program, *args: str) -> list[str]:
        loader, *rest = Prefix.command(self, program, *args)
        return [loader, *(("--preload", str(self.library)) if program == "asterisk" else ()), *rest]

    def environment(self) -> dict[str, str]:
        return {
            **Prefix.environment(self),
            "FAKETIME_TIMESTAMP_FILE": str(self.told),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }


def settable(prefix: Prefix, folder: Path, cache: Path) -> SettablePrefix:
    """The same programs with the library, which is fetched as they were."""
    told = folder / TOLD
    told.write_text("+0\n")
    kept = cache / "chaos"
    library = next(kept.rglob(LIBRARY), None) or _fetched(kept)
    return SettablePrefix(
        path=prefix.path,
        architecture=prefix.architecture,
        version=prefix.version,
        library=library,
        told=told,
    )


def _fetched(kept: Path) -> Path:
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    apt = IsolatedApt(folder=kept / "apt", mirror=DEFAULT_MIRROR, architecture=architecture)
    apt.prepare()
    apt.update(lambda fraction: None)
    (package,) = [each for each in apt.resolve((PACKAGE,)) if each.name == PACKAGE]
    apt.download((PACKAGE,), lambda fraction: None)
    subprocess.run(
        ["dpkg-deb", "--extract", str(apt.archives / package.file), str(kept / PACKAGE)],
        check=True,
    )
    return next((kept / PACKAGE).rglob(LIBRARY))


async def set_there_and_back(harm: Harm) -> None:
    """After each setting somebody dials, and must reach the engine; the engine is killed, too."""
    told = harm.house.flows.parent / TOLD
    await asyncio.sleep(SETTLED_AFTER)
    harm.scene.nobody_presses = True
    await asyncio.sleep(SETTLED_AFTER)
    harm.remarks.append(KEYS)
    for name, seconds in (("an hour on", HOUR), ("an hour back", 0), ("an hour behind", -HOUR)):
        told.write_text(f"{seconds:+d}\n")
        await asyncio.sleep(SETTLED_AFTER)
        await harm.scene.dials(name, "espera")
        harm.remarks += [f"UNLIKE: {name}: {each}" for each in await untouched(harm)]
    engine = harm.hotline.stack["engine_pid"]
    with harm.hotline.guard_frozen():
        os.kill(engine, signal.SIGKILL)
        await harm.hotline.engine_is_another_than(engine, within=10)
        await asked_again(harm)
    told.write_text("+0\n")
    await asyncio.sleep(SETTLED_AFTER)


async def asked_again(harm: Harm) -> None:
    """Until an engine answers that knows its node: no clock is asked."""

    async def lives() -> bool:
        try:
            floor = await harm.hotline.floor()
        except errors.HotlineError:
            return False
        return all(floor.nodes.values()) and bool(floor.nodes)

    await when(lives)


async def no_clock_mattered(harm: Harm) -> Sequence[str]:
    return [remark for remark in harm.remarks if remark.startswith("UNLIKE")]


ROWS = (
    Row(
        name="clock-set",
        fault="clock +-1 h",
        how="libfaketime under Asterisk: on, back, behind; and the engine killed",
        must_hold="nothing changes; no call goes to the fallback for it",
        strike=set_there_and_back,
        recovers_within=3.0,
        recovered=asked_again,
        judge=no_clock_mattered,
        newcomer=False,
        clock=True,
    ),
)
