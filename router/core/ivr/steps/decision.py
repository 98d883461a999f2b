"""What a step is told, and what it answers: stay and wait, or leave for another step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import get_args

from router.core.frozen import made_quickly
from router.core.ivr.flow_run import FlowRun
from router.core.ivr.hours import Hours
from router.core.ivr.sayings import Say, Saying
from router.core.ivr.speaking.phrase import Phrases, worded
from router.core.ivr.values import Value
from router.core.ivr.waits import Wait
from router.core.vocabulary import ContactName, FlowName, PromptId, StepName


@dataclass(frozen=True, slots=True)
class Moment:
    """All that a step may look at besides its run."""

    at: datetime
    hours: Mapping[str, Hours]
    phrases: Phrases = field(default_factory=dict)
    contacts: Mapping[ContactName, str] = field(default_factory=dict)

    def say(self, run: FlowRun, prompts: tuple[PromptId, ...]) -> Say:
        """The prompts in the caller's language, with their gaps filled."""
        language, phrases = run.language, self.phrases
        if phrases and any((language, prompt) in phrases for prompt in prompts):
            prompts = worded(prompts, language, phrases, run.known)
        return Say(prompts=prompts, language=language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """Say this, and wait for that."""

    run: FlowRun
    said: tuple[Saying, ...] = ()
    wait: Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Say this, and go to another step; `after` says how: `key`, `wrong_key`, `silence`, `end`,
    `open`, `closed`, `holiday`, `gave_up`, `nobody`, `true`, `otherwise`, `failure`,
    `returned`, `unreached`."""

    run: FlowRun
    said: tuple[Saying, ...] = ()
    to: StepName
    after: str = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Descend:
    """Go through another flow, which knows these values; `fleeting`: which of them are."""

    run: FlowRun
    said: tuple[Saying, ...] = ()
    flow: FlowName
    values: Mapping[str, Value]
    fleeting: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ascend:
    """Back to the flow that went through this one, with these results; `fleeting` as above."""

    run: FlowRun
    said: tuple[Saying, ...] = ()
    values: Mapping[str, Value]
    fleeting: frozenset[str] = frozenset()


Decision = Stay | Leave | Descend | Ascend

made_quickly(Moment, *get_args(Decision))
