"""Start and stop: `up`, `down`, `run`, `guard`, `demo`."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Annotated, NoReturn

import typer

from router.cli.exits import Exit
from router.cli.look import out
from router.cli.options import ConfigFile, StateDir, configuration
from router.config import HoursMode

PANEL = "Run"


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("up", rich_help_panel=PANEL)(up)
    app.command("down", rich_help_panel=PANEL)(down)
    app.command("run", rich_help_panel=PANEL)(run)
    app.command("guard", rich_help_panel=PANEL)(guard)
    app.command("demo", hidden=True)(demo)


def up(
    context: typer.Context,
    carrier: Annotated[
        str | None,
        typer.Option(
            metavar="HOST:PORT",
            help="Where calls to agents' telephones are sent (else 127.0.0.1:5080).",
        ),
    ] = None,
    hours: Annotated[
        HoursMode | None,
        typer.Option(help="Follow the clock (else), or hold it always day or night."),
    ] = None,
    no_restart: Annotated[
        bool,
        typer.Option(
            "--no-restart", metavar="", help="Do not start the engine again when it dies."
        ),
    ] = False,
    standby: Annotated[
        bool,
        typer.Option(
            "--standby", metavar="", help="Keep a second engine ready, which takes over in seconds."
        ),
    ] = False,
    nodes: Annotated[
        int,
        typer.Option(min=1, max=9, help="So many Asterisks for the one engine."),
    ] = 1,
    detach: Annotated[
        bool,
        typer.Option(
            "--detach", "-d", metavar="", help="Return as soon as a call would be answered."
        ),
    ] = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Run everything on this machine: a private Asterisk, a private PostgreSQL and the engine.

    Stays until Ctrl-C or `hotline down`. Other stacks run beside it with another --state-dir.
    """
    from router.standalone import stack

    configured = configuration(
        context, state_dir, config, carrier=carrier, hours=None if hours is None else hours.value
    )
    settings = configured.settings
    stack.up(
        state_dir=settings.state_dir,
        cache_dir=settings.cache_dir,
        mirror=settings.debian_mirror,
        carrier=str(settings.carrier),
        hotline_number=settings.hotline_number,
        ivr_dir=settings.ivr_dir,
        speech_command=settings.speech_command,
        environment=configured.variables(),
        restart=not no_restart,
        standby=standby or settings.standby,
        nodes=nodes,
        detach=detach,
        console=out(),
    )


def down(context: typer.Context, state_dir: StateDir = None, config: ConfigFile = None) -> None:
    """Stop what `up` started, to the last process. What was recorded stays."""
    from router.standalone import stack

    settings = configuration(context, state_dir, config).settings
    stack.down(state_dir=settings.state_dir, console=out())


def run(
    context: typer.Context,
    standby: Annotated[
        bool,
        typer.Option(
            "--standby", metavar="", help="Wait beside an active engine, and take over from it."
        ),
    ] = False,
    spare: Annotated[
        bool,
        typer.Option(
            "--spare", hidden=True, help="Load, and begin when a line comes on standard input."
        ),
    ] = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Run the engine alone, on your own Asterisk and PostgreSQL, in the foreground.

    While another engine is active for the same Asterisk, this one stands by. Settings come from
    HOTLINE_* variables or hotline.toml; `hotline config` shows them.
    """
    from router import app

    if spare and not sys.stdin.readline():
        return  # whoever would have said so is gone
    given = {"standby": "true"} if standby else {}
    settings = configuration(context, state_dir, config, **given).require(
        "ari.password", "ami.password", "database"
    )
    app.run(settings)
    _leave_at_once()


def _leave_at_once() -> NoReturn:
    """All is said and closed: what is left is taking memory apart, and the next engine waits."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(Exit.DONE)


def guard(
    context: typer.Context,
    node: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Which Asterisk, if the engine drives several."),
    ] = None,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Watch over the engine: while it is dead or frozen, its callers are moved to the fallback.

    A process of its own beside the engine, one for each Asterisk; it speaks AMI alone. `up` runs
    them already.
    """
    from router.guard import process

    configured = configuration(context, state_dir, config)
    settings = configured.settings if node else configured.require("guard.password")
    process.run(settings, node or settings.node)


def demo(context: typer.Context, state_dir: StateDir = None, config: ConfigFile = None) -> None:
    """Show the stories of real callers and agents, and check that nobody is lost."""
    from router.standalone.demo.main import main

    configured = configuration(context, state_dir, config)
    code = main(
        console=out(),
        cache_dir=configured.settings.cache_dir,
        mirror=configured.settings.debian_mirror,
        ivr_dir=configured.settings.ivr_dir,
        environment=configured.variables(),
    )
    raise typer.Exit(Exit(code))
