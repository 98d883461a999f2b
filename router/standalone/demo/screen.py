"""What a person sees of the demo: the stories as they happen, then what was measured."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "red", "bright_cyan", "bright_red")


@dataclass(slots=True)
class Story:
    """One story: what must be true of it, as it was seen."""

    number: str
    title: str
    colour: str
    checks: list[tuple[str, bool]] = field(default_factory=list)

    def check(self, sentence: str, holds: bool) -> None:
        """Something that was measured."""
        self.checks.append((sentence, holds))

    @property
    def holds(self) -> bool:
        """Whether all of it does, and something was looked at."""
        return bool(self.checks) and all(ok for _, ok in self.checks)


class Screen:
    """Lines with the seconds since the beginning; each story has its colour."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.stories: list[Story] = []
        self._began = time.monotonic()

    def story(self, number: str, title: str) -> Story:
        """A new story."""
        story = Story(number, title, COLOURS[len(self.stories) % len(COLOURS)])
        self.stories.append(story)
        return story

    def say(self, story: Story | None, text: str) -> None:
        """Something happened."""
        seconds = time.monotonic() - self._began
        number, colour = (story.number, story.colour) if story else ("-", "white")
        self.console.print(
            f"[dim]{seconds:6.2f} s[/dim]  [{colour}]{number:>2}  {text}[/{colour}]",
            highlight=False,
            soft_wrap=not self.console.is_terminal,
        )

    def summary(self) -> None:
        """Every check of every story."""
        table = Table(title="What was measured", title_justify="left", expand=False)
        table.add_column("Story")
        table.add_column("Seen")
        for story in self.stories:
            seen = "\n".join(
                f"[{'green' if ok else 'bold red'}]{'✓' if ok else '✗'}[/] {sentence}"
                for sentence, ok in story.checks
            )
            mark = "[green]✓[/]" if story.holds else "[bold red]✗[/]"
            table.add_row(f"{mark} [{story.colour}]{story.number}[/] {story.title}", seen)
        self.console.print(table)

    @property
    def holds(self) -> bool:
        """Whether every caller was where they should be."""
        return bool(self.stories) and all(story.holds for story in self.stories)
