"""`hotline try`: a telephone in the terminal, on the engine itself."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
import yaml

from router import errors
from router.adapters.terminal import Terminal
from router.cli.look import out, say_json
from router.cli.options import AsJson
from router.core.routing.agent import AgentProfile
from router.rehearsal.trial import Trial

PANEL = "Flows"
CITY = ZoneInfo("America/Mexico_City")
CLOCK = "%Y-%m-%d %H:%M"
ANONYMOUS = "anonymous"
FLOWS = Path("ivr")


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("try", rich_help_panel=PANEL)(try_)


def _instant(written: str) -> datetime:
    try:
        return datetime.strptime(written, CLOCK).replace(tzinfo=CITY)
    except ValueError:
        raise typer.BadParameter(
            f"expected a time such as 2026-12-24 03:10, not {written}"
        ) from None


def _keys(written: str) -> str:
    if set(written) - set("0123456789*#,"):
        raise typer.BadParameter("expected keys (0-9, *, #) and commas, such as 4 or ,1")
    return written


def try_(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The number that is dialled.")],
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at",
            parser=_instant,
            metavar="TIME",
            help='"2026-12-24 03:10", on the clock of Mexico City (default: now).',
        ),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="NUMBER|anonymous", help="Whether the number is known."),
    ] = None,
    agents: Annotated[
        Path | None,
        typer.Option(
            "--agents",
            metavar="FILE",
            help="A roster, all on shift. Without it, ana could answer anything, when you say so.",
        ),
    ] = None,
    keys: Annotated[
        str | None,
        typer.Option(
            "--keys",
            parser=_keys,
            metavar="KEYS",
            help='Instead of typing: "4"; a comma waits out a time-out; "" presses nothing.',
        ),
    ] = None,
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FILE", help="Write the call as a story."),
    ] = None,
    ivr: Annotated[Path, typer.Option("--ivr", metavar="FOLDER", help="The flow files.")] = FLOWS,
    json: AsJson = False,
) -> None:
    """Call a line without a telephone, at any hour of any day: type keys, see what is said.

    With --keys the call is played to where the caller waits for a person, and with --agents to the
    first who is rung. A key that ends a message ends one of 10 s. --json tells where it ended, its
    steps, and the seconds it took.
    """
    trial, terminal = _dialled(number, at=at, from_=from_, agents=agents, ivr=ivr, json=json)
    if keys is not None:
        trial.plays(keys)
        terminal.shows()
    else:
        terminal.converses(_typed(terminal))
    ending = trial.ending
    if json:
        say_json(
            {
                "ended_in": ending.ended_in,
                "queue": ending.queue,
                "path": list(ending.path),
                "seconds": ending.seconds,
            }
        )
    else:
        where = f" {ending.queue}" if ending.queue is not None else ""
        out().print(f"{ending.ended_in}{where}, after {ending.seconds:g} s", markup=False)
        out().print(" > ".join(ending.path), style="dim", markup=False, soft_wrap=True)
    if record is not None:
        _write_story(record, trial.story())


def _dialled(
    number: str,
    *,
    at: datetime | None,
    from_: str | None,
    agents: Path | None,
    ivr: Path,
    json: bool,
) -> tuple[Trial, Terminal]:
    from router.adapters.flow_files import load, prompt_texts
    from router.adapters.ivr.checks.voices import Voices

    rules, texts = load(ivr), prompt_texts(ivr)
    if rules.book.line_for(number)[1] is False:
        known = ", ".join(rules.book.lines)
        sys.stderr.write(f"{number} is no line of {ivr} ({known}); the default takes the call.\n")
    trial = Trial(
        rules,
        number,
        at=at or datetime.now(UTC),
        withheld=from_ in (None, ANONYMOUS),
        agents=None if agents is None else _crew(agents),
        lasts=Voices(texts, ivr / "prompts").lasts,
    )
    console = out()

    def show(line: str) -> None:
        if not json:
            console.print(line, markup=False, soft_wrap=True)

    return trial, Terminal(trial, texts, show)


def _typed(terminal: Terminal) -> Iterator[str]:
    """Lines of standard input, with a prompt for a person."""
    while True:
        if sys.stdin.isatty():
            sys.stdout.write(terminal.prompt)
            sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            return
        yield line


def _crew(roster: Path) -> dict[str, dict[str, Any]]:
    from router.adapters.roster_yaml import read_roster

    try:
        text = roster.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as failure:
        raise errors.RosterInvalid(
            problems=f"{roster} cannot be read ({failure.strerror}). Name a file of agents."
        ) from failure
    return {agent.id: _facts(agent) for agent in read_roster(text, str(roster))}


def _facts(agent: AgentProfile) -> dict[str, Any]:
    """As a story writes an agent."""
    return {
        "by": "+".join(dict.fromkeys(device.kind.value for device in agent.devices)),
        "skills": {str(skill): level for skill, level in agent.skills.items()},
    }


def _write_story(file: Path, story: dict[str, Any]) -> None:
    text = yaml.safe_dump(story, allow_unicode=True, sort_keys=False, width=98)
    file.write_text(text, encoding="utf-8")
