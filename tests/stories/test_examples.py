"""The example hotlines load, are found clean, and go as their stories tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters import flow_files
from router.cli.exits import Exit
from router.cli.main import run
from router.core.vocabulary import FlowName
from router.rehearsal.story_file import read
from router.rehearsal.telling import Telling

EXAMPLES = sorted((Path(__file__).parents[2] / "ivr/examples").iterdir())
STORIES = sorted(story for example in EXAMPLES for story in example.glob("stories/*.yaml"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_found_clean(example: Path) -> None:
    assert run(["check", str(example)]) == Exit.DONE


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_an_example_goes_as_its_story_tells(path: Path) -> None:
    rules = flow_files.load(path.parents[1])
    assert FlowName(path.stem.split(".")[0]) in rules.book.flows
    Telling(read(path), rules).play()


def test_every_example_has_stories() -> None:
    assert {path.parents[1] for path in STORIES} == set(EXAMPLES)
    assert len(EXAMPLES) == 3
