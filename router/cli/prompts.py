"""`hotline prompts`: what has to be recorded, stand-ins for it, and recordings taken in."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from router.cli.exits import Exit
from router.cli.look import counted, err, out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import to_plain
from router.core.vocabulary import Language, PromptId
from router.standalone import recordings
from router.standalone.recordings import Voice

app = typer.Typer(no_args_is_help=True, help="What callers hear: list, check, build, import.")

STYLES = {Voice.RECORDED: "green", Voice.STALE: "red", Voice.STAND_IN: "yellow"}


@app.command("list")
def list_(
    context: typer.Context,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Every prompt of every language, and who says it.

    An agent with `records_prompts: true` in the roster dials *50 and a prompt's number from their
    desk phone, hears it, and says it anew after the tone, to #. It then waits to be imported.
    """
    settings = configuration(context, state_dir, config).settings
    found = recordings.listed(settings.ivr_dir, settings.state_dir)
    if json:
        say_json({"prompts": list(map(to_plain, found))})
        return
    shown = table("number", "language", "prompt", "voice", "", "text")
    for each in found:
        voice = f"[{STYLES[each.voice]}]{each.voice}[/]"
        waits = "a recording waits" if each.waits else ""
        text = each.text[:60].replace("[", "\\[")
        shown.add_row(str(each.number), each.language, each.prompt, voice, waits, text)
    out().print(shown)


@app.command("check")
def check(
    context: typer.Context,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """How many are recorded, and which recordings say an old text: then it ends with 1."""
    settings = configuration(context, state_dir, config).settings
    found = recordings.listed(settings.ivr_dir, settings.state_dir)
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


@app.command("build")
def build(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]",
            help="A folder of sounds, such as /usr/share/asterisk/sounds (default: the stack's).",
        ),
    ] = None,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Speak what nobody has recorded, or whose recording says an old text; heard from now on.

    espeak-ng speaks, or the command in the setting speech.command, which is given a text file and
    leaves a sound file. Only what changed is made.
    """
    from router.standalone.progress import shown_on
    from router.standalone.prompts import Source
    from router.standalone.sounds import build_prompts

    settings = configuration(context, state_dir, config).settings
    with shown_on(err()) as progress:
        built = build_prompts(
            folder or settings.state_dir / "sounds",
            ivr_dir=settings.ivr_dir,
            cache=settings.cache_dir,
            mirror=settings.debian_mirror,
            progress=progress,
            command=settings.speech_command,
        )
    for each in built:
        if each.problem is not None:
            out().print(f"{each.problem}: a stand-in is heard.", markup=False)
    fresh = [each for each in built if each.fresh]
    spoken = sum(each.source is Source.SPOKEN for each in fresh)
    out().print(
        f"{counted(len(built), 'prompt')}: {spoken} spoken and {len(fresh) - spoken} recorded ones"
        f" made anew, {len(built) - len(fresh)} were right.",
        markup=False,
    )


@app.command("import")
def import_(
    context: typer.Context,
    language: Annotated[str, typer.Argument(metavar="LANGUAGE", help="Such as es.")],
    prompt: Annotated[str, typer.Argument(metavar="PROMPT", help="As the list names it.")],
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="WAV, MP3, FLAC or Ogg, of any rate."),
    ] = None,
    recorded: Annotated[
        bool,
        typer.Option("--recorded", metavar="", help="What was said by telephone (*50), instead."),
    ] = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Take in a recording: made fit for the telephone, the original kept beside it."""
    settings = configuration(context, state_dir, config).settings
    of = Language(language), PromptId(prompt)
    if (file is None) is not recorded:
        raise typer.BadParameter("name a FILE, or say --recorded for what was said by telephone")
    if file is None:
        taken = recordings.take_in_recorded(settings.ivr_dir, settings.state_dir, *of)
    else:
        taken = recordings.take_in(settings.ivr_dir, *of, file)
    out().print(f"{taken} is heard once `hotline prompts build` has run.", markup=False)
