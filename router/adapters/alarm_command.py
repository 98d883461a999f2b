"""Runs the operator's own command once per alarm: a message, a siren, a ticket."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Sequence

import structlog

from router.core.house_records import AlarmRaised
from router.core.records import Entry

log = structlog.get_logger("hotline")


class AlarmCommand:
    """`command` is split as a shell would, and started with the alarm's name and text at its end.

    HOTLINE_ALARM and HOTLINE_ALARM_TEXT say the same in its environment.
    """

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)
        self._running: set[asyncio.Task[None]] = set()

    def hear(self, entries: Sequence[Entry]) -> None:
        """A listener of the runner; never waits."""
        for entry in entries:
            if isinstance(entry.record, AlarmRaised) and self._command:
                run = asyncio.create_task(self._run(entry.record))
                self._running.add(run)
                run.add_done_callback(self._running.discard)

    async def _run(self, alarm: AlarmRaised) -> None:
        await run_once(self._command, alarm.alarm, alarm.text)


async def run_once(command: Sequence[str], alarm: str, text: str) -> None:
    """Start the command for this alarm, and wait for its end; a failure is logged."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            alarm,
            text,
            stdin=asyncio.subprocess.DEVNULL,
            env={**os.environ, "HOTLINE_ALARM": alarm, "HOTLINE_ALARM_TEXT": text},
        )
        status = await process.wait()
    except OSError as failure:
        log.error("alarm.command_failed", alarm=alarm, detail=failure.strerror)
        return
    if status != 0:
        log.error("alarm.command_failed", alarm=alarm, detail=f"exit status {status}")
