"""A model file is read to the letter, or refused with place and consequence."""

from __future__ import annotations

import pytest

from router.core.routing.choice import Term
from router.core.routing.skills import SkillSet
from router.core.vocabulary import SkillName
from router.errors import ModelInvalid
from router.planning.model_yaml import read_model
from router.simulator.chance import Exponential, Gamma, Lognormal, Uniform
from router.simulator.model import Model

WHOLE = """\
agent_order: [longest_idle]
call_order: arrival
wrap_up: 0.5
period: 2
agents:
  - {group: g1, count: [10, 12], skills: {a: 1}, speed: 2.0}
  - {group: g2, count: 3, skills: {a: 2, b: 5}}
calls:
  - name: a
    rate: [11.0, 3]
    require: {a: 1}
    class: 50
    service: {exponential: 1.0}
    patience: never
  - name: b
    rate: 1
    require: {b: 4}
    class: 90
    service: {lognormal: {mean: 2, sigma: 0.8}}
    patience: {gamma: {mean: 3, shape: 2}}
    widen: [{after: 0.5, also: {a: 2}}]
"""


def told(text: str) -> str:
    with pytest.raises(ModelInvalid) as refused:
        read_model(text.encode(), "m.yaml")
    return str(refused.value)


def model(text: str) -> Model:
    return read_model(text.encode(), "m.yaml")[0]


def test_all_that_a_model_may_say_is_read() -> None:
    read = model(WHOLE)
    assert read.agent_order == (Term.LONGEST_IDLE,)
    assert (read.wrap_up, read.period, read.periods) == (0.5, 2.0, 2)
    assert [group.counts for group in read.groups] == [(10, 12), (3,)]
    assert [group.speed for group in read.groups] == [2.0, 1.0]
    first, second = read.calls
    assert first.rates == (11.0, 3.0)
    assert (first.order_class, first.service, first.patience) == (50, Exponential(1.0), None)
    assert second.service == Lognormal(2.0, 0.8)
    assert second.patience == Gamma(3.0, 2.0)
    assert second.widen[0].also == SkillSet.of({SkillName("a"): 2})


SMALL = """\
agents:
  - {group: g, count: 2, skills: {a: 1}}
calls:
  - {name: a, rate: 1, require: {a: 1}, class: 1, service: {exponential: 1}, patience: never}
"""


def test_what_is_left_out_has_its_default() -> None:
    read = model(SMALL)
    assert (read.wrap_up, read.period) == (0.0, None)
    uniform = SMALL.replace("{exponential: 1}", "{uniform: [1, 2]}")
    assert model(uniform).calls[0].service == Uniform(1.0, 2.0)


WRONG = {
    ("rate: 1", "rate: -1"): "m.yaml:4:21: `rate` is -1: fewer calls than none cannot come",
    ("count: 2", "count: -2"): "m.yaml:2:23: `count` is -2: so many agents cannot work",
    ("count: 2", "count: 0"): "m.yaml:2:3: nobody works: no call is ever answered",
    ("count: 2", "count: two"): "m.yaml:2:23: `count` is 'two'; expected a whole number",
    ("skills: {a: 1}", "skills: {a: 6}"): "m.yaml:2:38: the level of 'a' is '6'",
    ("require: {a: 1}", "require: {a: 0}"): "m.yaml:4:37: the level of 'a' is '0'",
    ("require: {a: 1}", "require: {c: 1}"): "nobody has what a requires: its callers would wait",
    ("rate: 1,", "rate: [1, 2],"): "m.yaml:4:21: `rate` is a list, and nothing says how long",
    ("agents:", "period: 1\nagents:"): "m.yaml:1:1: there is a `period`, and no `rate`",
    ("agents:", "call_order: random\nagents:"): "m.yaml:1:13: `call_order` is 'random'",
    ("agents:", "agent_order: [idle]\nagents:"): "no two agents differ by it; expected",
    ("agents:", "agent_order: [id, id]\nagents:"): "names a term twice",
    ("agents:", "agent_order: [id, longest_idle]\nagents:"): "no two agents are left",
    ("agents:", "wrapup: 1\nagents:"): "m.yaml:1:1: the model has no 'wrapup'",
    ("{exponential: 1}", "{exponential: 0}"): "`exponential` is 0: nothing could be divided by",
    ("{exponential: 1}", "{exponental: 1}"): "did you mean exponential?",
    ("{exponential: 1}", "{uniform: [2, 1]}"): "goes from 2 down to 1: nothing lies between",
    ("{exponential: 1}", "{lognormal: {mean: 1}}"): "`lognormal` has no `sigma`",
    ("{exponential: 1}", "{gamma: 3}"): "`gamma` is '3'; expected {mean: ..., shape: ...}",
    ("{exponential: 1}", "1"): "`service` of the call a is '1'; expected one distribution",
    ("patience: never", "patience: forever"): "`patience` of the call a is 'forever'",
    ("class: 1", "class: high"): "`class` is 'high'; expected a whole number",
    ("name: a, ", ""): "m.yaml:4:5: this call has no `name`",
}


@pytest.mark.parametrize(("change", "sentence"), WRONG.items(), ids=[new for _, new in WRONG])
def test_what_is_wrong_is_told_with_its_place_and_consequence(
    change: tuple[str, str], sentence: str
) -> None:
    before, after = change
    assert before in SMALL
    assert sentence in told(SMALL.replace(before, after, 1))


def test_lists_of_different_lengths_are_refused() -> None:
    wrong = WHOLE.replace("rate: [11.0, 3]", "rate: [11.0, 3, 4]")
    assert "m.yaml:10:11: `rate` has 3 values and `count` in line 6 has 2" in told(wrong)


def test_a_name_that_is_taken_is_refused() -> None:
    assert "'g1' is taken already, in line 6" in told(WHOLE.replace("group: g2", "group: g1"))


def test_steps_that_go_back_in_time_are_refused() -> None:
    steps = "widen: [{after: 0.5, also: {a: 2}}, {after: 0.1, also: {a: 1}}]"
    wrong = WHOLE.replace("widen: [{after: 0.5, also: {a: 2}}]", steps)
    assert "before the one above it" in told(wrong)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = SMALL.replace("rate: 1", "rate: -1").replace("count: 2", "count: x")
    assert len(told(wrong).splitlines()) == 2


def test_callers_whom_nobody_can_serve_and_a_queue_without_end_are_warned_of() -> None:
    starved = SMALL.replace("require: {a: 1}", "require: {c: 1}").replace(
        "patience: never", "patience: {exponential: 1}"
    )
    assert "all of its callers give up" in read_model(starved.encode(), "m")[1][0]
    full = SMALL.replace("rate: 1", "rate: 2")
    assert "grows without end" in read_model(full.encode(), "m")[1][0]
    assert read_model(SMALL.encode(), "m")[1] == ()
