"""What may stand in the flow files, as JSON Schema: editors complete and correct by it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from router.adapters.ivr import agent_order, calendar, expressions, words
from router.adapters.ivr.checks.acceptance import AcceptedShape
from router.adapters.ivr.contacts import ContactShape
from router.adapters.ivr.hours import ByDayShape, EveryDayShape
from router.adapters.ivr.kinds import recording
from router.adapters.ivr.lines import CrisisWithinShape, LineShape
from router.adapters.ivr.queues import HeadShape, QueueShape, ReserveShape
from router.adapters.ivr.shapes import Shape, words_of
from router.adapters.ivr.steps import KINDS
from router.core.ivr.steps.next import NextStep

DRAFT = "http://json-schema.org/draft-07/schema#"
NAME_PATTERN = "^[a-z][a-z0-9_]{0,59}$"
DURATION_PATTERN = r"^\d{1,6}(\.\d{1,3})? ?(ms|s|min|h)$"
NAME = {"type": "string", "pattern": NAME_PATTERN}
DURATION = {
    "type": "string",
    "pattern": DURATION_PATTERN,
    "description": "A duration such as 4s, 2min or 1h.",
}
WORD = {"type": ["string", "integer", "boolean", "number"]}
TIMES = {"type": "string", "pattern": r"^\d\d:\d\d ?- ?\d\d:\d\d$"}
RANGES = {"anyOf": [TIMES, {"type": "array", "items": TIMES, "minItems": 1}]}
NAMES = {"anyOf": [NAME, {"type": "array", "items": NAME, "minItems": 1, "maxItems": 20}]}
SKILLS = {"type": "string", "description": "psicologia and juridico>=3, or anyone."}

MEANINGS: Mapping[Callable[..., Any], JsonSchemaValue] = {
    words.read_name: NAME,
    words.read_key: {"type": ["string", "integer"], "pattern": "^[0-9*#]$"},
    words.read_number: {"type": ["string", "integer"], "pattern": "^[0-9]{2,15}$"},
    words.read_language: {"type": "string", "pattern": "^[a-z]{2,3}$"},
    words.read_text: WORD,
    words.read_duration: DURATION,
    words.read_positive: DURATION,
    words.read_window: {
        "type": "string",
        "pattern": r"^\d{1,6}(\.\d{1,3})? ?(ms|s|min|h|d)$",
        "description": "A time such as 30d or 12h.",
    },
    words.read_pause: DURATION | {"description": "A duration from 1s to 30s."},
    recording.read_longest: DURATION | {"description": "A duration from 5s to 10min."},
    words.read_wrap_up: {"anyOf": [{"const": "agent"}, DURATION]},
    words.read_target: {"type": "string", "pattern": r"^\d{1,3} ?% in .+$"},
    words.read_skills: SKILLS,
    words.read_circle: SKILLS
    | {"description": "psicologia and juridico, or psicologia or guardia."},
    words.read_preferences: {"anyOf": [NAME, {"type": "object"}]},
    words.read_requirements: SKILLS,
    words.read_prompts: NAMES,
    words.read_names: NAMES,
    words.read_ranges: RANGES,
    words.read_ender: {"enum": ["#", "*", "none"]},
    agent_order.read_term: {"enum": list(agent_order.TERMS)},
    calendar.read_days: {"type": "object", "description": "2026-12-24: 09:00-14:00"},
    calendar.read_country: {"type": "string", "pattern": "^[A-Z]{2}(-[A-Z0-9]{1,3})?$"},
    expressions.read_source: WORD,
    expressions.read_variable: NAME,
    expressions.compiled: WORD | {"description": "A condition in CEL such as `edad < 18`."},
}
"""What each reader takes, as far as a schema can say it; all else is the reader's own business."""


class _Words(GenerateJsonSchema):
    """Shapes in the words that a flow file is written in."""

    def function_plain_schema(
        self, schema: core_schema.PlainValidatorFunctionSchema
    ) -> JsonSchemaValue:
        return dict(MEANINGS.get(schema["function"]["function"], {}))

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default is compiled, and nobody could write it so."""
        return self.generate_inner(schema["schema"])


def schemas() -> Mapping[str, JsonSchemaValue]:
    """One for each kind of file, by its name."""
    return {
        "flow": _flow(),
        "lines": _file(
            "Which number begins which flow.",
            lines=_named(_shape(LineShape), "^[0-9]{2,15}$"),
            default={"type": ["string", "integer"]},
            crisis_within=_shape(CrisisWithinShape),
        ),
        "queues": _file(
            "Who is asked for, how long it rings, what is heard meanwhile.",
            **_shape(HeadShape)["properties"],
            queues=_named(_shape(QueueShape)),
            reserves={"type": "array", "items": _shape(ReserveShape)},
        ),
        "hours": _file(
            "When something is open.",
            hours=_named({"anyOf": [_shape(EveryDayShape), _shape(ByDayShape)]}),
        ),
        "prompts": {
            "$schema": DRAFT,
            "description": "What is said, word for word.",
            "type": "object",
            "patternProperties": {NAME_PATTERN: WORD},
            "additionalProperties": False,
        },
        "contacts": _file("People outside.", contacts=_named(_shape(ContactShape))),
        "accepted": _file(
            "Findings of the check that are meant so.",
            accepted={"type": "array", "items": _shape(AcceptedShape)},
        ),
    }


def _flow() -> JsonSchemaValue:
    """A step is known by the key that names its kind: then its other keys are those of the kind."""
    fields = {
        kind: {field for field in words_of(shape) if field != kind} for kind, shape in KINDS.items()
    }
    ways = []
    for kind, shape in KINDS.items():
        # `next` and `queue` are kinds, and fields of other kinds as well.
        others = [other for other in KINDS if other != kind and kind in fields[other]]
        here: JsonSchemaValue = {"required": [kind]}
        if others:
            here["not"] = {"anyOf": [{"required": [other]} for other in others]}
        ways.append({"if": here, "then": _shape(shape)})
    heads = {kind: {"description": _said(shape)} for kind, shape in KINDS.items()}
    kinds = [kind for kind in KINDS if kind != NextStep.kind] + [NextStep.kind]
    return _file(
        "Where a call begins, and the steps that lead to each other.",
        start=NAME,
        parameters={"type": "object"},
        results={"type": "object"},
        steps=_named(
            {
                "type": "object",
                "properties": heads,
                "anyOf": [{"required": [kind]} for kind in kinds],
                "allOf": ways,
            }
        ),
    )


def _file(about: str, **sections: JsonSchemaValue) -> JsonSchemaValue:
    return {
        "$schema": DRAFT,
        "description": about,
        "type": "object",
        "properties": sections,
        "additionalProperties": False,
    }


def _named(of: JsonSchemaValue, pattern: str = NAME_PATTERN) -> JsonSchemaValue:
    return {"type": "object", "patternProperties": {pattern: of}, "additionalProperties": False}


def _shape(shape: type[Shape]) -> JsonSchemaValue:
    """With the shapes within it written out: editors follow no reference into another file."""
    made = shape.model_json_schema(schema_generator=_Words)
    written: JsonSchemaValue = _inline(made, made.pop("$defs", {}))
    return written


def _inline(node: Any, shapes: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            return _inline(shapes[node["$ref"].rpartition("/")[2]], shapes)
        return {key: _inline(value, shapes) for key, value in node.items() if key != "title"}
    return [_inline(each, shapes) for each in node] if isinstance(node, list) else node


def _said(shape: type[Shape]) -> str:
    return (inspect.getdoc(shape) or "").partition("\n\n")[0]
