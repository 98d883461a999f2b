"""`make bench`: what the hotline is quick at, and what it is measured against."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping

from rich.console import Console

from router import errors
from tests.bench import (
    adoption,
    flows,
    freed_agent,
    knee,
    memory,
    prompts_heard,
    routing,
    simulation,
    voices_joined,
)
from tests.bench.figures import Figure, plain, show
from tests.bench.stack import Bench, bench_stack

Measure = Callable[..., Awaitable[list[Figure]]]

BENCHES: Mapping[str, Measure] = {
    "prompts": prompts_heard.measure,
    "voices": voices_joined.measure,
    "freed": freed_agent.measure,
    "knee": knee.measure,
    "memory": memory.measure,
    "adoption": adoption.measure,
}
ALONE: Mapping[str, Measure] = {
    "routing": routing.measure,
    "flows": flows.measure,
    "simulation": simulation.measure,
}
"""They need no telephone, and are measured before there is one: it would only be in their way. Each
has a process of its own, for what one leaves in memory slows another, and not its peer."""
NAMES = (*BENCHES, *ALONE)


def main() -> int:
    """1 if a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(NAMES)} (default: all)"
    )
    parser.add_argument("--quick", action="store_true", help="fewer samples, wider steps")
    parser.add_argument("--json", action="store_true", help="for programs")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in NAMES]
    if unknown:
        parser.error(f"there is no bench {unknown[0]!r}; there are {', '.join(NAMES)}")
    # Asked to end, it puts the stack away first, as for Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    figures = asyncio.run(_run(given.names or list(NAMES), quick=given.quick))
    if given.json:
        print(json.dumps(plain(figures), ensure_ascii=False, indent=1))
    else:
        show(figures, Console())
    return 0 if all(one.holds is not False for one in figures) else 1


async def _run(names: list[str], *, quick: bool) -> list[Figure]:
    console = Console(stderr=True)
    figures: list[Figure] = []
    telephony = [name for name in names if name in BENCHES]
    with console.status("Measuring") as status:
        for name in names:
            if name in ALONE:
                status.update(f"Measuring: {name}")
                figures += await (
                    _by_itself(name, quick) if len(names) > 1 else ALONE[name](quick=quick)
                )
        if telephony:
            status.update("The stack is coming up")
            async with bench_stack() as bench:
                for name in telephony:
                    status.update(f"Measuring: {name}")
                    figures += await _measured(name, bench, quick)
    return figures


async def _by_itself(name: str, quick: bool) -> list[Figure]:
    """By this same program, asked for nothing else."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.bench", name, "--json"),
        *(("--quick",) if quick else ()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complaint = await process.communicate()
    if not told:
        raise RuntimeError(f"The bench {name!r} broke off: {complaint.decode(errors='replace')}")
    return [Figure(**each) for each in json.loads(told)]


async def _measured(name: str, bench: Bench, quick: bool) -> list[Figure]:
    """What does not happen in time is a target missed, not the end of the others."""
    try:
        return await BENCHES[name](bench, quick=quick)
    except (TimeoutError, OSError, errors.HotlineError) as failure:
        what = str(failure) or "something that should have happened did not"
        return [Figure(name=f"{name}: {what}", samples=0, ours="", versus="", holds=False)]


if __name__ == "__main__":
    sys.exit(main())
