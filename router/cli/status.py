"""`hotline status`: is all well, and how many wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from router import errors
from router.adapters.control.client import ControlClient, standbys_in
from router.cli.calls_look import words
from router.cli.exits import Exit
from router.cli.look import STATE_STYLES, clock, counted, facts, lasted, out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import Plain, to_plain
from router.core.snapshot import CallView, Snapshot
from router.core.vocabulary import AgentState, QueueName
from router.succession import Standing


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("status", rich_help_panel="See and steer")(status)


def status(
    context: typer.Context,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Asterisk, callers, agents and alarms, now. Exit code 1 while an alarm stands."""
    settings = configuration(context, state_dir, config).settings
    client = ControlClient(settings.state_dir)
    try:
        floor = client.floor()
    except errors.EngineNotRunning:
        if not _tell_of_standby(settings.state_dir, json=json):
            raise
        return
    standing = _standing(client)
    well = not floor.alarms and all(floor.nodes.values())
    if json:
        say_json({**_object(floor), "standing": to_plain(standing)})
    else:
        console = out()
        console.print(_summary(floor, well, standing))
        _print_queues(console, floor)
        if floor.alarms:
            console.print()
        for alarm in floor.alarms:
            since = clock(alarm.since, settings.time_zone)
            console.print(Text(f"ALARM since {since}: {alarm.text} ({alarm.name})", "bold red"))
    if not well:
        raise typer.Exit(Exit.NOT_SO)


def _standing(client: ControlClient) -> Standing | None:
    """None: an engine of a version that knows of no other."""
    with suppress(errors.RequestRefused):
        return client.standing()
    return None


def _tell_of_standby(folder: Path, *, json: bool) -> bool:
    """Whether an engine stands by here, whose active one is on another machine."""
    here = standbys_in(folder)
    if here and json:
        say_json({"standing": to_plain(here[0])})
    elif here:
        grid = facts()
        grid.add_row("engine", Text(f"● stands by ({here[0].name})", "green"))
        grid.add_row("active", Text(here[0].holder or "not seen yet"))
        out().print(grid)
    return bool(here)


def _object(floor: Snapshot) -> dict[str, Plain]:
    plain = to_plain(floor)
    assert isinstance(plain, dict)
    return plain


def _standbys(standing: Standing) -> Text:
    shown = Text(", ").join(Text(name, "green") for name in standing.standbys)
    if not standing.lease_kept:
        shown += Text("   the database is away: nobody takes over while this engine beats", "dim")
    return shown


def _summary(floor: Snapshot, well: bool, standing: Standing | None) -> Table:
    grid = facts()
    health = Text("● all is well", "green") if well else Text("● trouble", "bold red")
    grid.add_row("engine", health + Text(f"   life {floor.epoch}, policy {floor.policy}", "dim"))
    if standing is not None and standing.standbys:
        grid.add_row("stand-by", _standbys(standing))
    nodes = [
        Text.assemble(f"{node} ", ("connected", "green") if up else ("not connected", "bold red"))
        for node, up in floor.nodes.items()
    ]
    grid.add_row("Asterisk", Text(", ").join(nodes) if nodes else Text("none yet", "red"))
    grid.add_row("callers", _callers(floor.calls))
    grid.add_row("agents", _agents(floor))
    return grid


def _callers(calls: tuple[CallView, ...]) -> Text:
    if not calls:
        return Text("none")
    stages = Counter(call.stage for call in calls)
    return Text(
        f"{len(calls)}: "
        + ", ".join(f"{number} {words(stage)}" for stage, number in stages.items())
    )


def _agents(floor: Snapshot) -> Text:
    states = Counter(view.state for view in floor.agents)
    on_shift = len(floor.agents) - states[AgentState.LOGGED_OUT]
    shown = Text(f"{on_shift} of {counted(len(floor.agents), 'agent')} logged in")
    parts = [
        Text(f"{states[state]} {state.value.replace('_', '-')}", STATE_STYLES[state])
        for state in AgentState
        if states[state] and state is not AgentState.LOGGED_OUT
    ]
    return shown + Text(": ") + Text(", ").join(parts) if parts else shown


def _print_queues(console: Console, floor: Snapshot) -> None:
    waiting = [call for call in floor.calls if call.queue is not None and call.agent is None]
    if not waiting:
        return
    shown = table(
        "queue", Column("waiting", justify="right"), Column("longest", justify="right"), "ringing"
    )
    for queue in sorted({call.queue for call in waiting if call.queue is not None}):
        shown.add_row(*_queue_row(queue, waiting, floor))
    console.print()
    console.print(shown)


def _queue_row(queue: QueueName, waiting: Iterable[CallView], floor: Snapshot) -> list[str]:
    here = [call for call in waiting if call.queue == queue]
    longest = max(floor.at - (call.queued_at or call.arrived_at) for call in here)
    ringing = [offer.agent for call in here for offer in call.offers]
    return [queue, str(len(here)), lasted(longest), ", ".join(ringing)]
