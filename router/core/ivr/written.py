"""A run as JSON can say it, for the next life of the engine, without anything that is fleeting."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from router.core.ivr.flow_run import Fleeting, FlowRun, Frame
from router.core.ivr.values import LONGEST, Value
from router.core.ivr.waits import ForPrompt
from router.core.plain import NotReadable, Plain, decoder, encoder
from router.core.vocabulary import FlowName, StepName

NEVER_WRITTEN = frozenset({"typed_ahead", "collected"})
"""What a caller pressed is in them."""
BEGUN_AGAIN = frozenset({"wrong", "repeats", "digits", "phase", "wait"})
"""They count within a step, which is entered again."""
REMEMBERED = frozenset({"flow", "step", "variables", "fleeting"})
"""Written for each flow that the caller is in."""
STACK = "stack"


def _others() -> Iterator[tuple[str, Any, Any]]:
    hints = get_type_hints(FlowRun)
    for each in fields(FlowRun):
        if each.name not in {*NEVER_WRITTEN, *BEGUN_AGAIN, *REMEMBERED, STACK}:
            yield each.name, hints[each.name], each.default


_OTHERS = {name: (encoder(hint), decoder(hint), usual) for name, hint, usual in _others()}


def written(run: FlowRun) -> dict[str, Plain]:
    """What is as usual is not written. Of what is fleeting the names are, so that the next life
    knows where it can be had again."""
    plain = _level(run)
    for name, (encode, _, usual) in _OTHERS.items():
        value = getattr(run, name)
        if usual is MISSING or value != usual:
            plain[name] = encode(value)
    if run.stack:
        plain[STACK] = [_level(frame) for frame in run.stack]
    return plain


def _level(level: FlowRun | Frame) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"flow": level.flow, "step": level.step}
    variables = {name: v for name, v in level.variables.items() if name not in level.fleeting}
    if variables:
        plain["variables"] = variables
    if level.fleeting:
        plain["fleeting"] = dict(level.fleeting)
    return plain


def shorten(plain: dict[str, Plain]) -> bool:
    """Leave something out: the tags; then variables, the longest first; then the innermost flow.

    What is left is true: a flow that lacks a variable goes back to where it is set. False: there is
    nothing that could be left out.
    """
    if plain.pop("tags", None) is not None:
        return True
    levels = [plain, *plain.get(STACK, ())]
    entries = [
        (len(json.dumps(value)) + len(name), name, kind, depth)
        for depth, level in enumerate(levels)
        for kind in ("variables", "fleeting")
        for name, value in level.get(kind, {}).items()
    ]
    if entries:
        _, name, kind, depth = max(entries)
        del levels[depth][kind][name]
        return True
    if plain.get(STACK):
        plain |= plain[STACK].pop()
        return True
    return False


def read_run(plain: Plain) -> FlowRun | None:
    """Fields that another version did not write have their defaults. None: it makes no sense."""
    if not isinstance(plain, dict):
        return None
    try:
        given = {
            name: decode(plain[name]) for name, (_, decode, _) in _OTHERS.items() if name in plain
        }
        stack = tuple(Frame(**_read_level(each)) for each in _listed(plain.get(STACK, [])))
        return FlowRun(**_read_level(plain), **given, stack=stack, wait=ForPrompt())
    except (NotReadable, TypeError):
        return None


def _read_level(plain: Plain) -> dict[str, Any]:
    if not isinstance(plain, dict):
        raise NotReadable("expected a flow")
    return {
        "flow": FlowName(_word(plain.get("flow"))),
        "step": StepName(_word(plain.get("step"))),
        "variables": _variables(plain.get("variables", {})),
        "fleeting": _fleeting(plain.get("fleeting", {})),
    }


def _variables(plain: Plain) -> Mapping[str, Value]:
    if not isinstance(plain, dict):
        raise NotReadable("expected variables")
    for value in plain.values():
        if not isinstance(value, bool | int | float | str):
            raise NotReadable("expected a text, a number or a truth")
        if isinstance(value, str) and len(value) > LONGEST:
            raise NotReadable(f"expected at most {LONGEST} letters")
    return plain


def _fleeting(plain: Plain) -> Fleeting:
    if not isinstance(plain, dict):
        raise NotReadable("expected names of steps")
    return {name: StepName(_word(step)) for name, step in plain.items()}


def _word(plain: Plain) -> str:
    if not isinstance(plain, str):
        raise NotReadable(f"expected str, found {type(plain).__name__}")
    return plain


def _listed(plain: Plain) -> list[Plain]:
    if not isinstance(plain, list):
        raise NotReadable("expected a list")
    return plain
