"""Whatever stands in the flow files, the answer is a policy or a list of problems, soon."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.adapters.flow_files import load
from router.core.policy import Policy
from router.errors import FlowFilesInvalid
from tests.adapters.ivr.flow_mistakes import PLAIN

FILES = [str(path.relative_to(PLAIN)) for path in sorted(PLAIN.rglob("*.yaml"))]
FRAGMENTS = [
    *":-?|>'\"#&*!%@`[]{},~ \t\n\0\x07\u2028\ufeffñ🙂",
    "\n  - ",
    "\n    ",
    ": ",
    "&a [",
    "*a",
    "!!python/object:os.system ",
    "<<: ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "null",
    "0x1F",
    "18:30",
    "on",
    "1e999",
    "9" * 400,
    "a" * 5000,
    "[" * 60,
    "{a: " * 60,
    "[crisis, [menu]]",
    "{crisis: {menu: 1}}",
    "saludo",
    "crisis",
    "steps:",
    "keys:",
]
SOON = 5.0


@pytest.fixture(scope="module")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("garbage") / "ivr"
    shutil.copytree(PLAIN, folder)
    return folder


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, bytes]:
    """One of the shipped files after a few cuts, copies and insertions."""
    name = draw(st.sampled_from(FILES))
    text = (PLAIN / name).read_text(encoding="utf-8")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 60))
        fragment = draw(st.sampled_from(FRAGMENTS) | st.text(max_size=8))
        match draw(st.sampled_from(("insert", "cut", "replace", "copy", "value", "truncate"))):
            case "insert":
                text = text[:at] + fragment + text[at:]
            case "cut":
                text = text[:at] + text[at + length :]
            case "replace":
                text = text[:at] + fragment + text[at + length :]
            case "copy":
                text = text[:at] + text[at : at + length] * 2 + text[at + length :]
            case "value":
                start = text.find(": ", at) + 2
                text = text[:start] + fragment + text[max(start, text.find("\n", start)) :]
            case _:
                text = text[:at]
    return name, text.encode("utf-8", "surrogatepass")


def outcome(folder: Path, name: str, content: bytes) -> Policy | list[str]:
    """Raises whatever else may come."""
    (folder / name).write_bytes(content)
    began = time.monotonic()
    try:
        return load(folder)
    except FlowFilesInvalid as error:
        return str(error).splitlines()
    finally:
        (folder / name).write_bytes((PLAIN / name).read_bytes())
        assert time.monotonic() - began < SOON


@settings(max_examples=300, deadline=None)
@given(mutation=mutations())
def test_a_file_with_slips_of_the_hand_is_compiled_or_told(
    spoilt: Path, mutation: tuple[str, bytes]
) -> None:
    name, content = mutation
    match outcome(spoilt, name, content):
        case Policy() as policy:
            assert policy.first_resort in policy.queues
            assert policy.book.default_line in policy.book.lines
        case told:
            assert told
            assert all(line.count(": ") and str(spoilt) in line for line in told[:100])


@settings(max_examples=100, deadline=None)
@given(name=st.sampled_from(FILES), content=st.binary(max_size=300))
def test_a_file_of_any_bytes_is_told(spoilt: Path, name: str, content: bytes) -> None:
    outcome(spoilt, name, content)


@pytest.mark.parametrize("line", ["a: b\n", "- a\n", "x: {play: y}\n", "[", "? ", "a", "&a ", "'"])
def test_a_megabyte_of_anything_is_answered_soon(spoilt: Path, line: str) -> None:
    outcome(spoilt, "flows/linea.yaml", (line * 1_000_000).encode()[:1_000_000])
