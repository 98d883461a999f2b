"""`hotline journal`: whether the history is whole."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from router.adapters.postgres.reports import Reports
from router.adapters.postgres.spill import broken_in, waiting_in
from router.cli.exits import Exit
from router.cli.look import out, say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import to_plain
from router.ledger import Ledger

app = typer.Typer(no_args_is_help=True, help="Whether the history is whole: verify.")

FORMS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
LOOKED_BACK = timedelta(days=1)


@app.callback()
def _journal() -> None:
    """Whether the history is whole."""


@app.command("verify")
def verify(
    context: typer.Context,
    begins: Annotated[
        datetime | None,
        typer.Option("--from", formats=FORMS, help="From then on; default: a day before the end."),
    ] = None,
    ends: Annotated[
        datetime | None, typer.Option("--to", formats=FORMS, help="Before then; default: now.")
    ] = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Prove that no caller and no offer is missing, and that nothing waits for the database."""
    configured = configuration(context, state_dir, config)
    zone = configured.settings.time_zone
    until = datetime.now(UTC) if ends is None else ends.replace(tzinfo=zone)
    since = until - LOOKED_BACK if begins is None else begins.replace(tzinfo=zone)
    folder = configured.settings.state_dir / "journal"
    waiting, broken = waiting_in(folder), broken_in(folder)
    reports = Reports(configured.require("database").database)
    ledger = asyncio.run(reports.ledger(since, until))
    faults = [
        *_unbalanced(ledger),
        *(f"{file} waits for the database: the engine writes it." for file in waiting),
        *(f"{file} is damaged and set aside: look at it, and move it away." for file in broken),
    ]
    if json:
        say_json(
            {
                "from": since.isoformat(),
                "to": until.isoformat(),
                "balanced": ledger.balanced,
                "waiting": [str(file) for file in waiting],
                "broken": [str(file) for file in broken],
                "whole": not faults,
                "ledger": to_plain(ledger),
            }
        )
    else:
        for fault in faults:
            out().print(fault, markup=False, highlight=False)
        if not faults:
            out().print(_whole(ledger), markup=False, highlight=False)
    if faults:
        raise typer.Exit(Exit.NOT_SO)


def _whole(ledger: Ledger) -> str:
    places = sum(each.queued for each in ledger.queues)
    return (
        f"The books balance: {places:,} places in queues and {ledger.offers_made:,} offers, each"
        " with one end or still open; nothing waits for the database."
    )


def _unbalanced(ledger: Ledger) -> list[str]:
    said = [
        f"Queue {each.queue} does not balance: {each.queued} queued, {each.answered} answered,"
        f" {each.abandoned} abandoned, {each.timed_out} timed out, {each.handed_to_fallback}"
        f" handed to the fallback, {each.waiting} waiting, {each.left_behind} left behind;"
        f" {each.unaccounted} without an end, {each.stray} ends without a place."
        for each in ledger.queues
        if not each.balanced
    ]
    ended = sum(ledger.offers.values()) + ledger.offers_open
    if ledger.offers_made != ended:
        said.append(
            f"Offers do not balance: {ledger.offers_made} made, {ended} ended or still open."
        )
    return said
