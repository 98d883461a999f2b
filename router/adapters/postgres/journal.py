"""The journal in PostgreSQL: the append-only history, written behind the calls (house.md 10)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from router.adapters.postgres.connection import Connection
from router.adapters.postgres.spill import Spill
from router.adapters.postgres.statements import statement
from router.adapters.postgres.write_behind import Limits, Trouble, WriteBehind
from router.core.journal_lines import Line, to_line
from router.core.records import Entry
from router.core.vocabulary import NodeId
from router.privacy import scrub

# PostgreSQL's jsonb cannot hold the character NUL (escaped, and not itself a part of an escape).
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")

Row = tuple[str, int, int, datetime, str, str]


class PostgresJournal:
    """Keeps `ports.Journal`'s promise; `run` does the writing and is supervised by its starter."""

    def __init__(
        self,
        dsn: str,
        *,
        node: NodeId,
        on_trouble: Trouble,
        limits: Limits | None = None,
        spill: Spill | None = None,
    ) -> None:
        """`spill`: where that goes which the database does not take; `keep` brings it there."""
        self._node = node
        self._on_trouble = on_trouble
        self._append_calls = statement("append_call_records")
        self._append_house = statement("append_house_records")
        self._behind = WriteBehind[Entry | Line](
            dsn,
            self._write,
            name="journal",
            on_trouble=on_trouble,
            limits=limits or Limits(),
            overflow=spill,
        )

    @property
    def waiting(self) -> int:
        """How many entries are in memory only."""
        return self._behind.waiting

    def append(self, entries: Sequence[Entry]) -> None:
        """Keep these; never blocks, never raises."""
        self._behind.put(entries)

    async def keep(self) -> None:
        """Brings to the disk what the database does not take in time, until cancelled."""
        await self._behind.keep()

    async def run(self) -> None:
        """Writes until cancelled; waits for a database that is not there, and says so once."""
        await self._behind.run()

    async def drain(self, within: timedelta) -> int:
        """At the end of the engine's life: how many are neither in the database nor on the disk."""
        return await self._behind.drain(within)

    async def _write(
        self, connection: Connection, entries: Sequence[Entry | Line], again: bool
    ) -> None:
        calls, house = self._rows(entries)
        new = 0
        if calls:
            new += await connection.fetchval(self._append_calls, *zip(*calls, strict=True))
        if house:
            new += await connection.fetchval(self._append_house, *zip(*house, strict=True))
        if new < len(entries) and not again:
            self._on_trouble(
                "journal_shadowed",
                f"{len(entries) - new} entries have keys that are taken already and were left out:"
                " two engines use one name, or the engine's epoch was used before."
                " Give each engine a `node` of its own.",
            )

    def _rows(self, entries: Sequence[Entry | Line]) -> tuple[list[Row], list[Row]]:
        calls: list[Row] = []
        house: list[Row] = []
        for entry in entries:
            line = to_line(entry)
            text = scrub(_NUL.sub(r"\1", json.dumps(line["body"])))
            of_call = entry.call is not None
            owner = entry.call if entry.call is not None else self._node
            row = (owner, entry.epoch, entry.seq, entry.at, str(line["kind"]), text)
            (calls if of_call else house).append(row)
        return calls, house
