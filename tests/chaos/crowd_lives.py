"""What each of a crowd lived, written down so that one failure can be traced to a single call."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.acceptance.journal import asked
from tests.chaos.census import Census
from tests.chaos.crowd_callers import Waiter

Sight = tuple[float, str, str]
"""From when on (monotonic), in which application of the dialplan, of which urgency."""


def sights_of(one: Waiter, taken: Census) -> list[Sight]:
    """Where the census saw this caller, each change once."""
    channel, sights = taken.channel_of.get(one.call_id, ""), list[Sight]()
    for sighting in taken.sightings:
        seen = (sighting.channels or {}).get(channel)
        if seen is not None and (not sights or sights[-1][1:] != (seen.application, seen.urgency)):
            sights.append((sighting.at, seen.application, seen.urgency))
    return sights


async def write_lives(
    file: Path, waiters: Sequence[Waiter], taken: Census, kills: Sequence[float], database: str
) -> None:
    """As JSON, in the order in which they dialled, all times by the journal's clock."""
    ahead = time.time() - time.monotonic()

    def told(at: float | None) -> str | None:
        return None if at is None else datetime.fromtimestamp(at + ahead, UTC).isoformat()

    journal = await asked(
        database, "SELECT call_id, epoch, at, kind, body FROM call_records ORDER BY at, epoch, seq"
    )
    house = await asked(
        database, "SELECT epoch, at, kind, body FROM house_records ORDER BY at, epoch, seq"
    )
    lives = [
        {
            "channel": (channel := taken.channel_of.get(one.call_id, "")),
            "dialled": told(one.dialled_at),
            "answered": told(one.answered_at),
            "hung_up": told(one.hung_up_at),
            "cut_off": one.cut_off,
            "silent": [
                (told(span.start), span.duration.total_seconds()) for span in one.silences()
            ],
            "seen": [(told(at), where, urgency) for at, where, urgency in sights_of(one, taken)],
            "journal": [_line(row) for row in journal if row["call_id"] == f"n1-{channel}"],
        }
        for one in sorted(waiters, key=lambda each: each.dialled_at)
    ]
    written = {
        "kills": [told(at) for at in kills],
        "lives": lives,
        "house": [_line(row) for row in house],
    }
    file.write_text(json.dumps(written, indent=1))


def _line(row: Mapping[str, Any]) -> str:
    return f"{row['at'].isoformat()} e{row['epoch']} {row['kind']} {row['body']}"
