"""How quickly a flow of a thousand steps is read and checked, and gone through by callers."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from router.adapters.flow_check import check
from router.adapters.flow_files import load
from router.core.ivr.run import advance, begin
from router.core.ivr.waits import Digit, ForAgent
from router.core.policy import Policy
from tests.adapters.ivr.small_hotline import build
from tests.bench.figures import Figure

STEPS = 1_000
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
LOADED_WITHIN_MS = 300.0
STEPS_A_SECOND = 20_000


async def measure(*, quick: bool = False) -> list[Figure]:
    """Processor time of one thread, so that neighbours count for little."""
    with tempfile.TemporaryDirectory() as place:
        return flow_figures(Path(place), rounds=5 if quick else 20)


def flow_figures(place: Path, *, rounds: int) -> list[Figure]:
    """Read, checked, gone through."""
    folder = build(place)
    (folder / "flows/linea.yaml").write_text(long_flow(), encoding="utf-8")
    took = []
    for _ in range(rounds):
        began = time.process_time()
        checked = check(folder)
        took.append(time.process_time() - began)
        assert checked.loads
    best = 1000 * min(took)
    rate = steps_a_second(load(folder), rounds)
    return [
        Figure(
            name=f"a flow of {STEPS} steps loads and is checked",
            samples=rounds,
            ours=f"{best:.0f} ms",
            versus="",
            target=f"< {LOADED_WITHIN_MS:.0f} ms",
            holds=best < LOADED_WITHIN_MS,
        ),
        Figure(
            name="steps of a flow, gone through by callers",
            samples=rounds * STEPS,
            ours=f"{rate:,.0f}/s",
            versus="",
            target=f">= {STEPS_A_SECOND:,}/s",
            holds=rate >= STEPS_A_SECOND,
        ),
    ]


def long_flow() -> str:
    """Messages, menus and tags, one after another, to a queue."""
    lines = ["start: s0", "steps:"]
    for n in range(0, STEPS - 4, 3):
        after = f"s{n + 3}" if n + 3 < STEPS - 4 else "juridico"
        lines += [f"  s{n}: {{play: saludo, next: s{n + 1}}}"]
        lines += [f"  s{n + 1}:", "    menu: menu", f"    keys: {{1: crisis, 4: s{n + 2}}}"]
        lines += ["    on_timeout: crisis", "    on_wrong: crisis"]
        lines += [f"  s{n + 2}: {{tag: t{n}, next: {after}}}"]
    lines += ["  crisis: {queue: crisis, next: gracias}"]
    lines += ["  juridico: {queue: juridico, next: gracias}"]
    lines += ["  gracias: {goodbye: gracias}"]
    return "\n".join(lines) + "\n"


def steps_a_second(policy: Policy, callers: int) -> float:
    """Each caller presses 4 as soon as anything is said."""
    line, steps = policy.book.lines[policy.book.default_line], 0
    began = time.process_time()
    for _ in range(callers):
        turn = begin(policy.book, line, NOON)
        steps += len(turn.entered)
        while not isinstance(turn.wait, ForAgent):
            turn = advance(policy.book, turn.run, Digit("4"), NOON)
            steps += len(turn.entered)
    return steps / (time.process_time() - began)
