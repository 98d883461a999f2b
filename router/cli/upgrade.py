"""`hotline upgrade`: from one version to the next while calls go on."""

from __future__ import annotations

import typer

from router.cli.look import out
from router.cli.options import ConfigFile, StateDir, configuration


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("upgrade", rich_help_panel="Run")(upgrade)


def upgrade(context: typer.Context, state_dir: StateDir = None, config: ConfigFile = None) -> None:
    """Let the version that is installed now take over from the one that runs; no caller notices.

    With `hotline up` a new engine is started for it; else the engine takes over that stands by. If
    the new one does not come up, the old one goes on.
    """
    from router.standalone.upgrade import upgrade as hand_over

    folder = configuration(context, state_dir, config).settings.state_dir
    console = out()
    done = hand_over(folder, lambda line: console.print(f"[dim]{line}[/dim]", highlight=False))
    console.print(
        f"Engine {done.new} has taken over from engine {done.old}; "
        f"nobody acted for {done.gap:.3f} s.",
        highlight=False,
    )
