"""The engine as a process of its own: `hotline run`, started, watched and ended from outside."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from router import errors
from router.standalone.site import Site

PID_FILE = "engine.pid"
ASK_EVERY = 0.05
READY_WITHIN = 30.0
BEAT_FRESH = 2.0
STOPS_WITHIN = 10.0


class EngineProcess:
    """One engine at a time; its output goes to `log`."""

    def __init__(self, folder: Path, environment: Mapping[str, str], site: Site) -> None:
        self._folder = folder
        self._environment = environment
        self._site = site
        self._process: asyncio.subprocess.Process | None = None
        self.log = folder / "log/engine.log"

    @property
    def pid(self) -> int:
        """Of the newest."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Begin; `ready` tells when callers are admitted."""
        self.log.parent.mkdir(exist_ok=True, mode=0o700)
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "router.cli.main",
                "run",
                "--state-dir",
                str(self._folder),
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (self._folder / PID_FILE).write_text(f"{self._process.pid}\n")

    async def ready(self) -> None:
        """Its beat has reached Asterisk: a call would be answered."""
        assert self._process is not None
        deadline = time.monotonic() + READY_WITHIN
        ended = asyncio.create_task(self._process.wait())
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
        assert self._process is not None
        return await self._process.wait()

    def beats(self, within: float = BEAT_FRESH) -> bool:
        """Whether its last beat in Asterisk is at most so many seconds old; asks over HTTP."""
        site = self._site
        request = urllib.request.Request(
            f"http://{site.control_host}:{site.http_port}"
            "/ari/asterisk/variable?variable=ENGINE_BEAT"
        )
        pair = base64.b64encode(f"hotline:{site.ari_password}".encode()).decode()
        request.add_header("Authorization", f"Basic {pair}")
        try:
            with urllib.request.urlopen(request, timeout=2) as answer:
                value = json.load(answer)["value"]
        except (urllib.error.URLError, OSError):
            return False
        return bool(value) and abs(time.time() - float(value)) < within

    def _last_words(self) -> str:
        with suppress(FileNotFoundError):
            lines = self.log.read_text(errors="replace").strip().splitlines()
            if lines:
                return lines[-1]
        return "it said nothing"

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
