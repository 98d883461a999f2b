"""What a flow remembers, notes and decides, which callers do not notice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from router.adapters.ivr.expressions import compiled, read_source
from router.core.ivr.speaking.gender import Gender
from router.core.ivr.speaking.grammar import Form
from router.core.ivr.steps.branch import BranchStep, Case
from router.core.ivr.steps.next import NextStep
from router.core.ivr.steps.require import RequireStep
from router.core.ivr.steps.say import SayStep
from router.core.ivr.steps.set import SetStep
from router.core.ivr.steps.tag import TagStep
from router.core.ivr.waits import ForAgent
from router.core.vocabulary import QueueName, SkillName, StepName
from tests.core.ivr.caller import CUT, Caller, goodbye, language, menu, queue

Calls = Callable[..., Caller]
ENDS = (queue("crisis"), queue("juridico"), goodbye())


def sets(to: str, **values: str) -> SetStep:
    return SetStep(
        name=StepName("pone"),
        values={name: read_source(value) for name, value in values.items()},
        next=StepName(to),
        on_failure=StepName("crisis"),
    )


def branch(*cases: tuple[str, str], otherwise: str = "crisis") -> BranchStep:
    return BranchStep(
        name=StepName("decide"),
        cases=tuple(Case(condition=compiled(c), to=StepName(to)) for c, to in cases),
        otherwise=StepName(otherwise),
    )


def test_a_flow_remembers_texts_numbers_and_truths(calls: Calls) -> None:
    caller = calls(sets("juridico", tema="vivienda", cuantos="3", urge="true", cero="007"), *ENDS)
    assert caller.run.variables == {"tema": "vivienda", "cuantos": 3, "urge": True, "cero": "007"}


def test_a_value_is_computed_of_what_was_there_before(calls: Calls) -> None:
    first = SetStep(name=StepName("uno"), values={"a": 1, "b": 2}, next=StepName("pone"))
    caller = calls(first, sets("juridico", a="=b + 1", b="=a"), *ENDS)
    assert caller.run.variables == {"a": 3, "b": 1}


def test_what_cannot_be_computed_stays_and_leads_where_the_step_says(calls: Calls) -> None:
    first = SetStep(name=StepName("uno"), values={"a": "x"}, next=StepName("pone"))
    caller = calls(first, sets("juridico", a="=string(int(a))"), *ENDS)
    assert (caller.run.variables, caller.run.step) == ({"a": "x"}, "crisis")


def test_the_first_true_condition_leads(calls: Calls) -> None:
    step = branch(("language == 'en'", "gracias"), ("line == '55'", "juridico"))
    caller = calls(step, *ENDS)
    assert (caller.run.step, caller.notes[-1].after) == ("juridico", "true")


def test_without_a_true_condition_the_other_way_is_taken(calls: Calls) -> None:
    caller = calls(branch(("anonymous", "juridico"), otherwise="gracias"), *ENDS)
    assert (caller.run.step, caller.notes[-1].after) == ("gracias", "otherwise")


def test_a_condition_that_cannot_be_computed_takes_the_other_way(calls: Calls) -> None:
    caller = calls(branch(("int(language) == 1", "juridico"), ("true", "juridico")), *ENDS)
    assert (caller.run.step, caller.notes[-1].after) == ("crisis", "failure")


def test_the_language_that_was_chosen_is_known(calls: Calls) -> None:
    caller = calls(language("en", "decide"), branch(("language == 'en'", "juridico")), *ENDS)
    assert caller.run.step == "juridico"


def test_a_call_keeps_each_tag_once(calls: Calls) -> None:
    one = TagStep(name=StepName("uno"), tags=("estafa", "vivienda"), next=StepName("dos"))
    two = TagStep(name=StepName("dos"), tags=("estafa", "urgente"), next=StepName("juridico"))
    assert calls(one, two, *ENDS).run.tags == ("estafa", "vivienda", "urgente")


def test_a_place_in_a_flow_only_leads_on(calls: Calls) -> None:
    caller = calls(NextStep(name=StepName("aqui"), next=StepName("juridico")), *ENDS)
    assert caller.path == ["aqui", "juridico"]


def test_required_skills_add_up_and_the_higher_level_holds(calls: Calls) -> None:
    def requires(name: str, to: str, **levels: int) -> RequireStep:
        skills = {SkillName(skill): level for skill, level in levels.items()}
        return RequireStep(name=StepName(name), skills=skills, next=StepName(to))

    caller = calls(
        requires("uno", "dos", english=2), requires("dos", "juridico", english=1, lsm=1), *ENDS
    )
    wanted = ((SkillName("english"), 2), (SkillName("lsm"), 1))
    assert caller.wait == ForAgent(queue=QueueName("juridico"), require=wanted)


def says(value: str, form: Form = Form.NUMBER, *, barge_in: bool = True) -> SayStep:
    return SayStep(
        name=StepName("dice"),
        value=read_source(value),
        form=form,
        gender=Gender.FEMININE if form is Form.NUMBER else None,
        next=StepName("menu"),
        barge_in=barge_in,
        on_failure=StepName("crisis"),
    )


MENU = menu(k1="crisis", k4="juridico")


def test_a_value_is_said_and_the_flow_goes_on(calls: Calls) -> None:
    caller = calls(says("=20 + 1"), MENU, *ENDS)
    assert caller.heard() == ["spoken_21_feminine"]
    assert caller.listens().heard() == ["menu"]


def test_a_key_cuts_a_value_and_counts_for_the_menu(calls: Calls) -> None:
    caller = calls(says("0155", Form.DIGITS), MENU, *ENDS).presses("4")
    assert caller.heard() == ["digits/0+digits/1+digits/5+digits/5", CUT]
    assert caller.run.step == "juridico"


def test_a_key_pressed_before_is_not_made_to_wait_for_the_value(calls: Calls) -> None:
    caller = calls(menu("primero", k1="dice"), says("1"), MENU, *ENDS).presses("14")
    assert caller.run.step == "juridico"


def test_a_value_that_cannot_be_said_leads_where_the_step_says(calls: Calls) -> None:
    assert calls(says("=language"), MENU, *ENDS).run.step == "crisis"
    assert calls(says("7"), MENU, *ENDS).listens(heard=False).run.step == "crisis"


@pytest.mark.parametrize("barge_in", [True, False])
def test_a_caller_who_presses_nothing_hears_the_value_out(calls: Calls, barge_in: bool) -> None:
    assert calls(says("7", barge_in=barge_in), MENU, *ENDS).listens().run.step == "menu"
