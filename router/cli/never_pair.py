"""`hotline agents never-pair, never-pairs, lift-pair`: who must not meet, and at whose word."""

from __future__ import annotations

import asyncio
import getpass
from typing import Annotated

import typer

from router import errors
from router.adapters.control.client import ControlClient
from router.adapters.postgres.pairs import PostgresPairs
from router.cli.both import both, column
from router.cli.look import clock, out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import to_plain
from router.core.vocabulary import AgentId, CallId
from router.said import Said

Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is written down.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("never-pair")(never_pair)
    app.command("never-pairs")(never_pairs)
    app.command("lift-pair")(lift_pair)


def never_pair(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(metavar="ID", help="An agent's id.")],
    call: Annotated[
        str, typer.Option("--call", metavar="CALL", help="A call of theirs, as `calls` shows it.")
    ],
    reason: Reason,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Keep an agent and the caller of a past call apart, from now on and for all their calls.

    No number is asked for nor shown. Who decided it, when and why is kept for good.
    """
    settings = configuration(context, state_dir, config).require("database")
    desk = ControlClient(settings.state_dir)
    _on_the_roster(desk, AgentId(agent))
    kept = PostgresPairs(settings.database).keep_apart(
        AgentId(agent), CallId(call), by_whom=getpass.getuser(), reason=_said(reason)
    )
    pair = asyncio.run(kept)
    force = _in_force(desk)
    es = f"Par {pair}: {agent} no atenderá a quien hizo la llamada {call}{force.es}"
    out().print(both(es, f"Pair {pair}: {agent} and the caller of {call} are kept apart{force.en}"))


def never_pairs(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", metavar="", help="Those that were lifted, too.")
    ] = False,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Who is kept apart from the caller of which call."""
    settings = configuration(context, state_dir, config).require("database")
    found = asyncio.run(PostgresPairs(settings.database).listed(lifted_too=everything))
    if json:
        say_json({"pairs": list(map(to_plain, found))})
        return
    if not found:
        out().print(both("No hay ningún par aparte.", "Nobody is kept apart from anybody."))
        return
    shown = table(
        column("par", "pair", right=True),
        column("agente", "agent", whole=False),
        column("quien hizo", "caller of"),
        column("desde", "since", whole=False),
        column("por", "by", whole=False),
        column("motivo", "reason", whole=False),
        "",
    )
    for each in found:
        state = both("", "")
        if not each.caller_known:
            state = both("ya no se sabe quién es", "the caller is not known any more")
        if each.lifted_at is not None:
            at = clock(each.lifted_at, settings.time_zone)
            by = each.lifted_by
            state = both(f"lo levantó {by} {at}", f"lifted by {by} {at}")
        shown.add_row(
            str(each.pair),
            each.agent,
            each.call,
            clock(each.at, settings.time_zone),
            each.by_whom,
            each.reason,
            state,
        )
    out().print(shown)


def lift_pair(
    context: typer.Context,
    pair: Annotated[int, typer.Argument(metavar="PAIR", help="Its number in the list.")],
    reason: Reason,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Let them meet again. Who decided it, when and why is kept for good."""
    settings = configuration(context, state_dir, config).require("database")
    lifted = PostgresPairs(settings.database).lift(
        pair, by_whom=getpass.getuser(), reason=_said(reason)
    )
    asyncio.run(lifted)
    force = _in_force(ControlClient(settings.state_dir))
    es = f"El par {pair} puede volver a hablar{force.es}"
    out().print(both(es, f"Pair {pair} may meet again{force.en}"))


def _said(reason: str) -> str:
    if not reason.strip():
        raise typer.BadParameter("Say why: the reason is written down.")
    return reason.strip()


def _on_the_roster(desk: ControlClient, agent: AgentId) -> None:
    """A slip in the id would keep nobody apart. Without an engine the id is taken as it is."""
    try:
        desk.agent(agent)
    except errors.EngineNotRunning:
        return


def _in_force(desk: ControlClient) -> Said:
    try:
        desk.read_pairs()
    except errors.EngineNotRunning:
        return Said(
            "; ahora no hay ningún motor en marcha, el siguiente lo sabrá.",
            "; no engine runs now, the next one will know it.",
        )
    return Said(".", ".")
