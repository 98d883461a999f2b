"""`hotline agents`: who works here, who is on shift, on which telephones."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from router import errors
from router.adapters.control.protocol import (
    ExtendWrapUp,
    FinishWrapUp,
    LogIn,
    LogOut,
    Pause,
    Resume,
    ShiftChange,
    ShiftRequest,
    TakeRespiro,
)
from router.cli import agents_look as look
from router.cli import never_pair
from router.cli.both import both
from router.cli.exits import Exit
from router.cli.look import err, out, say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration, engine
from router.core.plain import to_plain
from router.core.vocabulary import AgentId

STANDARD_INPUT = Path("-")

app = typer.Typer(
    no_args_is_help=True,
    help="Who works: import, list, show, login, logout, pause, resume, ready, respiro, extend,"
    " never-pair, never-pairs, lift-pair.",
)

Ids = Annotated[list[str] | None, typer.Argument(metavar="ID...", help="Agents' ids.")]
Everyone = Annotated[bool, typer.Option("--all", metavar="", help="Everyone on the roster.")]


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The roster in YAML; - reads standard input.")
    ],
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Replace the roster by FILE. Calls go on; who is new is logged out."""
    desk = engine(context, state_dir, config)
    imported = desk.import_roster(_read(file), str(file))
    if json:
        say_json(to_plain(imported))
        return
    for warning in imported.warnings:
        err().print(warning, markup=False, soft_wrap=True)
    out().print(look.imported_line(imported.agents, imported.added, imported.removed))


def _read(file: Path) -> str:
    try:
        if file == STANDARD_INPUT:
            return sys.stdin.read()
        return file.read_text(encoding="utf-8")
    except OSError as failure:
        raise errors.RosterInvalid(
            problems=f"{file} cannot be read ({failure.strerror}). Name a file of agents in YAML."
        ) from failure
    except UnicodeDecodeError as failure:
        raise errors.RosterInvalid(
            problems=f"{file} is not UTF-8 text (at byte {failure.start}). Save it as UTF-8."
        ) from failure


@app.command("list")
def list_(
    context: typer.Context,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Everyone on the roster and where they stand; numbers are masked."""
    floor = engine(context, state_dir, config).floor()
    if json:
        say_json(to_plain(floor)["agents"])
        return
    if not floor.agents:
        nobody = "Nobody is on the roster yet. Load one with `hotline agents import FILE`."
        nadie = "Aún no hay nadie en la plantilla. Cárguela con `hotline agents import FILE`."
        out().print(both(nadie, nobody))
        return
    console = out()
    console.print(look.agents_table(floor.agents, floor.at, console))


@app.command("show")
def show(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(metavar="ID", help="An agent's id.")],
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """One agent, with telephone numbers and the password that a desk phone registers with."""
    view = engine(context, state_dir, config).agent(AgentId(agent))
    if json:
        say_json(to_plain(view))
        return
    zone = configuration(context, state_dir, config).settings.time_zone
    out().print(look.agent_sheet(view, zone))


def _add(name: str, kind: type[LogIn | LogOut | Resume | FinishWrapUp], told: str) -> None:
    """A command that asks the same of some agents, or of everyone."""

    @app.command(name, help=told)
    def change(
        context: typer.Context,
        ids: Ids = None,
        everyone: Everyone = False,
        json: AsJson = False,
        state_dir: StateDir = None,
        config: ConfigFile = None,
    ) -> None:
        request = kind(agents=_chosen(ids, everyone), everyone=everyone)
        _change(context, state_dir, config, request, as_json=json)


_add(
    "login", LogIn, "Start their shift. Returns once they can be offered calls, after 10 s at most."
)


_add("logout", LogOut, "End their shift. A conversation goes on to its end.")


@app.command("pause")
def pause(
    context: typer.Context,
    ids: Ids = None,
    everyone: Everyone = False,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why.")] = "break",
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Send them on a break. A conversation goes on to its end."""
    agents = _chosen(ids, everyone)
    request = Pause(agents=agents, everyone=everyone, reason=reason)
    _change(context, state_dir, config, request, as_json=json)


_add("resume", Resume, "End their break.")


_add("ready", FinishWrapUp, "End their wrap-up.")


@app.command("respiro")
def respiro(
    context: typer.Context,
    ids: Ids = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", min=1, max=240, help="How long; else as queues.yaml says."),
    ] = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """A break after a hard call, which nobody refuses. It ends by itself, or by `resume`.

    A conversation goes on to its end, and the break begins in full after it; a wrap-up ends.
    """
    lasts = None if minutes is None else timedelta(minutes=minutes)
    request = TakeRespiro(agents=_chosen(ids, False), lasts=lasts)
    _change(context, state_dir, config, request, as_json=json)


@app.command("extend")
def extend(
    context: typer.Context,
    ids: Ids = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Give them more time to write than their wrap-up has, up to the cap in queues.yaml."""
    request = ExtendWrapUp(agents=_chosen(ids, False))
    _change(context, state_dir, config, request, as_json=json)


def _chosen(ids: list[str] | None, everyone: bool) -> tuple[AgentId, ...]:
    if bool(ids) == everyone:
        raise typer.BadParameter(
            "Name some agents, or say --all."
            if not ids
            else "Name some agents or say --all, not both."
        )
    return tuple(map(AgentId, ids or ()))


def _change(
    context: typer.Context,
    state_dir: Path | None,
    config: Path | None,
    request: ShiftRequest,
    *,
    as_json: bool,
) -> None:
    change = engine(context, state_dir, config).change_shift(request)
    if as_json:
        say_json(to_plain(change))
    else:
        _print_change(change)
    if change.hindrances:
        raise typer.Exit(Exit.NOT_SO)


def _print_change(change: ShiftChange) -> None:
    hindered = {hindrance.agent: hindrance.what for hindrance in change.hindrances}
    for view in change.agents:
        what = hindered.get(view.profile.id)
        if what is None:
            out().print(look.agent_line(view))
        else:
            who = f"{view.profile.name} ({view.profile.id})"
            err().print(f"{who} {what}.", style="yellow", markup=False)


never_pair.add_to(app)
