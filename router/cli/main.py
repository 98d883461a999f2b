"""`hotline`: the commands, and what a person sees when one fails."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from router import errors
from router.cli import (
    agents,
    callbacks,
    calls,
    check,
    doctor,
    graph,
    journal,
    messages,
    never_pair,
    probe,
    prompts,
    reload,
    replay,
    report,
    running,
    schema,
    settings,
    simulate,
    sounds,
    staff,
    status,
    stories,
    tail,
    try_,
    upgrade,
    why,
)
from router.cli.exits import EPILOG, Exit, exit_for
from router.cli.look import err
from router.cli.options import ConfigFile, StateDir, Where
from router.config import debugging

app = typer.Typer(
    name="hotline",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Routes the calls of a crisis hotline, on Asterisk.",
    epilog=EPILOG,
)
"""Every command is added below, in the order in which `--help` shows them."""

running.add_to(app)
upgrade.add_to(app)
status.add_to(app)
never_pair.add_to(agents.app)
app.add_typer(agents.app, name="agents", rich_help_panel="See and steer")
calls.add_to(app)
app.add_typer(callbacks.app, name="callbacks", rich_help_panel="See and steer")
app.add_typer(messages.app, name="messages", rich_help_panel="See and steer")
app.add_typer(journal.app, name="journal", rich_help_panel="See and steer")
why.add_to(app)
tail.add_to(app)
reload.add_to(app)
check.add_to(app)
try_.add_to(app)
graph.add_to(app)
schema.add_to(app)
stories.add_to(app)
simulate.add_to(app)
staff.add_to(app)
replay.add_to(app)
report.add_to(app)
settings.add_to(app)
doctor.add_to(app)
probe.add_to(app)
sounds.add_to(app)
app.add_typer(prompts.app, name="prompts", rich_help_panel="Settings")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed_version

        sys.stdout.write(f"hotline {installed_version('hotline')}\n")
        raise typer.Exit


@app.callback()
def _hotline(
    context: typer.Context,
    state_dir: StateDir = None,
    config: ConfigFile = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            metavar="",
            help="And nothing else.",
        ),
    ] = False,
) -> None:
    context.obj = Where(state_dir=state_dir, config=config)


@app.command("version", rich_help_panel="Settings")
def _version() -> None:
    """Which version this is."""
    _print_version(wanted=True)


def main() -> None:
    """The installed command: runs, and turns every failure into one sentence and an exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    try:
        app(args=arguments, prog_name="hotline")
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else Exit.DONE
    except errors.HotlineError as error:
        if debugging():
            raise
        complain(str(error))
        return exit_for(error)
    except BaseExceptionGroup as several:
        told = _sentences(several)
        if told is None or debugging():
            raise
        complain("\n".join(map(str, told)))
        return exit_for(told[0])
    except BrokenPipeError:
        # Nobody reads on (`| head`). What is still buffered must not be complained of at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except OSError as refusal:
        if debugging():
            raise
        complain(f"The operating system refuses: {refusal}.")
        return Exit.SURROUNDINGS
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except Exception as defect:
        if debugging():
            raise
        complain(
            f"This is a defect of hotline ({type(defect).__name__}: {defect}). "
            "HOTLINE_DEBUG=1 shows where; please report it."
        )
        return Exit.DEFECT
    return Exit.DONE


def _sentences(group: BaseExceptionGroup) -> list[errors.HotlineError] | None:
    """The errors that a group of tasks ended with, if people are meant to read them all."""
    found: list[errors.HotlineError] = []
    for one in group.exceptions:
        if isinstance(one, errors.HotlineError):
            found.append(one)
        elif isinstance(one, BaseExceptionGroup) and (inner := _sentences(one)) is not None:
            found += inner
        else:
            return None
    return found


def complain(sentences: str) -> None:
    """To standard error, in red where there is colour."""
    console = err()
    for sentence in sentences.splitlines():
        console.print(sentence, style="red", markup=False)


if __name__ == "__main__":
    main()
