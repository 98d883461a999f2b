"""The matrix as it came out, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.chaos.play import Verdict


def show(verdicts: Sequence[Verdict], console: Console) -> None:
    """One line a row, and below what did not hold."""
    table = Table(box=None, pad_edge=False)
    for head in ("fault", "how"):
        table.add_column(head)
    for head in ("callers", "lost", "silence", "recovered"):
        table.add_column(head, justify="right")
    table.add_column("")
    for each in verdicts:
        lost = "physics" if each.row.physics else str(len(each.lost))
        table.add_row(
            each.row.fault,
            each.row.how,
            str(each.callers),
            lost,
            "-" if each.row.physics else f"{each.silence.total_seconds():.1f} s",
            f"{each.recovered_after:.1f} s",
            "holds" if each.holds else "FAILS",
        )
    console.print(table)
    for each in verdicts:
        told = [*each.remarks, *(f"LOST {one}" for one in each.lost)]
        told += [f"NOT SO: {one}" for one in each.wrong]
        if each.row.physics:
            told.append(each.row.physics)
        if told:
            console.print(f"[b]{each.row.name}[/b]: {'; '.join(told)}", highlight=False)
