"""The guard as a process of its own: `hotline guard`, started, watched and ended from outside."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from router.standalone.engine_process import EngineProcess

PID_FILE = "guard.pid"


class GuardProcess:
    """One guard at a time; its output goes to `log`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._process: asyncio.subprocess.Process | None = None
        self.log = folder / "log/guard.log"

    @property
    def pid(self) -> int:
        """Of the newest."""
        assert self._process is not None
        return self._process.pid

    async def start(self) -> None:
        """Begin; it waits for Asterisk by itself."""
        self.log.parent.mkdir(exist_ok=True, mode=0o700)
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "router.cli.main",
                "guard",
                "--state-dir",
                str(self._folder),
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (self._folder / PID_FILE).write_text(f"{self._process.pid}\n")

    async def ended(self) -> int:
        """When it is gone; its exit status."""
        assert self._process is not None
        return await self._process.wait()

    @staticmethod
    def stop_any(folder: Path) -> None:
        """End the guard of this folder, whoever started it."""
        EngineProcess.stop_any(folder, PID_FILE)
