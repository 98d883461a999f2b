"""The example in each step kind's docstring is one that the flow files may contain."""

from __future__ import annotations

import re
import textwrap
from typing import get_args

import pytest

from router.adapters.ivr.problems import Place, Problems
from router.adapters.ivr.steps import KINDS, read_step
from router.adapters.ivr.tree import read
from router.core.ivr.model import Step

STEP_KINDS = get_args(Step)
AT = Place(file="example")


@pytest.mark.parametrize("kind", STEP_KINDS, ids=lambda kind: kind.kind)
def test_the_example_of_a_step_kind_loads(kind: type[Step]) -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", kind.__doc__ or "", re.DOTALL)
    problems = Problems()
    root = read(textwrap.dedent(example).encode(), "example", problems)
    assert root is not None
    step = read_step("example", AT, root, problems)
    problems.raise_if_any()
    assert type(step) is kind


def test_every_step_kind_can_be_written() -> None:
    assert set(KINDS) == {kind.kind for kind in STEP_KINDS}
