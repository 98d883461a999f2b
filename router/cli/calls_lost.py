"""`hotline calls --lost`: whom a line, or an Asterisk, took from us; a person decides on a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from router.cli.look import clock, lasted, out, say_json, table
from router.config import Configuration
from router.core.plain import to_plain
from router.core.snapshot import Snapshot
from router.ledger import LostCall

LOOKED_BACK = timedelta(hours=24)
"""For so long a number is kept."""


def show(configured: Configuration, floor: Snapshot | None, *, limit: int, json: bool) -> None:
    """The list. Numbers are not in it: `hotline callbacks number CALL` shows one, with a reason."""
    from router.adapters.postgres.reports import Reports

    reports = Reports(configured.require("database").database)
    found = asyncio.run(reports.lost_calls(datetime.now(UTC) - LOOKED_BACK, limit=limit))
    known = gone(found, floor)
    if json:
        say_json({"lost": list(map(to_plain, known))})
        return
    if not known:
        out().print("Nobody was lost in the last 24 hours.")
        return
    now, zone = datetime.now(UTC), configured.settings.time_zone
    shown = table("call", "queue", "until", "after", "talked to", "number", "since then")
    for each in known:
        shown.add_row(
            each.call,
            each.queue or "",
            clock(each.last_at, zone, now),
            lasted(each.last_at - each.arrived_at),
            each.agent or "nobody",
            "kept" if each.number_kept else "none",
            _since(each, zone_clock=lambda at: clock(at, zone, now)),
        )
    out().print(shown)
    out().print(
        "`hotline callbacks number CALL --reason TEXT`, then"
        " `hotline callbacks tried CALL --reached` or `--not-reached`."
    )


def gone(found: list[LostCall], floor: Snapshot | None) -> list[LostCall]:
    """Without those who are still on the line. Of whom nobody saw the end, only an engine tells."""
    if floor is None:
        return [each for each in found if each.lost]
    unseen = {node for node, connected in floor.nodes.items() if not connected}
    live = {call.call for call in floor.calls if call.call.partition("-")[0] not in unseen}
    return [each for each in found if each.call not in live]


def _since(each: LostCall, *, zone_clock: Callable[[datetime], str]) -> str:
    if each.called_again_at is not None:
        return f"called again {zone_clock(each.called_again_at)}"
    if each.reached:
        return "reached"
    return f"{each.tries} tries" if each.tries else ""
