"""`hotline prompts`: what has to be recorded, what is out of date, and recordings taken in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from router.cli.exits import Exit
from router.cli.look import out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import to_plain
from router.core.vocabulary import Language, PromptId
from router.standalone import recordings
from router.standalone.recordings import Voice

app = typer.Typer(no_args_is_help=True, help="What callers hear: list, check, import.")

STYLES = {Voice.RECORDED: "green", Voice.STALE: "red", Voice.STAND_IN: "yellow"}


@app.command("list")
def list_(
    context: typer.Context,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Every prompt of every language, and who says it."""
    found = recordings.listed(configuration(context, state_dir, config).settings.ivr_dir)
    if json:
        say_json({"prompts": list(map(to_plain, found))})
        return
    shown = table("language", "prompt", "voice", "text")
    for each in found:
        voice = f"[{STYLES[each.voice]}]{each.voice}[/]"
        shown.add_row(each.language, each.prompt, voice, each.text[:60].replace("[", "\\["))
    out().print(shown)


@app.command("check")
def check(
    context: typer.Context,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """How many are recorded, and which recordings say an old text: then it ends with 1."""
    found = recordings.listed(configuration(context, state_dir, config).settings.ivr_dir)
    counts = Counter(each.voice for each in found)
    out().print(
        f"{counts[Voice.RECORDED]} recorded, {counts[Voice.STAND_IN]} stand-ins, "
        f"{counts[Voice.STALE]} stale."
    )
    for each in found:
        if each.voice is Voice.STALE:
            said = f"{each.language}/{each.prompt}: the text has changed since it was recorded."
            out().print(said, markup=False)
    if counts[Voice.STALE]:
        raise typer.Exit(Exit.NOT_SO)


@app.command("import")
def import_(
    context: typer.Context,
    language: Annotated[str, typer.Argument(metavar="LANGUAGE", help="Such as es.")],
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="As the list names it.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A WAV file of any rate.")],
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Take in a recording: made fit for the telephone, the original kept beside it."""
    settings = configuration(context, state_dir, config).settings
    taken = recordings.take_in(settings.ivr_dir, Language(language), PromptId(prompt), file)
    out().print(
        f"{taken} is heard from the next `hotline up` or `hotline sounds` on.", markup=False
    )
