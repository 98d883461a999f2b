"""`hotline doctor`: what is not as it should be, and what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import typer
from rich.table import Column
from rich.text import Text

from router.cli.exits import Exit
from router.cli.look import counted, out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.doctor.finding import Finding, Severity

PANEL = "Settings"
STYLES = {Severity.CRITICAL: "red", Severity.WARNING: "yellow"}


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("doctor", rich_help_panel=PANEL)(doctor)


def doctor(
    context: typer.Context,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Examine everything around the engine: each finding with where it is, and a remedy.

    Names, disk, file modes, flow files, roster, Asterisk (version, modules, prompts, clock, rights
    of its users, open ports, certificate), PostgreSQL, the carrier (not one on loopback), and an
    engine that runs but does not answer. It changes nothing.
    Exit code 0: nothing was found; 1: something was.
    """
    from router.doctor.examine import examine

    configured = configuration(context, state_dir, config)
    settings = configured.require("ari.password", "ami.password", "database")
    found = asyncio.run(examine(settings, configured.file))
    if json:
        say_json({"healthy": not found, "findings": [_plain(one) for one in found]})
    else:
        _print(found)
    raise typer.Exit(Exit.NOT_SO if found else Exit.DONE)


def _plain(one: Finding) -> dict[str, str]:
    return {
        "check": one.check,
        "severity": one.severity.value,
        "where": one.where,
        "what": one.what,
        "remedy": one.remedy,
    }


def _print(found: Sequence[Finding]) -> None:
    console = out()
    if not found:
        console.print("Nothing was found: all is as it should be.", style="green")
        return
    shown = table(
        "severity",
        Column("where", overflow="fold"),
        Column("what", overflow="fold"),
        Column("remedy", overflow="fold"),
    )
    for one in found:
        severity = Text(one.severity.value, STYLES[one.severity])
        shown.add_row(severity, Text(one.where), Text(one.what), Text(one.remedy))
    console.print(shown)
    console.print(f"\n{counted(len(found), 'finding')}.", style="dim")
