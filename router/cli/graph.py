"""`hotline graph`: the flows as a picture, from the number dialled to people."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from router.cli.look import out

PANEL = "Flows"


class Form(StrEnum):
    SVG = "svg"
    MERMAID = "mermaid"


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("graph", rich_help_panel=PANEL)(graph)


def graph(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="The flow files.")] = Path(
        "ivr"
    ),
    as_: Annotated[Form, typer.Option("--format", metavar="svg|mermaid")] = Form.SVG,
    into: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Instead of standard output."),
    ] = None,
) -> None:
    """Draw the flows: who presses nothing in red, people on the right, findings marked.

    The SVG needs nothing else; any browser shows it. Mermaid is drawn by many sites and editors.
    """
    from router.adapters.flow_picture import draw

    picture = draw(folder, mermaid=as_ is Form.MERMAID)
    if into is None:
        sys.stdout.write(picture)
    else:
        into.write_text(picture, encoding="utf-8")
        out().print(f"{into} is drawn.", markup=False)
