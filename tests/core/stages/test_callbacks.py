"""What the journal and the store of numbers are told of a callback and of a survey."""

from __future__ import annotations

from router.core.commands import KeepNumber
from router.core.ivr.model import Step
from router.core.ivr.steps.callback import CallbackStep
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.survey import SurveyStep
from router.core.policy import Policy
from router.core.records import CallbackRequested, CommandRefused, SurveyAnswered
from router.core.vocabulary import QueueName, StepName
from tests.core.driver import Driver
from tests.core.house import policy_of, prompts

NUMBER = "5598765432"


def rules() -> Policy:
    """Asked for a callback, and then how it was."""
    gracias = StepName("gracias")
    steps: tuple[Step, ...] = (
        CallbackStep(
            name=StepName("llamada"),
            prompts=prompts("ofrece"),
            queue=QueueName("juridico"),
            ask_number=prompts("pide"),
            confirm=prompts("confirma"),
            safe=prompts("seguro"),
            next=StepName("encuesta"),
            on_unsafe=gracias,
            on_timeout=gracias,
        ),
        SurveyStep(
            name=StepName("encuesta"), prompts=prompts("trato"), question="trato", next=gracias
        ),
        GoodbyeStep(name=gracias, prompts=prompts("gracias")),
    )
    return policy_of(*steps)


def test_another_number_is_kept_where_numbers_are_and_nowhere_else() -> None:
    hotline = Driver(rules())
    caller = hotline.caller_arrives(seconds_ago=3)
    caller.presses(NUMBER).presses("1").presses("1")
    kept = hotline.ordered(KeepNumber)
    assert [(c.call, c.number) for c in kept] == [(caller.id, NUMBER)]
    (asked,) = hotline.records(CallbackRequested)
    assert (asked.queue, asked.other_number) == ("juridico", True)
    assert (hotline.at - asked.arrived_at).total_seconds() == 3
    assert NUMBER not in repr(hotline.entries)
    assert NUMBER not in repr(hotline.commands)
    assert NUMBER not in caller.call.carried


def test_a_number_that_could_not_be_kept_is_not_told_to_the_journal() -> None:
    hotline = Driver(rules())
    hotline.caller_arrives().presses(NUMBER).presses("1").presses("1")
    hotline.refused(hotline.ordered(KeepNumber)[0])
    assert [r.command for r in hotline.records(CommandRefused)] == ["KeepNumber"]
    assert NUMBER not in repr(hotline.entries)


def test_who_hangs_up_before_the_yes_has_asked_for_nothing() -> None:
    hotline = Driver(rules())
    hotline.caller_arrives().presses(NUMBER).presses("1").hangs_up()
    assert not hotline.records(CallbackRequested)
    assert not hotline.ordered(KeepNumber)


def test_an_answer_is_a_figure_in_the_journal() -> None:
    hotline = Driver(rules())
    caller = hotline.caller_arrives().presses(NUMBER).presses("11").presses("4")
    assert [(r.question, r.figure) for r in hotline.records(SurveyAnswered)] == [("trato", 4)]
    assert caller.hears == "gracias"


def test_who_hangs_up_during_the_question_has_not_answered() -> None:
    hotline = Driver(rules())
    hotline.caller_arrives().presses(NUMBER).presses("11").hangs_up()
    assert not hotline.records(SurveyAnswered)
