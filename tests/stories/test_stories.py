"""The shipped hotline, told in stories: <flow>.<case>.yaml; and `hotline stories`, for admins'."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.adapters import flow_files
from router.cli.exits import Exit
from router.cli.main import run
from router.core.policy import Policy
from router.core.vocabulary import FlowName
from router.errors import StoryGoesOtherwise, StoryInvalid
from router.rehearsal.story_file import Sentence, Story, read
from router.rehearsal.telling import Telling
from tests.core.books import books_close, floor_agrees

HERE = Path(__file__).parent
IVR = HERE.parents[1] / "ivr"
STORIES = sorted(HERE.glob("*.yaml"))
LINES_AT_MOST = 40
DIALS: Sentence = {"caller dials": 5555335533}


@pytest.fixture(scope="module")
def rules() -> Policy:
    return flow_files.load(IVR)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_story_goes_as_it_is_told(path: Path, rules: Policy) -> None:
    telling = Telling(read(path), rules)
    telling.play(after_each=floor_agrees)
    books_close(telling.hotline.entries, telling.hotline.engine.floor)


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_a_story_is_short_and_about_a_flow_that_exists(path: Path, rules: Policy) -> None:
    assert path.read_text().count("\n") <= LINES_AT_MOST
    flow, case = path.stem.split(".")
    assert FlowName(flow) in rules.book.flows
    assert case


@pytest.mark.parametrize(
    "wrong",
    [
        {"caller hears": "menu"},
        "caller vanishes",
        {"ringing": ["x"]},
        {"caller talks to": "ana"},
        {"nobody presses": 1},
        {"seconds": "many"},
        "ana answers",
    ],
)
def test_a_story_that_goes_otherwise_fails(rules: Policy, wrong: Sentence) -> None:
    agents = {"ana": {"skills": {"crisis": 3}}}
    with pytest.raises(StoryGoesOtherwise):
        Telling(Story(story="", agents=agents, tale=[DIALS, wrong]), rules).play()


def test_a_story_whose_record_is_missing_fails(rules: Policy) -> None:
    with pytest.raises(StoryGoesOtherwise, match="not recorded"):
        Telling(Story(story="", tale=[DIALS], recorded=["answered"]), rules).play()


def test_a_story_with_a_record_that_must_not_be_fails(rules: Policy) -> None:
    with pytest.raises(StoryGoesOtherwise, match="it is recorded"):
        Telling(Story(story="", tale=[DIALS], never=["call_started"]), rules).play()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no `story:`"),
        ("story: [", "no YAML"),
        ("story: s\ntale: []\nend: x", "'end' is not known"),
        ("story: s", "no `tale:`"),
        ("story: s\ntale: [{a: 1, b: 2}]", "no sentence"),
        ("story: s\ntale: []\nat: noon", "expected a time"),
        ("story: s\ntale: []\nagents: {ana: x}", "the agent 'ana'"),
        ("story: s\ntale: []\nagents: {ana: {skills: {crisis: 9}}}", "a level from 1 to 5"),
        ("story: s\ntale: []\nagents: {ana: {by: pigeon}}", "is by 'pigeon'"),
        ("story: s\ntale: []\nnumbers: secret", "withheld or known"),
    ],
)
def test_a_file_that_is_no_story_is_told_in_a_sentence(
    text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(StoryInvalid, match=said):
        read(tmp_path / "a.yaml")


def test_keys_with_a_leading_zero_are_keys(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("story: s\ntale: [{caller presses: 07}]")
    assert read(tmp_path / "a.yaml").tale == [{"caller presses": "07"}]


def test_admins_run_a_folder_of_stories(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["stories", str(HERE), "--ivr", str(IVR)]) == Exit.DONE
    told = capfd.readouterr().out
    assert f"{len(STORIES)} stories go as they are told" in told


def test_a_story_that_goes_otherwise_is_told_with_the_sentence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    good, bad = (
        "story: good\ntale: []",
        "story: bad\ntale: [caller dials: 5555335533, caller is gone]",
    )
    (tmp_path / "good.yaml").write_text(good)
    (tmp_path / "bad.yaml").write_text(bad)
    (tmp_path / "worse.yaml").write_text("story: []")
    assert run(["stories", str(tmp_path), "--ivr", str(IVR)]) == Exit.NOT_SO
    told = capfd.readouterr().out
    assert "bad.yaml: Not so: caller is gone; it is False." in told
    assert "worse.yaml cannot be read as a story" in told
    assert "1 of 3 stories goes as it is told" in told


def test_a_folder_without_stories_is_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(["stories", str(tmp_path), "--ivr", str(IVR)]) == Exit.WRONG_USE
    assert "There is no story" in capfd.readouterr().err
