"""Expressions tried with values before a caller meets them, and the kind of what they are worth."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence

from router.core.ivr.expressions import Expression
from router.core.ivr.values import LONGEST, SAMPLES, Value, ValueKind, kind_of

TRIALS = 512
"""Combinations of values that an expression is tried with."""


def trials(expression: Expression, known: Mapping[str, ValueKind]) -> Iterator[Mapping[str, Value]]:
    """Values for its variables: usual ones, and those that it compares them with."""
    numbers = [
        int(found) for found in re.findall(r"(?<![\w.])\d{1,15}(?![\w.])", expression.source)
    ]
    texts = [one or two for one, two in re.findall(r"\"([^\"]*)\"|'([^']*)'", expression.source)]
    choices: list[Sequence[Value]] = []
    for name in expression.names:
        kind = known[name]
        usual = SAMPLES[kind]
        if kind is ValueKind.NUMBER:
            near = (n + d for n in numbers for d in (-1, 0, 1))
            choices.append(tuple(dict.fromkeys((*usual, *near))))
        elif kind in (ValueKind.TEXT, ValueKind.SECRET):
            figures = (str(n + d) for n in numbers for d in (-1, 0, 1))
            lengths = ("1" * n for n in numbers if n <= LONGEST)
            choices.append(tuple(dict.fromkeys((*usual, *texts, *figures, *lengths))))
        else:
            choices.append(usual)
    for values in _spread(choices):
        yield dict(zip(expression.names, values, strict=True))


def kind_of_expression(expression: Expression, known: Mapping[str, ValueKind]) -> ValueKind | None:
    """None: a variable is missing, it cannot be computed, or its kind depends on the values.

    What is computed of a secret is one.
    """
    if any(name not in known for name in expression.names):
        return None
    worths = [expression.worth(values) for values in trials(expression, known)]
    kinds = {kind_of(worth) for worth in worths if worth is not None}
    if len(kinds) != 1:
        return None
    (kind,) = kinds
    secret = any(known[name] is ValueKind.SECRET for name in expression.names)
    return ValueKind.SECRET if secret and kind is ValueKind.TEXT else kind


def _spread(choices: Sequence[Sequence[Value]]) -> Iterator[tuple[Value, ...]]:
    """All combinations, or as many of them, evenly spread."""
    count = math.prod(len(each) for each in choices)
    stride = max(1, count // TRIALS)
    # Odd to the lengths of the choices, or some of their values would never be met.
    while stride > 1 and any(math.gcd(stride, len(each)) > 1 for each in choices):
        stride += 1
    return itertools.islice(itertools.product(*choices), 0, None, stride)
