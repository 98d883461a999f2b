"""`hotline messages`: what callers have said at a step `message`, and what becomes of it."""

from __future__ import annotations

import getpass
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from router import errors
from router.adapters.message_box import MessageBox
from router.cli.both import both, column
from router.cli.look import clock, lasted, narrow, out, say_json, table
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.core.plain import to_plain
from router.core.vocabulary import RecordingId

app = typer.Typer(
    no_args_is_help=True, help="What callers have said, where a flow lets them: list, save, done."
)

STANDARD_OUTPUT = Path("-")

Message = Annotated[str, typer.Argument(metavar="MESSAGE", help="As the list names it.")]


@app.command("list")
def list_(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", metavar="", help="Those that are done, too.")
    ] = False,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """The messages that wait, the oldest first. Nothing of what was said is shown."""
    configured = configuration(context, state_dir, config)
    found = MessageBox(configured.settings.state_dir).listed(done_too=everything)
    if json:
        say_json({"messages": list(map(to_plain, found))})
        return
    if not found:
        out().print(both("No hay recados pendientes.", "No message waits."))
        return
    now, zone = datetime.now(UTC), configured.settings.time_zone
    shown = table(
        column("recado", "message"),
        column("llamada", "call"),
        column("paso", "step", whole=False),
        column("se dejó", "left", whole=False),
        column("duración", "length", right=True),
        "",
        tight=narrow(out()),
    )
    for each in found:
        shown.add_row(
            each.recording,
            each.call,
            each.step,
            clock(each.kept_at, zone, now),
            lasted(each.lasted),
            both("hecho", "done") if each.done else "",
        )
    out().print(shown)


@app.command("save")
def save(
    context: typer.Context,
    message: Message,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A WAV file to be made; - is standard output, for a player."
        ),
    ],
    reason: Annotated[
        str, typer.Option("--reason", metavar="TEXT", help="Why; it is written down.")
    ],
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Take a message out, to be heard. Who did, when and why stands in messages/heard.log."""
    settings = configuration(context, state_dir, config).settings
    box = MessageBox(settings.state_dir)
    sound = box.sound(RecordingId(message), by_whom=getpass.getuser(), reason=reason)
    if file == STANDARD_OUTPUT:
        sys.stdout.buffer.write(sound)
        return
    try:
        file.touch(mode=0o600)
        file.chmod(0o600)
        file.write_bytes(sound)
    except OSError as failure:
        detail = f"{file} cannot be written ({failure.strerror})"
        raise errors.MessageUnreadable(message=message, detail=detail) from failure
    es = f"{file} es solo para usted; bórrelo cuando se haya escuchado."
    out().print(both(es, f"{file} is for you alone; delete it when it has been heard."))


@app.command("done")
def done(
    context: typer.Context,
    message: Message,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Somebody has seen to it: what was said is deleted for good."""
    settings = configuration(context, state_dir, config).settings
    MessageBox(settings.state_dir).settle(RecordingId(message))
    out().print(both("Hecho, y borrado.", "Done, and deleted."))
