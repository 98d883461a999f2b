"""Options that several commands share, and the settings that they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from router.adapters.control.client import ControlClient
from router.config import Configuration, load

WHERE = "Where"

StateDir = Annotated[
    Path | None,
    typer.Option(
        "--state-dir",
        metavar="DIR",
        help="The engine's state folder (HOTLINE_STATE_DIR; default: ~/.local/state/hotline).",
        rich_help_panel=WHERE,
    ),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The settings' file (HOTLINE_CONFIG; default: hotline.toml in the state folder, "
        "else here).",
        rich_help_panel=WHERE,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", metavar="", help="For programs.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What was said before the command's name: `hotline --state-dir DIR status`."""

    state_dir: Path | None = None
    config: Path | None = None


def configuration(
    context: typer.Context, state_dir: Path | None, config: Path | None, **given: str | None
) -> Configuration:
    """The settings for a command; what it was given itself counts most."""
    before = context.obj if isinstance(context.obj, Where) else Where()
    folder = state_dir or before.state_dir
    arguments = given | {"state_dir": None if folder is None else str(folder)}
    return load(arguments, file=config or before.config)


def engine(context: typer.Context, state_dir: Path | None, config: Path | None) -> ControlClient:
    """The engine whose state folder the options name."""
    return ControlClient(configuration(context, state_dir, config).settings.state_dir)
