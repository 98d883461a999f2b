"""Distributions as planning files write them, `{exponential: 1.0}` or `{uniform: [1, 2]}`."""

from __future__ import annotations

from router.adapters.ivr.problems import listed, shown
from router.adapters.ivr.tree import Entries, Items, Scalar, plain
from router.planning.reading import Mapped, not_negative, positive
from router.simulator.chance import (
    Deterministic,
    Duration,
    Exponential,
    Gamma,
    Lognormal,
    Uniform,
)

KINDS = ("exponential", "deterministic", "lognormal", "gamma", "uniform")
EXAMPLE = "one distribution, as in {exponential: 1.0}"


def duration(owner: Mapped, key: str) -> Duration | None:
    """The distribution at a key; None with the problem noted."""
    node = owner.node.items.get(key)
    if node is None:
        owner.problems.add(owner.node.place, f"{owner.what} has no `{key}`", EXAMPLE)
        return None
    if not isinstance(node, Entries) or len(node.items) != 1:
        found = plain(node)
        wrong = f"`{key}` of {owner.what} is {shown(found)}"
        if isinstance(found, dict):
            wrong = f"`{key}` of {owner.what} has {len(found)} distributions"
        owner.problems.add(owner.place(key), wrong, EXAMPLE)
        return None
    kind = next(iter(node.items))
    one = Mapped(node, f"`{key}` of {owner.what}", owner.problems)
    match kind:
        case "exponential":
            mean = one.value(kind, positive)
            return None if mean is None else Exponential(mean)
        case "deterministic":
            value = one.value(kind, not_negative)
            return None if value is None else Deterministic(value)
        case "lognormal":
            two = _two(one, kind, ("mean", "sigma"))
            if two is None:
                return None
            mean, sigma = two.value("mean", positive), two.value("sigma", not_negative)
            return None if mean is None or sigma is None else Lognormal(mean, sigma)
        case "gamma":
            two = _two(one, kind, ("mean", "shape"))
            if two is None:
                return None
            mean, shape = two.value("mean", positive), two.value("shape", positive)
            return None if mean is None or shape is None else Gamma(mean, shape)
        case "uniform":
            return _uniform(one, kind)
    wrong = f"{shown(kind)} is no distribution"
    owner.problems.add(node.keys[kind], wrong, listed(KINDS), word=kind, known=KINDS)
    return None


def _two(owner: Mapped, kind: str, keys: tuple[str, str]) -> Mapped | None:
    node = owner.node.items[kind]
    if not isinstance(node, Entries):
        first, second = keys
        expected = f"{{{first}: ..., {second}: ...}}"
        owner.problems.add(node.place, f"`{kind}` is {shown(plain(node))}", expected)
        return None
    two = Mapped(node, f"`{kind}`", owner.problems)
    two.only(keys)
    return two


def _uniform(owner: Mapped, kind: str) -> Uniform | None:
    node = owner.node.items[kind]
    if (
        not isinstance(node, Items)
        or len(node.items) != 2
        or not all(isinstance(each, Scalar) for each in node.items)
    ):
        owner.problems.add(
            node.place, f"`{kind}` is {shown(plain(node))}", "two values, [low, high]"
        )
        return None
    bounds, _ = owner.values(kind, not_negative)
    if len(bounds) != 2:
        return None
    low, high = bounds
    if low > high:
        wrong = f"`{kind}` goes from {low:g} down to {high:g}: nothing lies between"
        owner.problems.add(node.place, wrong, "the lower bound first, [low, high]")
        return None
    return Uniform(low, high)
