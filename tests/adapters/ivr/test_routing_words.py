"""What a queue may say about the order of its callers, and about what never relaxes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from router.adapters.flow_files import load
from router.core.routing.choice import AGENT_ORDER, Term
from router.core.routing.skills import SkillSet
from router.core.vocabulary import QueueName, SkillName
from tests.adapters.ivr.flow_mistakes import Edit, told_of


def test_a_queue_says_who_is_favoured_who_is_overdue_and_what_no_step_gives_up(
    flow_folder: Path, edit: Edit
) -> None:
    edit(
        "queues.yaml",
        "    skills: extorsion\n",
        "    skills: extorsion\n"
        "    never_relax: licencia\n    head_start: 20s\n    overdue: 3min\n",
    )
    queue = load(flow_folder).queues[QueueName("extorsion")]
    licence = SkillSet.of({SkillName("licencia"): 1})
    assert (queue.never_relax, queue.head_start, queue.overdue) == (
        licence,
        timedelta(seconds=20),
        timedelta(minutes=3),
    )
    steps = queue.demand().circles[-1][1:]
    assert steps
    assert all(step.plus(licence.levels) == step for step in steps)


def test_s2_a_skill_that_expires_is_asked_for_in_every_step_until_then_and_welcome_after(
    flow_folder: Path, edit: Edit
) -> None:
    edit(
        "queues.yaml",
        "    skills: juridico\n",
        "    skills: juridico\n    expire: [{after: 60s, skills: english>=2}]\n",
    )
    queue = load(flow_folder).queues[QueueName("juridico")]
    english = SkillName("english")
    assert str(queue.require) == "english>=2 and juridico"
    assert dict(queue.prefer) == {english: 1}
    for step in queue.widen:
        asked = dict(step.also.levels).get(english)
        assert asked == (2 if step.after < timedelta(seconds=60) else None)
    late = {str(s.also) for s in queue.widen if s.after == timedelta(seconds=60)}
    assert late == {"juridico", "juridico and psicologia"}


def test_s2_what_never_relaxes_cannot_expire(flow_folder: Path, edit: Edit) -> None:
    edit(
        "queues.yaml",
        "    skills: juridico\n",
        "    skills: juridico\n    never_relax: licencia\n"
        "    expire:\n      - {after: 60s, skills: licencia}\n",
    )
    (told,) = told_of(flow_folder)
    assert "asks for it for ever in `skills` or `never_relax`: the step would change" in told
    line = (flow_folder / "queues.yaml").read_text().split("skills: licencia")[0].count("\n") + 1
    assert f"queues.yaml:{line}:30: " in told


def test_a1_the_order_of_the_terms_is_the_houses_own(flow_folder: Path, edit: Edit) -> None:
    assert load(flow_folder).agent_order == AGENT_ORDER
    edit("queues.yaml", "lost:", "agent_order: [longest_idle, preferred]\nlost:")
    assert load(flow_folder).agent_order == (Term.LONGEST_IDLE, Term.PREFERRED)


def test_a1_an_order_in_which_a_term_decides_nothing_is_refused_in_its_place(
    flow_folder: Path, edit: Edit
) -> None:
    edit("queues.yaml", "lost:", "agent_order: [longest_idle, idle]\nlost:")
    (told,) = told_of(flow_folder)
    line = (flow_folder / "queues.yaml").read_text().split("agent_order")[0].count("\n") + 1
    assert f"queues.yaml:{line}:29: the file: `agent_order`, number 2 is 'idle'" in told
    edit("queues.yaml", "[longest_idle, idle]", "[id, longest_idle]")
    (told,) = told_of(flow_folder)
    assert "longest_idle behind `id`: no two agents are left to be told apart" in told
