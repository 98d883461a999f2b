"""Flow files spoilt at random, a million of them by `make fuzz`: a policy or problems, soon.

What loads is walked through by callers who press anything, and must neither fail nor go round.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.adapters import flow_files
from router.adapters.flow_check import check
from router.adapters.flow_files import load
from router.adapters.ivr.folder import contents_of
from router.adapters.ivr.problems import Problems
from router.adapters.ivr.tree import Entries, read
from router.core.ivr.run import STEPS_PER_TURN, Turn, advance, begin
from router.core.ivr.waits import (
    ConversationOver,
    Digit,
    ForAgent,
    ForDigit,
    ForPrompt,
    Given,
    NobodyStaffed,
    Over,
    PromptOver,
    QueueGaveUp,
    TimeIsUp,
)
from router.core.policy import Policy
from router.errors import FlowFilesInvalid
from tests.adapters.ivr.small_hotline import build

NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
SOON = 2.0
"""Seconds of processor time."""
WALKED = 60
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""A folder that is no disk, where there is one."""
CHECKED_OF = 50
SHARE = 2_000
"""Inputs of one seed: any of them can be made again."""
WORDS = (
    "crisis", "juridico", "menu", "saludo", "gracias", "queue", "play", "keys", "next", "steps:",
    "start:", "on_timeout", "goodbye: gracias", "menu: menu", "hours: oficina", "es", "en", "1",
    "*", "'#'", "0123", "18:30", "on", "null", "~", "4s", "1e999", "-1", "anyone", "psicologia",
    "=1 + 1", "{}", "[]", "[crisis, menu]", "{a: b}", "&a ", "*a", "!!python/object:os.system ",
    "<<: ", "---\n", "%YAML 1.1\n", "\n  - ", "\n    ", ": ", "\t", "\x00", "\ufeff", "ñ", "🙂",
    "\u2028", "[" * 60, "9" * 400, "a" * 3000, "set: {x: =x}", "language: en",
    "branch: [{if: anonymous, to: crisis}]",
)  # fmt: skip


def spoilt(chance: random.Random, text: str) -> bytes:
    """A few slips: inserted, cut, replaced, swapped, doubled, cut off; now and then any bytes."""
    if chance.random() < 0.03:
        return chance.randbytes(chance.randrange(300))
    for _ in range(chance.randrange(1, 4)):
        match chance.randrange(9):
            case 0:
                at = chance.randrange(len(text) + 1)
                text = text[:at] + chance.choice(WORDS) + text[at:]
            case 1:
                at = chance.randrange(len(text) + 1)
                text = text[:at] + text[at + chance.randrange(40) :]
            case 2:
                text = _line_changed(chance, text)
            case 3:
                lines = text.splitlines(keepends=True) or [""]
                one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[other] = lines[other], lines[one]
                text = "".join(lines)
            case 4:
                lines = text.splitlines(keepends=True) or [""]
                at = chance.randrange(len(lines))
                lines[at:at] = lines[at : at + chance.randrange(1, 5)]
                text = "".join(lines)
            case 5:
                text = text.replace(chance.choice(WORDS), chance.choice(WORDS), 1)
            case _:
                text = _line_changed(chance, text)
    return text.encode("utf-8", "surrogatepass")


def _line_changed(chance: random.Random, text: str) -> str:
    """Another value behind a colon: what loads most often."""
    lines = text.splitlines(keepends=True) or [""]
    at = chance.randrange(len(lines))
    key, colon, _ = lines[at].partition(": ")
    theirs = [line.partition(": ")[2].strip() for line in lines if ": " in line]
    value = chance.choice(theirs if theirs and chance.random() < 0.6 else WORDS)
    lines[at] = f"{key}{colon}{value}\n" if colon else value + "\n"
    return "".join(lines)


