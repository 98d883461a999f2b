"""`hotline callbacks`: who wants to be called, at what number, and what came of it."""

from __future__ import annotations

import asyncio
import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from router.adapters.postgres.callbacks import Callbacks
from router.cli.both import both, column
from router.cli.look import clock, lasted, narrow, out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.config import Configuration
from router.core.plain import to_plain
from router.core.vocabulary import CallId
from router.ledger import Callback

app = typer.Typer(
    invoke_without_command=True,
    help="Who wants to be called back: a person decides. number, tried.",
)

Call = Annotated[str, typer.Argument(metavar="CALL", help="The id that the list shows.")]


@app.callback()
def callbacks(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many.")] = 50,
    everything: Annotated[
        bool, typer.Option("--all", metavar="", help="Those that are settled, too.")
    ] = False,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Who wants to be called, the longest-waiting first. Numbers are not shown."""
    if context.invoked_subcommand is not None:
        return
    configured = configuration(context, state_dir, config)
    found = asyncio.run(_kept(configured).listed(limit=limit, closed_too=everything))
    if json:
        say_json({"callbacks": list(map(to_plain, found))})
        return
    _show(found, configured)


def _show(found: list[Callback], configured: Configuration) -> None:
    if not found:
        out().print(both("Nadie espera que se le llame.", "Nobody waits to be called back."))
        return
    now, zone = datetime.now(UTC), configured.settings.time_zone
    shown = table(
        column("llamada", "call"),
        column("cola", "queue", whole=False),
        column("entró", "arrived"),
        column("espera", "waits", whole=False),
        column("intentos", "tries", right=True),
        column("número", "number", whole=False),
        tight=narrow(out()),
    )
    for each in found:
        state = both("otro", "other") if each.other_number else both("propio", "own")
        shown.add_row(
            each.call,
            each.queue,
            clock(each.arrived_at, zone, now),
            both("ya se le llamó", "reached") if each.reached else lasted(now - each.arrived_at),
            str(each.tries),
            state if each.number_kept else both("borrado", "deleted"),
        )
    out().print(shown)


@app.command("number")
def number(
    context: typer.Context,
    call: Call,
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; it is written down.")
    ],
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Show the number to call. Who looked, when and why is kept for good."""
    configured = configuration(context, state_dir, config)
    kept = _kept(configured)
    revealed = kept.reveal(CallId(call), by_whom=getpass.getuser(), reason=reason)
    out().print(asyncio.run(revealed), markup=False)


@app.command("tried")
def tried(
    context: typer.Context,
    call: Call,
    reached: Annotated[
        bool, typer.Option("--reached/--not-reached", help="Whether the caller answered.")
    ],
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Note a try. The second one, or one that reached the caller, settles the callback."""
    configured = configuration(context, state_dir, config)
    asyncio.run(_kept(configured).tried(CallId(call), reached=reached))
    out().print(both("Anotado.", "Noted."))


def _kept(configured: Configuration) -> Callbacks:
    settings = configured.require("database")
    return Callbacks(settings.database, key_file=settings.state_dir / "identity.key")
