"""`hotline check`: what callers would suffer from in the flow files, before they do."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from router.adapters.ivr.checks.findings import Accepted, Checked, Finding, Severity
from router.cli.exits import Exit
from router.cli.look import counted, out, say_json
from router.core.plain import Plain

PANEL = "Flows"


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("check", rich_help_panel=PANEL)(check)


def check(
    folder: Annotated[
        Path, typer.Argument(metavar="[FOLDER]", help="The flow files.", show_default=True)
    ] = Path("ivr"),
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster",
            metavar="FILE",
            help="Who could answer: skills, and `works: {mon-fri: 08:00-16:00}` if it says so.",
        ),
    ] = None,
    as_: Annotated[
        Format, typer.Option("--format", metavar="text|json|github", help="github: annotations.")
    ] = Format.TEXT,
) -> None:
    """Find what callers would suffer from; docs/checks has a page on each finding.

    A finding that is meant so stands in accepted.yaml, with a reason. Ends with 0 if nothing is
    found that is not accepted, 1 if something is, 2 if the files cannot be put in force at all.
    """
    from router.adapters.flow_check import check as look

    checked = look(folder, roster)
    match as_:
        case Format.JSON:
            say_json(_plain(checked))
        case Format.GITHUB:
            for finding in checked.findings:
                out().print(_annotation(finding), markup=False, soft_wrap=True)
        case Format.TEXT:
            _print(checked)
    if not checked.loads:
        raise typer.Exit(Exit.WRONG_USE)
    if checked.findings:
        raise typer.Exit(Exit.NOT_SO)


def _plain(checked: Checked) -> Plain:
    return {
        "loads": checked.loads,
        "findings": [_facts(each) for each in checked.findings],
        "accepted": [_facts(each.finding) | {"reason": each.reason} for each in checked.accepted],
    }


def _facts(finding: Finding) -> dict[str, Plain]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "file": finding.place.file,
        "line": finding.place.line,
        "column": finding.place.column,
        "of": finding.of,
        "wrong": finding.wrong,
        "remedy": finding.remedy,
        "docs": finding.docs,
    }


def _annotation(finding: Finding) -> str:
    """As https://docs.github.com/actions/reference/workflow-commands-for-github-actions says."""
    place = finding.place
    where = f"file={_escaped(place.file)},line={place.line},col={place.column}"
    said = f"{finding.wrong}. {finding.remedy} ({finding.docs})"
    return f"::{finding.severity.value} {where},title={finding.code}::{_escaped(said)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _print(checked: Checked) -> None:
    console = out()
    for finding in checked.findings:
        style = "red" if finding.severity is Severity.ERROR else "yellow"
        line = f"{finding.place}: {finding.severity.value} {finding.code}: {finding.wrong}"
        console.print(line, style=style, markup=False, soft_wrap=True)
        about = "" if not checked.loads else f" (of {finding.of!r})"
        console.print(f"    {finding.remedy}{about}", markup=False, soft_wrap=True)
        console.print(f"    {finding.docs}", style="dim", markup=False, soft_wrap=True)
    for accepted in checked.accepted:
        console.print(_told(accepted), style="dim", markup=False, soft_wrap=True)
    found = counted(len(checked.findings), "finding")
    console.print(f"{found}, {len(checked.accepted)} accepted.", markup=False)


def _told(accepted: Accepted) -> str:
    finding = accepted.finding
    return f"{finding.code} of {finding.of} is accepted: {accepted.reason}"
