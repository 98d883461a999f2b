"""What a flow says to the caller, and what it has the house note."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from router.core.frozen import made_quickly
from router.core.vocabulary import FlowName, Language, PromptId, QueueName, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """These prompts, one after another, as one."""

    prompts: tuple[PromptId, ...]
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSaying:
    """Cut the prompt that is being said: the caller knows what they want."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked:
    """The caller wants to be called, and said that it is safe. `number`: on another telephone than
    the one they call from; it is kept where numbers are, and nowhere else."""

    queue: QueueName
    number: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """To a question of a survey; what is kept is the figure."""

    question: str
    figure: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntered:
    """The flow reached a step; `after` says how it left the one before (`key`, `wrong_key`,
    `silence`, `end`), `digits` how many keys were pressed there. A line of the journal as it is."""

    flow: FlowName
    step: StepName
    step_kind: str
    after: str
    digits: int


Saying = Say | StopSaying | CallbackAsked | Answer

made_quickly(StepEntered, *get_args(Saying))
