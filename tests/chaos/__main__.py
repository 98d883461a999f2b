"""`make chaos`: the fault matrix against a real Asterisk, PostgreSQL, callers and agents."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from router.folders import cache_folder
from router.standalone.debian import ensure
from router.standalone.programs import Prefix
from tests.acceptance.people import callers_telephones
from tests.chaos.clock_faults import settable
from tests.chaos.house import house
from tests.chaos.matrix import MATRIX, SHORT
from tests.chaos.play import Verdict, play
from tests.chaos.report import show
from tests.chaos.rows import Row

CAP = 30
"""Callers at once: small, so that ten times as many can be dialled."""


def main(words: Sequence[str]) -> int:
    """0: every row holds."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("rows", nargs="*", choices=[[], *(row.name for row in MATRIX)])
    parser.add_argument("--short", action="store_true", help="the form that is in `make test`")
    parser.add_argument("--folder", type=Path, help="keep all files of the stack there")
    told = parser.parse_args(words)
    rows = [row for row in MATRIX if row.name in told.rows or not told.rows]
    if told.short and not told.rows:
        rows = [*SHORT]
    verdicts = asyncio.run(_play_in(told.folder, rows, short=told.short))
    show(verdicts, Console())
    return 0 if len(verdicts) == len(rows) and all(each.holds for each in verdicts) else 1


async def _play_in(kept: Path | None, rows: Sequence[Row], *, short: bool) -> list[Verdict]:
    if kept is not None:
        kept.mkdir(parents=True)
        return await _play(kept, rows, short=short)
    with tempfile.TemporaryDirectory(prefix="hotline-chaos-") as name:
        return await _play(Path(name), rows, short=short)


async def _play(folder: Path, rows: Sequence[Row], *, short: bool) -> list[Verdict]:
    cache = cache_folder(os.environ)
    prefix, verdicts = ensure(cache=cache), list[Verdict]()
    for name, some in (
        ("stack", [row for row in rows if not row.clock]),
        ("clock", [row for row in rows if row.clock]),
    ):
        if some:
            own = folder / name
            own.mkdir()
            programs = settable(prefix, own, cache) if name == "clock" else prefix
            verdicts += await _on_one_stack(own, programs, some, short=short)
    return verdicts


async def _on_one_stack(
    folder: Path, prefix: Prefix, rows: Sequence[Row], *, short: bool
) -> list[Verdict]:
    verdicts = []
    phones = folder / "phones"
    phones.mkdir()
    async with (
        house(folder, prefix, max_calls=CAP) as harmed,
        callers_telephones(prefix, phones) as callers,
    ):
        for row in rows:
            own = folder / row.name.partition(",")[0]
            own.mkdir()
            try:
                verdict = await play(row, harmed, callers, prefix, own, short=short)
            except Exception:  # noqa: BLE001 the other rows are worth a try
                (own / "why").write_text(traceback.format_exc())
                why = traceback.format_exc().splitlines()[-1]
                sys.stdout.write(f"{row.name} could not be played: {why}\n")
                continue
            show([verdict], Console())
            sys.stdout.flush()
            verdicts.append(verdict)
    return verdicts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
