"""`hotline`: the commands, and what a person sees when one fails."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Annotated

import typer

from router import errors
from router.cli.catalogue import parts_for
from router.cli.exits import EPILOG, Exit, exit_for
from router.cli.look import err
from router.cli.options import ConfigFile, StateDir, Where
from router.config import debugging


def app(arguments: Sequence[str] = ()) -> typer.Typer:
    """`hotline` with the command that these begin with; with all, if they begin with none."""
    found = typer.Typer(
        name="hotline",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        help="Routes the calls of a crisis hotline, on Asterisk.",
        epilog=EPILOG,
    )
    for part in parts_for(arguments[0] if arguments else None):
        part.add_to(found)
    found.callback()(_hotline)
    found.command("version", rich_help_panel="Settings")(_version)
    return found


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed_version

        sys.stdout.write(f"hotline {installed_version('hotline')}\n")
        raise typer.Exit


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


def _version() -> None:
    """Which version this is."""
    _print_version(wanted=True)


def main() -> None:
    """The installed command: runs, and turns every failure into one sentence and an exit code."""
    _write_anywhere()
    sys.exit(run(sys.argv[1:]))


def _write_anywhere() -> None:
    """A terminal that lacks a letter of ours shows ? for it; files and pipes always get UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            if stream.isatty():
                stream.reconfigure(errors="replace")
            else:
                stream.reconfigure(encoding="utf-8")


def run(arguments: list[str]) -> int:
    """Run one command; its exit code."""
    try:
        app(arguments)(args=arguments, prog_name="hotline")
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
        complain(f"The operating system refuses: {str(refusal).rstrip('.')}.")
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
