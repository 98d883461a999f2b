"""`hotline config`: what holds, and who said so."""

from __future__ import annotations

import typer
from rich.table import Column
from rich.text import Text

from router.cli.look import err, narrow, out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.config import DEFAULT, Configuration, Effective


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("config", rich_help_panel="Settings")(config_)


def config_(
    context: typer.Context,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Show the settings in force, secrets masked, and where each came from.

    The last of these wins: defaults, the file, a private stack that runs, HOTLINE_* variables,
    the command line. HOTLINE_..._FILE names a file that holds the secret.
    """
    configured = configuration(context, state_dir, config)
    if json:
        say_json([_plain(one) for one in configured.effective])
        return
    _print(configured)


def _plain(one: Effective) -> dict[str, str]:
    return {
        "setting": one.setting.name,
        "value": one.shown,
        "from": one.origin,
        "variable": one.setting.variable,
        "about": one.setting.about,
    }


def _print(configured: Configuration) -> None:
    console = out()
    small = narrow(console)
    shown = table("setting", Column("value", overflow="fold"), Column("from", overflow="fold"))
    if not small:
        shown.add_column("about", style="dim")
    for one in configured.effective:
        style = "" if one.origin == DEFAULT else "green"
        row: list[str | Text] = [
            Text(one.setting.name, no_wrap=True),
            Text(one.shown, style) if one.shown else Text("not set", "dim"),
            Text(one.origin, "dim" if one.origin == DEFAULT else style),
        ]
        shown.add_row(*row, *([] if small else [one.setting.about]))
    console.print(shown)
    file = configured.file
    console.print(
        "\nNo file was read." if file is None else f"\nRead from {file}.", style="dim", markup=False
    )
    for variable in configured.stray:
        err().print(f"{variable} is no setting and was ignored.", style="yellow", markup=False)
