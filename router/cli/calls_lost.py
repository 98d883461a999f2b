"""`hotline calls --lost`: whom a line, or an Asterisk, took from us; a person decides on a call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from rich.console import RenderableType

from router.cli.both import both, column
from router.cli.look import clock, lasted, narrow, out, say_json, table
from router.cli.look import counted as english_counted
from router.config import Configuration
from router.core.plain import to_plain
from router.core.snapshot import Snapshot
from router.ledger import LostCall
from router.spanish.grammar import counted

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
        nobody = "No se perdió ninguna llamada en las últimas 24 horas."
        out().print(both(nobody, "Nobody was lost in the last 24 hours."))
        return
    now, zone = datetime.now(UTC), configured.settings.time_zone
    shown = table(
        column("llamada", "call"),
        column("cola", "queue", whole=False),
        column("hasta", "until"),
        column("duró", "after", right=True),
        column("habló con", "talked to", whole=False),
        column("número", "number", whole=False),
        column("desde entonces", "since then", whole=False),
        tight=narrow(out()),
    )
    for each in known:
        shown.add_row(
            each.call,
            each.queue or "",
            clock(each.last_at, zone, now),
            lasted(each.last_at - each.arrived_at),
            each.agent or both("nadie", "nobody"),
            both("guardado", "kept") if each.number_kept else both("no hay", "none"),
            _since(each, zone_clock=lambda at: clock(at, zone, now)),
        )
    out().print(shown)
    out().print(both("Para devolver la llamada:", "To call back:"))
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


def _since(each: LostCall, *, zone_clock: Callable[[datetime], str]) -> RenderableType:
    if each.called_again_at is not None:
        again = zone_clock(each.called_again_at)
        return both(f"volvió a llamar {again}", f"called again {again}")
    if each.reached:
        return both("ya se le llamó", "reached")
    if not each.tries:
        return ""
    return both(counted(each.tries, "intento"), english_counted(each.tries, "try", "tries"))
