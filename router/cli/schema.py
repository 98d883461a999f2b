"""`hotline schema`: what may stand in the flow files, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from router.cli.look import out, say_json

PANEL = "Flows"


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("schema", rich_help_panel=PANEL)(schema)


def schema(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="[KIND]",
            help="flow, lines, queues, hours, prompts, contacts or accepted.",
        ),
    ] = "flow",
    into: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="Write all of them, as KIND.json."),
    ] = None,
) -> None:
    """Print the JSON Schema of a kind of flow file: editors complete and correct by it.

    The shipped ones lie in ivr/schema. A file says in its first line which is its own:
    `# yaml-language-server: $schema=../schema/flow.json`.
    """
    from router.adapters.ivr.json_schema import schemas

    made = schemas()
    if into is not None:
        into.mkdir(parents=True, exist_ok=True)
        for name, each in made.items():
            (into / f"{name}.json").write_text(written(each), encoding="utf-8")
        out().print(f"{len(made)} schemas in {into}.", markup=False)
        return
    if kind not in made:
        raise typer.BadParameter(f"there is no schema {kind!r}; expected one of {', '.join(made)}")
    say_json(made[kind])


def written(schema: object) -> str:
    """As a file holds it."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
