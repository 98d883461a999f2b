"""What a queue asks for only at first (S2): compiled into steps, it means what the rule says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from router.core.routing.expiry import Expire, expiring
from router.core.routing.queue import Queue, Target, WidenStep
from router.core.routing.skills import Skills, SkillSet
from router.core.vocabulary import PromptId, QueueName, SkillName
from tests.core.house import seconds

NAMES = [SkillName(name) for name in ("a", "b", "c")]
LEVELS = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 2), max_size=2)
SETS = LEVELS.map(SkillSet.of)
MOMENTS = st.integers(1, 4).map(float)


def queue(require: SkillSet, widen: Sequence[tuple[float, SkillSet]]) -> Queue:
    return Queue(
        name=QueueName("q"),
        order_class=50,
        require=require,
        widen=tuple(
            WidenStep(after=seconds(after), also=also)
            for after, also in sorted(widen, key=lambda each: each[0])
        ),
        target=Target(share=0.9, within=timedelta(seconds=20)),
        wrap_up=None,
        whisper=PromptId("whisper"),
    )


def eligible_then(asked: Queue, skills: Skills, at: float) -> bool:
    """By the circle that the call's own clock has come to."""
    demand = asked.demand()
    step = sum(after <= at * 1e6 for after in demand.after)
    return any(each.fits(skills) for each in demand.circles[step])


@given(
    SETS, st.lists(st.tuples(MOMENTS, SETS), max_size=3), st.lists(st.tuples(MOMENTS, SETS)), LEVELS
)
def test_s2_who_may_answer_has_what_the_queue_or_a_step_asks_and_whatever_has_not_expired(
    require: SkillSet,
    widen: list[tuple[float, SkillSet]],
    expire: list[tuple[float, SkillSet]],
    skills: dict[SkillName, int],
) -> None:
    asked = expiring(
        queue(require, widen), [Expire(after=seconds(after), skills=each) for after, each in expire]
    )
    for at in (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0):
        sets = [require, *(also for after, also in widen if after <= at)]
        wanted = any(each.fits(skills) for each in sets) and all(
            each.fits(skills) for after, each in expire if at < after
        )
        assert eligible_then(asked, skills, at) is wanted


def test_s2_nothing_that_expires_is_nothing_changed() -> None:
    plain = queue(SkillSet(), [])
    assert expiring(plain, []) is plain
