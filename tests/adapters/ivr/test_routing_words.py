"""What a queue may say about the order of its callers, and about what never relaxes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from router.adapters.flow_files import load
from router.core.routing.skills import SkillSet
from router.core.vocabulary import QueueName, SkillName
from tests.adapters.ivr.flow_mistakes import Edit


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
