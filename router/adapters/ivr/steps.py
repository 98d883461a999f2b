"""The step kinds as a flow file writes them, and the step that each becomes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from pydantic import Field

from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.shapes import Shape, shaped
from router.adapters.ivr.tree import Entries, Node
from router.adapters.ivr.words import (
    Key,
    LanguageWord,
    Name,
    Pause,
    Preferences,
    Prompts,
    Truth,
    UpTo20,
)
from router.core.ivr.model import Step
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.hours import HoursStep
from router.core.ivr.steps.language import LanguageStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.play import PlayStep
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.queue import QueueStep
from router.core.vocabulary import QueueName, StepName


class StepShape(Shape):
    """One step of a flow."""

    def step(self, name: StepName) -> Step:
        """Compiled."""
        raise NotImplementedError


class PlayShape(StepShape):
    """Says something and goes on."""

    play: Prompts
    next: Name
    barge_in: Truth = True

    def step(self, name: StepName) -> Step:
        return PlayStep(
            name=name, prompts=self.play, next=StepName(self.next), barge_in=self.barge_in
        )


class MenuShape(StepShape):
    """Asks for a key."""

    menu: Prompts
    keys: dict[Key, Name] = Field(min_length=1)
    repeat: Key | None = None
    repeats: UpTo20 = 3
    wait: Pause = timedelta(seconds=4)
    on_timeout: Name
    wrong: Prompts = ()
    wrong_keys: UpTo20 = 2
    on_wrong: Name
    barge_in: Truth = True

    def step(self, name: StepName) -> Step:
        return MenuStep(
            name=name,
            prompts=self.menu,
            keys={key: StepName(to) for key, to in self.keys.items()},
            repeat=self.repeat,
            repeats=self.repeats,
            wait=self.wait,
            on_timeout=StepName(self.on_timeout),
            wrong=self.wrong,
            wrong_keys=self.wrong_keys,
            on_wrong=StepName(self.on_wrong),
            barge_in=self.barge_in,
        )


class QueueShape(StepShape):
    """Brings the caller to a person."""

    queue: Name
    next: Name
    on_timeout: Name | None = None

    def step(self, name: StepName) -> Step:
        return QueueStep(
            name=name,
            queue=QueueName(self.queue),
            next=StepName(self.next),
            on_timeout=None if self.on_timeout is None else StepName(self.on_timeout),
        )


class GoodbyeShape(StepShape):
    """Ends the call."""

    goodbye: Prompts

    def step(self, name: StepName) -> Step:
        return GoodbyeStep(name=name, prompts=self.goodbye)


class HoursShape(StepShape):
    """Looks at the clock."""

    hours: Name
    open: Name
    closed: Name

    def step(self, name: StepName) -> Step:
        return HoursStep(
            name=name, hours=self.hours, open=StepName(self.open), closed=StepName(self.closed)
        )


class LanguageShape(StepShape):
    """Changes the language."""

    language: LanguageWord
    next: Name

    def step(self, name: StepName) -> Step:
        return LanguageStep(name=name, language=self.language, next=StepName(self.next))


class PreferShape(StepShape):
    """Prefers agents with a skill."""

    prefer: Preferences
    next: Name

    def step(self, name: StepName) -> Step:
        return PreferStep(name=name, skills=self.prefer, next=StepName(self.next))


KINDS: Mapping[str, type[StepShape]] = {
    PlayStep.kind: PlayShape,
    MenuStep.kind: MenuShape,
    QueueStep.kind: QueueShape,
    GoodbyeStep.kind: GoodbyeShape,
    HoursStep.kind: HoursShape,
    LanguageStep.kind: LanguageShape,
    PreferStep.kind: PreferShape,
}


def read_step(name: str, at: Place, node: Node, problems: Problems) -> Step | None:
    """The step of this name; its kind is the key that names one."""
    what = f"the step {shown(name)}"
    if not isinstance(node, Entries):
        problems.add(at, f"{what} is nothing", f"{listed(KINDS)} below it")
        return None
    kinds = [key for key in node.items if key in KINDS]
    if len(kinds) != 1:
        _explain_kind(what, at, node, kinds, problems)
        return None
    shape = shaped(KINDS[kinds[0]], node, what, at, problems)
    return None if shape is None else shape.step(StepName(name))


def _explain_kind(
    what: str, at: Place, node: Entries, kinds: list[str], problems: Problems
) -> None:
    if kinds:
        both = " and ".join(f"`{kind}`" for kind in kinds)
        problems.add(node.keys[kinds[1]], f"{what} is {both}", "one of them, in a step of its own")
        return
    first = next(iter(node.keys), "")
    place = node.keys.get(first, at)
    problems.add(place, f"{what} does nothing known", listed(KINDS), word=first, known=KINDS)
