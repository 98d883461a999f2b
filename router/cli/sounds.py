"""`hotline sounds`: what an Asterisk of one's own plays to callers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from router.cli.look import counted, err, out
from router.cli.options import ConfigFile, StateDir, configuration


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("sounds", rich_help_panel="Settings")(sounds)


def sounds(
    context: typer.Context,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="FOLDER", help="Asterisk's data folder; on Debian /usr/share/asterisk."
        ),
    ],
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Write every prompt of ivr/prompts, and music on hold, into FOLDER for your own Asterisk.

    A recording in ivr/prompts/<language>/<prompt>.wav is taken as it is; without one, or if it says
    an old text, espeak-ng (or `speech.command`) speaks a stand-in. Run it again after a
    change: only what changed is made.
    """
    from router.standalone.progress import shown_on
    from router.standalone.prompts import Source
    from router.standalone.sounds import write_sounds

    settings = configuration(context, state_dir, config).settings
    with shown_on(err()) as progress:
        built = write_sounds(
            folder,
            ivr_dir=settings.ivr_dir,
            cache=settings.cache_dir,
            mirror=settings.debian_mirror,
            progress=progress,
            command=settings.speech_command,
        )
    out().print(
        f"{counted(built.total(), 'prompt')} in {folder}: {built[Source.RECORDED]} recorded, "
        f"{built[Source.SPOKEN]} spoken as stand-ins.",
        markup=False,
    )
