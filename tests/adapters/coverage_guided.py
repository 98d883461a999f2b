"""Bytes that reach more and more of a parser, for as long as one wants: `make fuzz` runs it."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

PARSERS = ("yaml", "events", "ami", "channel_variable")
MISSING = (
    "atheris is not installed, so nothing is guided by coverage. Wheels are for Linux on x86-64: "
    "`.venv/bin/python -m pip install 'atheris>=3,<4'`.\n"
)


def main() -> int:
    """Each parser in a process of its own: libFuzzer ends the one that it runs in."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.adapters.coverage_guided", description=__doc__
    )
    parser.add_argument("--seconds", type=int, default=300, help="for each parser")
    parser.add_argument("--only", choices=PARSERS)
    parser.add_argument("--run", choices=PARSERS, help=argparse.SUPPRESS)
    given, more = parser.parse_known_args()
    if importlib.util.find_spec("atheris") is None:
        sys.stdout.write(MISSING)
        return 0
    if given.run is not None:
        fuzz(given.run, more)
    return max(_run(name, given.seconds) for name in PARSERS if given.only in (None, name))


def _run(name: str, seconds: int) -> int:
    from tests.adapters.parsers import seeds

    with tempfile.TemporaryDirectory(prefix="corpus") as corpus:
        for number, content in enumerate(seeds(name)):
            (Path(corpus) / str(number)).write_bytes(content)
        command = (sys.executable, "-m", "tests.adapters.coverage_guided", "--run", name)
        limits = (
            f"-max_total_time={seconds}",
            "-timeout=20",
            "-rss_limit_mb=2048",
            "-max_len=4096",
        )

        return subprocess.run((*command, *limits, corpus), check=False).returncode


def fuzz(name: str, arguments: list[str]) -> None:
    """Until the time is over or something is found; its input is then left in a file."""
    import atheris

    with atheris.instrument_imports(include=["router", "panoramisk"]):
        from tests.adapters.parsers import PARSERS as FUNCTIONS
    atheris.Setup([sys.argv[0], *arguments], FUNCTIONS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
