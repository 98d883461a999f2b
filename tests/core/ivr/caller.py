"""A caller who presses keys, or not, and remembers what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from router.core.ivr.model import FlowBook
from router.core.ivr.run import (
    Answer,
    CallbackAsked,
    FlowRun,
    Say,
    StopSaying,
    Turn,
    advance,
    begin,
)
from router.core.ivr.sayings import StepEntered
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.hours import HoursStep
from router.core.ivr.steps.language import LanguageStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.play import PlayStep
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.waits import (
    ConversationOver,
    Digit,
    Given,
    PromptOver,
    QueueGaveUp,
    TimeIsUp,
    Wait,
)
from router.core.vocabulary import Language, PromptId, QueueName, SkillName, StepName

CUT = "(cut)"


class Caller:
    """`heard` since the last look: prompts joined by `+`, and `(cut)` where one was stopped."""

    def __init__(self, book: FlowBook, at: datetime, dials: str = "55") -> None:
        self.book, self.at = book, at
        self.notes: list[StepEntered] = []
        self.said: list[str] = []
        self.noted: list[CallbackAsked | Answer] = []
        line, _ = book.line_for(dials)
        self._take(begin(book, line, at))

    @property
    def wait(self) -> Wait:
        return self.run.wait

    @property
    def path(self) -> list[str]:
        return [note.step for note in self.notes]

    def heard(self) -> list[str]:
        said, self.said = self.said, []
        return said

    def presses(self, digits: str) -> Caller:
        for digit in digits:
            self.gets(Digit(digit))
        return self

    def listens(self, *, heard: bool = True) -> Caller:
        return self.gets(PromptOver(heard=heard))

    def says_nothing(self) -> Caller:
        return self.gets(TimeIsUp())

    def talks_to_the_end(self) -> Caller:
        return self.gets(ConversationOver())

    def waits_too_long(self) -> Caller:
        return self.gets(QueueGaveUp())

    def gets(self, given: Given) -> Caller:
        self._take(advance(self.book, self.run, given, self.at))
        return self

    def _take(self, turn: Turn) -> None:
        self.run: FlowRun = turn.run
        assert turn.wait == turn.run.wait
        self.notes.extend(turn.entered)
        for saying in turn.said:
            match saying:
                case StopSaying():
                    self.said.append(CUT)
                case Say():
                    self.said.append("+".join(saying.prompts))
                case _:
                    self.noted.append(saying)


def play(name: str, to: str, *, barge_in: bool = True) -> PlayStep:
    return PlayStep(
        name=StepName(name), prompts=(PromptId(name),), next=StepName(to), barge_in=barge_in
    )


def menu(
    name: str = "menu",
    *,
    barge_in: bool = True,
    wrong: str | None = "no_entendi",
    **keys: str,
) -> MenuStep:
    """`k1="crisis"`: key 1 leads to crisis."""
    return MenuStep(
        name=StepName(name),
        prompts=(PromptId(name),),
        keys={key.removeprefix("k"): StepName(to) for key, to in keys.items()},
        repeat="*",
        repeats=2,
        wait=timedelta(seconds=4),
        on_timeout=StepName("crisis"),
        wrong=() if wrong is None else (PromptId(wrong),),
        wrong_keys=2,
        on_wrong=StepName("crisis"),
        barge_in=barge_in,
    )


def queue(name: str, to: str = "gracias", *, on_timeout: str | None = None) -> QueueStep:
    return QueueStep(
        name=StepName(name),
        queue=QueueName(name),
        next=StepName(to),
        on_timeout=None if on_timeout is None else StepName(on_timeout),
    )


def goodbye(name: str = "gracias") -> GoodbyeStep:
    return GoodbyeStep(name=StepName(name), prompts=(PromptId(name),))


def hours(name: str, of: str, *, open_: str, closed: str) -> HoursStep:
    return HoursStep(name=StepName(name), hours=of, open=StepName(open_), closed=StepName(closed))


def language(name: str, to: str) -> LanguageStep:
    return LanguageStep(name=StepName(name), language=Language(name), next=StepName(to))


def prefer(name: str, skills: Mapping[str, int], to: str) -> PreferStep:
    weights = {SkillName(skill): weight for skill, weight in skills.items()}
    return PreferStep(name=StepName(name), skills=weights, next=StepName(to))