@contextmanager
def held_in_memory(folder: Path) -> Iterator[dict[str, bytes]]:
    """The folder's files by name, to be spoilt: reading six, and parsing five that are as they
    were, was more than half of the work."""
    contents = {name: body or b"" for name, body in contents_of(folder, Problems()).items()}
    as_written = frozenset(contents.values())
    trees: dict[tuple[bytes, str], Entries | None] = {}

    def read_once(content: bytes, file: str, problems: Problems) -> Entries | None:
        if content not in as_written:
            return read(content, file, problems)
        if (content, file) not in trees:
            trees[content, file] = read(content, file, problems)
        return trees[content, file]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow_files, "read", read_once)
        patch.setattr(flow_files, "contents_of", lambda folder, problems: dict(contents))
        yield contents


def answer(folder: Path) -> Policy | None:
    """None: problems are told, each with its place. Raises whatever else may come."""
    began = time.process_time()
    try:
        return load(folder)
    except FlowFilesInvalid as invalid:
        told = str(invalid).splitlines()
    finally:
        assert time.process_time() - began < SOON, "not soon"
    assert told, "nothing is told"
    assert all(": " in line or line.startswith("...") for line in told)
    return None


def walk(chance: random.Random, policy: Policy) -> None:
    """A caller of any line does anything; every wait is one that a person or time can end."""
    line = chance.choice(sorted(policy.book.lines.values(), key=lambda each: each.number))
    at = NOON + timedelta(hours=chance.randrange(168))
    turn = begin(policy.book, line, at, anonymous=chance.random() < 0.5)
    for _ in range(WALKED):
        if isinstance(turn.wait, Over):
            return
        turn = advance(policy.book, turn.run, _given(chance, turn), at)
        assert len(turn.entered) < STEPS_PER_TURN, "round and round"
        at += timedelta(seconds=chance.randrange(20))


def _given(chance: random.Random, turn: Turn) -> Given:
    digit = Digit(chance.choice("0123456789*#"))
    match turn.wait:
        case ForPrompt():
            return chance.choice((PromptOver(heard=chance.random() < 0.9), digit))
        case ForDigit():
            return chance.choice((TimeIsUp(), digit))
        case ForAgent():
            return chance.choice((ConversationOver(), QueueGaveUp(), NobodyStaffed(), digit))
        case _:
            return chance.choice((digit, TimeIsUp(), ConversationOver()))


def run_share(seed: int, inputs: int = SHARE) -> Counter[str]:
    """The inputs of one seed. Raises an error that tells how to make the input again."""
    chance, counts = random.Random(seed), Counter[str]()
    with tempfile.TemporaryDirectory(prefix="fuzz", dir=MEMORY) as place, ExitStack() as held:
        ivr = build(Path(place))
        contents = held.enter_context(held_in_memory(ivr))
        for number in range(inputs):
            file = chance.choice(list(contents))
            whole = contents[file]
            contents[file] = spoilt(chance, whole.decode())
            try:
                policy = answer(ivr)
                if policy is not None:
                    walk(chance, policy)
                if number % CHECKED_OF == 0:
                    check(ivr)
            except Exception as failure:
                told = f"seed {seed}, input {number}, {file}: {contents[file]!r}"
                raise AssertionError(told) from failure
            counts["problems told" if policy is None else "loaded and walked"] += 1
            contents[file] = whole
    return counts


def main() -> int:
    """The full run. A share that fails is told, and the others go on."""
    parser = argparse.ArgumentParser(prog="python -m tests.adapters.ivr.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1, help="of the first share")
    parser.add_argument("--processes", type=int, default=None, help="default: one per processor")
    given = parser.parse_args()
    shares = -(-given.inputs // SHARE)
    began, counts, failures = time.monotonic(), Counter[str](), 0
    with ProcessPoolExecutor(given.processes) as processes:
        asked = [processes.submit(run_share, given.seed + n) for n in range(shares)]
        for done, share in enumerate(as_completed(asked), start=1):
            if (failure := share.exception()) is not None:
                failures += 1
                sys.stdout.write(f"{failure}\n{failure.__cause__}\n")
            else:
                counts += share.result()
            if done % 10 == 0 or done == shares:
                rate = counts.total() / (time.monotonic() - began)
                sys.stdout.write(f"{counts.total():,} inputs, {rate:.0f}/s: {dict(counts)}\n")
            sys.stdout.flush()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
