"""What a process of the stack has used so far, by Linux's own account."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tests.bench.stack import Bench

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Seconds of processor time."""

    engine: float
    asterisk: float

    @classmethod
    def by(cls, bench: Bench) -> Used:
        return cls(engine=_seconds(bench.engine.pid), asterisk=_seconds(bench.asterisk_pid))

    def since(self, bench: Bench) -> Used:
        """What has been used after this was taken."""
        now = Used.by(bench)
        return Used(engine=now.engine - self.engine, asterisk=now.asterisk - self.asterisk)

    def per(self, calls: int) -> Used:
        return Used(engine=self.engine / calls, asterisk=self.asterisk / calls)


def resident(pid: int) -> int:
    """Bytes in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE


def _seconds(pid: int) -> float:
    # After the name, which may hold spaces: utime and stime are the 14th and 15th field.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
