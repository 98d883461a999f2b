"""The guard as a process of its own: `hotline guard`, started, watched and ended from outside."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from router.standalone.child import Child
from router.standalone.engine_process import EngineProcess

PID_FILES = "guard*.pid"


class GuardProcess:
    """One guard at a time; its output goes to `log`. `name`: of several in one folder."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], *, name: str = "guard"
    ) -> None:
        self._child = Child(folder, environment, log=f"{name}.log", pid=f"{name}.pid")
        self.log = self._child.log

    @property
    def pid(self) -> int:
        """Of the newest."""
        return self._child.pid

    async def start(self) -> None:
        """Begin; it waits for Asterisk by itself."""
        await self._child.start("guard")

    async def ended(self) -> int:
        """When it is gone; its exit status."""
        return await self._child.ended()

    @staticmethod
    def stop_any(folder: Path) -> None:
        """End every guard of this folder, whoever started it."""
        for file in sorted(folder.glob(PID_FILES)):
            EngineProcess.stop_any(folder, file.name)
