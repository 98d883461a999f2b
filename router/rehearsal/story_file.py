"""A story as an admin writes it in YAML: what callers and agents do, hear, and what is recorded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from router.errors import StoryInvalid

CITY = ZoneInfo("America/Mexico_City")
NOON = "2026-11-24 12:00"
CLOCK = "%Y-%m-%d %H:%M"

Sentence = str | dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`recorded` are lines of the first caller's journal, in this order, others between; `never`
    are kinds that must not be among them. `numbers`: `withheld`, or `known` to the flows."""

    story: str
    tale: list[Sentence]
    recorded: list[Sentence] = field(default_factory=list)
    agents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    never: list[str] = field(default_factory=list)
    at: str = NOON
    numbers: str = "withheld"

    @property
    def begins(self) -> datetime:
        """`at`, on the clock of Mexico City."""
        return datetime.strptime(self.at, CLOCK).replace(tzinfo=CITY)


class _Loader(yaml.SafeLoader):
    """Keys with a leading zero are no octal numbers, `on` is no truth, and 18:30 no sum."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _letters in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]+", "-0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$", re.ASCII), list(_letters)
    )


def read(path: Path) -> Story:
    """Raises StoryInvalid."""
    try:
        written = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as failure:
        raise StoryInvalid(file=path, detail=f"it cannot be read: {failure.strerror}") from failure
    except (yaml.YAMLError, UnicodeDecodeError) as failure:
        detail = " ".join(str(failure).split())
        raise StoryInvalid(file=path, detail=f"it is no YAML: {detail}") from failure
    if wrong := _wrong(written):
        raise StoryInvalid(file=path, detail=wrong)
    return Story(**written)


def _wrong(written: Any) -> str | None:
    """What is, if anything."""
    known: dict[str, type] = {
        "story": str,
        "tale": list,
        "recorded": list,
        "agents": dict,
        "never": list,
        "at": str,
        "numbers": str,
    }
    if not isinstance(written, dict):
        return "it has no `story:` and `tale:`"
    for key, value in written.items():
        if key not in known:
            return f"{key!r} is not known; expected {', '.join(known)}"
        if not isinstance(value, known[key]):
            return f"`{key}` is {value!r}"
    for key in ("story", "tale"):
        if key not in written:
            return f"it has no `{key}:`"
    for sentence in (*written["tale"], *written.get("recorded", [])):
        if not isinstance(sentence, str) and not (
            isinstance(sentence, dict)
            and len(sentence) == 1
            and isinstance(next(iter(sentence)), str)
        ):
            return f"{sentence!r} is no sentence, such as `caller presses: 4`"
    if written.get("numbers", "withheld") not in ("withheld", "known"):
        return "`numbers` are withheld or known"
    return _wrong_time(written.get("at", NOON)) or _wrong_agents(written.get("agents", {}))


def _wrong_time(at: str) -> str | None:
    try:
        datetime.strptime(at, CLOCK).replace(tzinfo=CITY)
    except ValueError:
        return f"`at` is {at!r}; expected a time such as {NOON!r}"
    return None


def _wrong_agents(agents: Mapping[Any, Any]) -> str | None:
    for name, facts in agents.items():
        skills = facts.get("skills", {}) if isinstance(facts, dict) else None
        if not isinstance(skills, dict) or set(facts) - {"by", "skills"}:
            return f"the agent {name!r} needs `{{by: desk, skills: {{psicologia: 4}}}}`"
        if facts.get("by", "desk") not in ("desk", "phone", "desk+phone", "phone+desk"):
            return f"the agent {name!r} is by {facts['by']!r}; expected desk, phone or desk+phone"
        if not all(isinstance(level, int) and 1 <= level <= 5 for level in skills.values()):
            return f"the agent {name!r} has skills with a level from 1 to 5"
    return None
