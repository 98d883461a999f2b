"""What an admin writes about calls, compiled: lines, flows, steps and hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from router.core.ivr.hours import Hours
from router.core.ivr.speaking.phrase import Phrases
from router.core.ivr.steps.branch import BranchStep
from router.core.ivr.steps.callback import CallbackStep
from router.core.ivr.steps.collect import CollectStep
from router.core.ivr.steps.dial import DialStep
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.hours import HoursStep
from router.core.ivr.steps.http import HttpStep
from router.core.ivr.steps.language import LanguageStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.message import MessageStep
from router.core.ivr.steps.next import NextStep
from router.core.ivr.steps.play import PlayStep
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.require import RequireStep
from router.core.ivr.steps.return_ import ReturnStep
from router.core.ivr.steps.say import SayStep
from router.core.ivr.steps.set import SetStep
from router.core.ivr.steps.survey import SurveyStep
from router.core.ivr.steps.tag import TagStep
from router.core.ivr.values import ValueKind
from router.core.vocabulary import ContactName, FlowName, Language, QueueName, StepName

Step = (
    PlayStep
    | SayStep
    | LanguageStep
    | SetStep
    | TagStep
    | NextStep
    | GoodbyeStep
    | MenuStep
    | CollectStep
    | BranchStep
    | HoursStep
    | RequireStep
    | PreferStep
    | QueueStep
    | DialStep
    | HttpStep
    | CallbackStep
    | MessageStep
    | SurveyStep
    | FlowStep
    | ReturnStep
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Steps that lead to each other by name. A flow that others go through may have parameters
    and results."""

    name: FlowName
    start: StepName
    steps: Mapping[StepName, Step]
    parameters: Mapping[str, ValueKind] = field(default_factory=dict)
    results: Mapping[str, ValueKind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A number that callers dial, and the flow that it begins."""

    number: str
    name: str
    flow: FlowName
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBook:
    """`first_resort` takes every caller whose flow cannot go on; `phrases` are prompts that have
    gaps, `contacts` the numbers of people outside."""

    lines: Mapping[str, Line]
    default_line: str
    flows: Mapping[FlowName, Flow]
    hours: Mapping[str, Hours]
    first_resort: QueueName
    phrases: Phrases = field(default_factory=dict)
    contacts: Mapping[ContactName, str] = field(default_factory=dict)

    def line_for(self, number: str) -> tuple[Line, bool]:
        """The line of a number dialled, and whether it is one of ours."""
        line = self.lines.get(number)
        return (self.lines[self.default_line], False) if line is None else (line, True)
