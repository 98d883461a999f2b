"""Which module of this package brings which commands: a start loads the one that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import typer


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A module and its commands. `panel`: the module is a group, which stands there in the help."""

    module: str
    words: tuple[str, ...]
    panel: str = ""

    def add_to(self, app: typer.Typer) -> None:
        """Load it, and add its commands."""
        module = import_module(f"router.cli.{self.module}")
        if self.panel:
            app.add_typer(module.app, name=self.words[0], rich_help_panel=self.panel)
        else:
            module.add_to(app)


SEE, SET = "See and steer", "Settings"

PARTS = (
    Part(module="running", words=("up", "down", "run", "guard", "demo")),
    Part(module="upgrade", words=("upgrade",)),
    Part(module="status", words=("status",)),
    Part(module="agents", words=("agents",), panel=SEE),
    Part(module="calls", words=("calls", "explain")),
    Part(module="callbacks", words=("callbacks",), panel=SEE),
    Part(module="messages", words=("messages",), panel=SEE),
    Part(module="journal", words=("journal",), panel=SEE),
    Part(module="why", words=("why", "why-not")),
    Part(module="tail", words=("tail",)),
    Part(module="reload", words=("reload",)),
    Part(module="check", words=("check",)),
    Part(module="try_", words=("try",)),
    Part(module="graph", words=("graph",)),
    Part(module="schema", words=("schema",)),
    Part(module="stories", words=("stories",)),
    Part(module="simulate", words=("simulate",)),
    Part(module="staff", words=("staff", "coverage")),
    Part(module="replay", words=("replay",)),
    Part(module="report", words=("report",)),
    Part(module="settings", words=("config",)),
    Part(module="doctor", words=("doctor",)),
    Part(module="probe", words=("probe",)),
    Part(module="sounds", words=("sounds",)),
    Part(module="prompts", words=("prompts",), panel=SET),
)
"""In the order in which `--help` shows them."""


def parts_for(word: str | None) -> tuple[Part, ...]:
    """What brings this command; everything if nothing does, so that help and complaints are whole.

    To load all takes as long as to load the engine (measured: 1.4 s more than `status` needs).
    """
    found = tuple(part for part in PARTS if word in part.words)
    return found or PARTS
