"""`hotline reload`: the flow files as they are now, put in force at once."""

from __future__ import annotations

import getpass

import typer

from router.adapters.control.client import ControlClient
from router.cli.look import out, say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import to_plain


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("reload", rich_help_panel="See and steer")(reload)


def reload(
    context: typer.Context,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Put the flow files in force now. Saving them does it too; a bad file changes nothing.

    Callers in a menu keep the version they began with; who waits gets the new rules at once.
    """
    settings = configuration(context, state_dir, config).settings
    done = ControlClient(settings.state_dir).reload(getpass.getuser())
    if json:
        say_json(to_plain(done))
    elif done.files:
        out().print(f"Policy {done.version} is in force: {', '.join(done.files)} changed.")
    else:
        out().print(f"Policy {done.version} is in force already.")
