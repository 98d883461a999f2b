"""`hotline stories`: what callers do and hear, and where they end, told in YAML and found so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from router.cli.exits import Exit
from router.cli.look import out
from router.errors import StoriesMissing, StoryGoesOtherwise, StoryInvalid

PANEL = "Flows"


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("stories", rich_help_panel=PANEL)(stories)


def stories(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A story in each .yaml file.")],
    ivr: Annotated[Path, typer.Option("--ivr", metavar="FOLDER", help="The flow files.")] = Path(
        "ivr"
    ),
) -> None:
    """Play each story of FOLDER on the engine, without Asterisk and in no time.

    `hotline try --record FILE` writes one. Ends with 0 if all go as they are told, 1 if not, and 2
    if there is none or the flow files cannot be read.
    """
    from router.adapters import flow_files
    from router.rehearsal.story_file import read
    from router.rehearsal.telling import Telling

    rules, files = flow_files.load(ivr), sorted(folder.glob("*.yaml"))
    if not files:
        raise StoriesMissing(folder=folder)
    good = 0
    for file in files:
        try:
            story = read(file)
            Telling(story, rules).play()
        except StoryInvalid as invalid:
            out().print(str(invalid), style="red", markup=False, soft_wrap=True)
        except StoryGoesOtherwise as otherwise:
            line = f"{file}: {otherwise}".removesuffix(".") + "."
            out().print(line, style="red", markup=False, soft_wrap=True)
        else:
            good += 1
            out().print(f"{file}: {story.story}", style="dim", markup=False, soft_wrap=True)
    if good == len(files):
        all_of_them = "The story goes as it is" if good == 1 else f"{good} stories go as they are"
        out().print(f"{all_of_them} told.")
        return
    verb = "goes as it is" if good == 1 else "go as they are"
    out().print(f"{good} of {len(files)} stories {verb} told.")
    raise typer.Exit(Exit.NOT_SO)
