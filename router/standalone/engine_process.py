"""The engine as a process of its own: `hotline run`, started, watched and ended from outside."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import select
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from router import errors
from router.standalone.child import Child
from router.standalone.site import Site

PID_FILE = "engine.pid"
ASK_EVERY = 0.05
READY_WITHIN = 30.0
BEAT_FRESH = 2.0
STOPS_WITHIN = 10.0


class EngineProcess:
    """One engine at a time; its output goes to `log`. `number`: of several in one folder.

    `spare`: it is loaded, and begins when it is told to.
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        *sites: Site,
        number: int = 1,
        spare: bool = False,
    ) -> None:
        self.number = number
        self._sites = sites
        self._spare = spare
        self._child = Child(
            folder,
            environment,
            log=_numbered("engine.log", number),
            pid=_numbered(PID_FILE, "spare" if spare else number),
        )
        self._began = self._ended = time.monotonic()
        self.log = self._child.log

    @property
    def pid(self) -> int:
        """Of the newest."""
        return self._child.pid

    @property
    def lived(self) -> float:
        """Seconds from its start to its end."""
        return self._ended - self._began

    async def start(self, *, standby: bool = False) -> None:
        """Begin; `ready` tells when callers are admitted. `standby`: wait beside another engine."""
        self._began = time.monotonic()
        words = (
            "run",
            *(("--standby",) if standby else ()),
            *(("--spare",) if self._spare else ()),
        )
        await self._child.start(*words, waits=self._spare)

    def begin(self) -> None:
        """A spare: act from now on, as one that was started this instant."""
        self._began = time.monotonic()
        self._child.begin(pid=_numbered(PID_FILE, self.number))

    async def ready(self) -> None:
        """Its beat has reached Asterisk: a call would be answered."""
        deadline = time.monotonic() + READY_WITHIN
        ended = asyncio.create_task(self._child.ended())
        try:
            while not await asyncio.to_thread(self.beats):
                if ended.done():
                    raise errors.EngineDied(detail=self._last_words(), log=self.log)
                if time.monotonic() > deadline:
                    raise errors.EngineLate(
                        seconds=int(READY_WITHIN), detail=self._last_words(), log=self.log
                    )
                await asyncio.wait({ended}, timeout=ASK_EVERY)
        finally:
            ended.cancel()

    async def ended(self) -> int:
        """When it is gone; its exit status."""
        status = await self._child.ended()
        self._ended = time.monotonic()
        return status

    def terminate(self) -> None:
        """Ask it to end."""
        self._child.terminate()

    def beats(self, within: float = BEAT_FRESH) -> bool:
        """Whether its last beat in each Asterisk is at most so many seconds old; asks over HTTP."""
        return all(_beats(site, within) for site in self._sites)

    def _last_words(self) -> str:
        with suppress(FileNotFoundError):
            lines = self.log.read_text(errors="replace").strip().splitlines()
            if lines:
                return lines[-1]
        return "it said nothing"

    @staticmethod
    def stop_all(folder: Path) -> None:
        """End every engine of this folder, those that stand by first: nobody takes over."""
        for file in sorted(folder.glob(_numbered(PID_FILE, "*")), reverse=True):
            EngineProcess.stop_any(folder, file.name)
        EngineProcess.stop_any(folder)

    @staticmethod
    def stop_any(folder: Path, pid_file: str = PID_FILE) -> None:
        """End the engine (or what else left a `pid_file`) of this folder, whoever started it."""
        try:
            pid = int((folder / pid_file).read_text())
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
            watched = os.pidfd_open(pid)
        except (FileNotFoundError, ValueError, ProcessLookupError):
            return
        try:
            if os.fsencode(folder) in command:  # the number may be somebody else's by now
                for number in (signal.SIGTERM, signal.SIGKILL):
                    # A frozen one hears nothing else.
                    signal.pidfd_send_signal(watched, number)
                    signal.pidfd_send_signal(watched, signal.SIGCONT)
                    if EngineProcess.wait_gone(watched, within=STOPS_WITHIN):
                        break
        except ProcessLookupError:
            pass
        finally:
            os.close(watched)

    @staticmethod
    def wait_gone(watched: int, *, within: float) -> bool:
        """Whether the process behind this pidfd ended in time."""
        return bool(select.select([watched], [], [], within)[0])


def _beats(site: Site, within: float) -> bool:
    request = urllib.request.Request(f"{site.ari_url}/ari/asterisk/variable?variable=ENGINE_BEAT")
    pair = base64.b64encode(f"hotline:{site.ari_password}".encode()).decode()
    request.add_header("Authorization", f"Basic {pair}")
    try:
        with urllib.request.urlopen(request, timeout=2) as answer:
            value = json.load(answer)["value"]
    except (urllib.error.URLError, OSError):
        return False
    return bool(value) and abs(time.time() - float(value)) < within


def _numbered(file: str, number: int | str) -> str:
    """`engine.pid` of the first, `engine-2.pid` of the second."""
    stem, _, ending = file.partition(".")
    return file if number == 1 else f"{stem}-{number}.{ending}"
