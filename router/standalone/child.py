"""A `hotline ...` as a process of its own, with a log, that outlives who started it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class Child:
    """One at a time, in the state folder `folder`; its output goes to `log`."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *, log: str, pid: str) -> None:
        self.log = folder / "log" / log
        self._folder = folder
        self._environment = environment
        self._pid_file = folder / pid
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the newest."""
        return self._running.pid

    async def start(self, *words: str, waits: bool = False) -> None:
        """`hotline WORDS --state-dir FOLDER`, away from this terminal's Ctrl-C.

        `waits`: it reads its standard input, where `begin` tells it something.
        """
        self.log.parent.mkdir(exist_ok=True, mode=0o700)
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "router.cli.main",
                *words,
                "--state-dir",
                str(self._folder),
                env=dict(self._environment),
                stdin=subprocess.PIPE if waits else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._pid_file.write_text(f"{self._process.pid}\n")

    def begin(self, *, pid: str) -> None:
        """Tell a child that waits to begin; its process id stands in the file `pid` from now on."""
        assert self._running.stdin is not None, "it does not wait"
        self._pid_file = self._pid_file.rename(self._pid_file.with_name(pid))
        self._running.stdin.write(b"\n")
        self._running.stdin.close()

    async def ended(self) -> int:
        """When it is gone; its exit status."""
        return await self._running.wait()

    def terminate(self) -> None:
        """Ask it to end, if it runs."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()

    @property
    def _running(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "it was never started"
        return self._process
