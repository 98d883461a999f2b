"""Steps that ask other systems: http."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import Field, PlainValidator

from router.adapters.ivr.expressions import SourceWord, Variable
from router.adapters.ivr.kinds.step import StepShape
from router.adapters.ivr.words import Misread, Name, Pause, Prompts, text_of, whole
from router.core.ivr.model import Step
from router.core.ivr.steps.http import HttpStep
from router.core.ivr.values import ValueKind, literal
from router.core.vocabulary import StepName

KINDS: Mapping[str, ValueKind] = {
    "string": ValueKind.TEXT,
    "integer": ValueKind.NUMBER,
    "number": ValueKind.DECIMAL,
    "boolean": ValueKind.TRUTH,
}
"""What the types of JSON Schema become."""


def read_url(value: object) -> str:
    """`https://example.org/path`, without a query and without a password."""
    expected = "an address such as https://example.org/api, without a query"
    text = text_of(value, expected)
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1)
    except ValueError:
        raise Misread(expected) from None
    if not sound or parts.query or parts.fragment or "@" in parts.netloc or " " in text:
        raise Misread(expected)
    return text


def read_method(value: object) -> str:
    """How it is asked."""
    text = text_of(value, "GET or POST")
    if text not in ("GET", "POST"):
        raise Misread("GET or POST")
    return text


def read_schema(value: object) -> dict[str, Any]:
    """JSON Schema; what looks like a number or a truth is one."""
    # Imported here: most folders ask no other system.
    from jsonschema import Draft202012Validator, SchemaError

    expected = "a JSON schema of an object, such as {type: object, properties: {edad: ...}}"
    if not isinstance(value, dict):
        raise Misread(expected)
    schema: dict[str, Any] = {key: _json(item) for key, item in value.items()}
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as wrong:
        raise Misread(f"{expected}; {wrong.message}") from None
    if schema.get("type") != "object" or not isinstance(schema.get("properties"), dict):
        raise Misread(expected)
    return schema


def _json(value: object) -> Any:
    if isinstance(value, dict):
        return {key: _json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    return literal(str(value))


Url = Annotated[str, PlainValidator(read_url)]
Method = Annotated[str, PlainValidator(read_method)]
Schema = Annotated[dict[str, Any], PlainValidator(read_schema)]
UpTo5 = Annotated[int, whole(0, 5)]


class HttpShape(StepShape):
    """Asks another system."""

    http: Url
    method: Method = "GET"
    send: dict[Name, SourceWord] = Field(default_factory=dict)
    timeout: Pause = timedelta(seconds=3)
    retries: UpTo5 = 0
    answer: Schema = Field(alias="schema")
    into: dict[Variable, Name] = Field(default_factory=dict)
    meanwhile: Prompts = ()
    next: Name
    on_failure: Name

    def step(self, name: StepName) -> Step:
        properties = self.answer["properties"]
        kinds = {
            key: KINDS[kind["type"]]
            for key, kind in properties.items()
            if isinstance(kind, dict) and kind.get("type") in KINDS
        }
        return HttpStep(
            name=name,
            url=self.http,
            method=self.method,
            send=self.send,
            timeout=self.timeout,
            retries=self.retries,
            schema=json.dumps(self.answer, sort_keys=True),
            into=self.into,
            kinds=kinds,
            meanwhile=self.meanwhile,
            next=StepName(self.next),
            on_failure=StepName(self.on_failure),
        )
