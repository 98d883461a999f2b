"""A caller is asked how it was, and is not pressed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from router.core.ivr.sayings import Answer
from router.core.ivr.steps.survey import SurveyStep
from router.core.vocabulary import PromptId, StepName
from tests.core.ivr.caller import CUT, Caller, goodbye, queue

Calls = Callable[..., Caller]
SURVEY = SurveyStep(
    name=StepName("encuesta"),
    prompts=(PromptId("pregunta"),),
    question="trato",
    scale=5,
    wrong=(PromptId("mal"),),
    into="nota",
    next=StepName("gracias"),
)


@pytest.fixture
def asked(calls: Calls) -> Caller:
    """The agent has hung up."""
    caller = calls(queue("juridico", "encuesta"), SURVEY, goodbye()).talks_to_the_end()
    assert caller.run.step == "encuesta"
    return caller


@pytest.mark.parametrize("key", "12345")
def test_a_key_of_the_scale_answers(asked: Caller, key: str) -> None:
    asked.presses(key)
    assert asked.noted == [Answer(question="trato", figure=int(key))]
    assert (asked.run.step, asked.run.variables) == ("gracias", {"nota": int(key)})
    assert asked.heard() == ["pregunta", CUT, "gracias"]


def test_silence_goes_on_without_an_answer(asked: Caller) -> None:
    asked.listens().says_nothing()
    assert (asked.noted, asked.run.step) == ([], "gracias")
    assert asked.run.variables == {"nota": 0}


@pytest.mark.parametrize("key", "06789*#")
def test_a_wrong_key_is_told_once_and_then_goes_on(asked: Caller, key: str) -> None:
    asked.listens().presses(key)
    assert asked.heard()[-1] == "mal+pregunta"
    asked.presses(key)
    assert (asked.noted, asked.run.step) == ([], "gracias")


def test_a_question_that_cannot_be_played_waits_for_a_key(asked: Caller) -> None:
    asked.listens(heard=False).presses("3")
    assert asked.noted == [Answer(question="trato", figure=3)]
