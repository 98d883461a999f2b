"""A download shows how far it is, on a terminal and in a log."""

from __future__ import annotations

import io

from rich.console import Console

from router.standalone.progress import shown_on


def test_a_log_gets_one_line_per_quarter() -> None:
    log = io.StringIO()
    with shown_on(Console(file=log)) as progress:
        for percent in range(101):
            progress.advance("download", percent / 100)

    assert log.getvalue().splitlines() == [
        f"download: {percent} %" for percent in (0, 25, 50, 75, 100)
    ]


def test_a_terminal_gets_a_bar() -> None:
    terminal = io.StringIO()
    with shown_on(Console(file=terminal, force_terminal=True, width=80)) as progress:
        progress.advance("download", 0.5)
        progress.advance("download", 1.0)

    assert "download" in terminal.getvalue()
    assert "100%" in terminal.getvalue()
