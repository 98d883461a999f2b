"""`hotline tail`: the routing log as it is written."""

from __future__ import annotations

from typing import Annotated

import typer

from router.adapters.control.client import ControlClient
from router.cli.exits import Exit
from router.cli.look import err, out, say_json_line
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.cli.story_look import line_text
from router.core.journal_lines import to_line
from router.core.vocabulary import AgentId, CallId, QueueName


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("tail", rich_help_panel="See and steer")(tail)


def tail(
    context: typer.Context,
    call: Annotated[str | None, typer.Option(metavar="CALL", help="Only this call.")] = None,
    queue: Annotated[str | None, typer.Option(metavar="QUEUE", help="Only this queue.")] = None,
    agent: Annotated[str | None, typer.Option(metavar="ID", help="Only this agent.")] = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Follow the routing log until Ctrl-C; with --json one line of JSON for each record."""
    settings = configuration(context, state_dir, config).settings
    lines = ControlClient(settings.state_dir).tail(
        call=None if call is None else CallId(call),
        queue=None if queue is None else QueueName(queue),
        agent=None if agent is None else AgentId(agent),
    )
    console = out()
    try:
        for line in lines:
            if json:
                say_json_line(to_line(line))
            else:
                console.print(line_text(line, settings.time_zone), soft_wrap=True)
    except KeyboardInterrupt:
        return  # This is how one stops looking.
    err().print("The engine has ended.", style="yellow")
    raise typer.Exit(Exit.NO_ENGINE)
