"""The shipped hotline, told in stories: <flow>.<case>.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters import flow_files
from router.core.policy import Policy
from router.core.vocabulary import FlowName
from tests.stories.telling import Story, Telling, read

HERE = Path(__file__).parent
IVR = HERE.parents[1] / "ivr"
STORIES = sorted(HERE.glob("*.yaml"))
LINES_AT_MOST = 40


@pytest.fixture(scope="module")
def rules() -> Policy:
    return flow_files.load(IVR)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_it_is_told(path: Path, rules: Policy) -> None:
    Telling(read(path), rules).play()


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_is_short_and_about_a_flow_that_exists(path: Path, rules: Policy) -> None:
    assert path.read_text().count("\n") <= LINES_AT_MOST
    flow, case = path.stem.split(".")
    assert FlowName(flow) in rules.book.flows
    assert case


@pytest.mark.parametrize("wrong", [{"caller hears": "menu"}, "caller vanishes", {"ringing": ["x"]}])
def test_a_story_that_goes_otherwise_fails(rules: Policy, wrong: str | dict[str, object]) -> None:
    tale: list[str | dict[str, object]] = [{"caller dials": 5555335533}, wrong]
    with pytest.raises(AssertionError):
        Telling(Story(story="", tale=tale, recorded=[]), rules).play()


def test_a_story_whose_record_is_missing_fails(rules: Policy) -> None:
    tale: list[str | dict[str, object]] = [{"caller dials": 5555335533}]
    with pytest.raises(AssertionError, match="not recorded"):
        Telling(Story(story="", tale=tale, recorded=["answered"]), rules).play()
