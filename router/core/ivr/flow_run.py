"""Where a caller stands in their flow: the whole memory of the interpreter, as one value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType

from router.core.ivr.expressions import Source, names_read
from router.core.ivr.values import Value
from router.core.ivr.waits import Wait
from router.core.vocabulary import SYNTHETIC, FlowName, Language, SkillName, StepName

TYPED_AHEAD_AT_MOST = 20
"""Keys kept for later menus; a telephone that never stops pressing fills no memory."""
STARTED_AGAIN_AT_MOST = 10
"""Times that a key has digits begin anew; a key that hangs leads to a person all the same."""
Fleeting = Mapping[str, StepName]
"""Variables that are written nowhere, and the step of the same flow at which each can be had again,
or none of that flow: what the caller typed, what another system said, and all that is computed of
it. The earliest comes first."""
NONE_FLEETING: Fleeting = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The step that went through another flow, and what was known there."""

    flow: FlowName
    step: StepName
    variables: Mapping[str, Value]
    fleeting: Fleeting = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FlowRun:
    """`wrong`, `repeats`, `digits`, `phase` and `collected` count since the step was entered.

    `typed_ahead` holds the keys pressed before the menu that they are meant for. It, `collected`
    and the variables that are `fleeting`, here and in the `stack`, are never written anywhere.
    """

    flow: FlowName
    step: StepName
    language: Language
    line: str = ""
    anonymous: bool = False
    prefer: tuple[tuple[SkillName, int], ...] = ()
    require: tuple[tuple[SkillName, int], ...] = ()
    tags: tuple[str, ...] = ()
    variables: Mapping[str, Value] = field(default_factory=dict)
    fleeting: Fleeting = field(default_factory=dict)
    stack: tuple[Frame, ...] = ()
    typed_ahead: str = ""
    wrong: int = 0
    repeats: int = 0
    digits: int = 0
    phase: str = ""
    collected: str = ""
    wait: Wait

    def but(self, **changes: object) -> FlowRun:
        """The run with these fields changed, as by `dataclasses.replace` in a tenth of its time:
        every step of every call makes some, so it has no slots, which are slow to copy."""
        known = self.__dict__.copy()
        known.update(changes)
        if len(known) != _FIELDS:
            raise TypeError(f"A run has no such fields: {', '.join(changes)}")
        run = _new(FlowRun)
        _set(run, "__dict__", known)
        return run

    def at_step(self, step: StepName) -> FlowRun:
        """The run as it enters this step."""
        known = self.__dict__.copy()
        known.update(_ANEW)
        known["step"] = step
        run = _new(FlowRun)
        _set(run, "__dict__", known)
        return run

    def keeping(self, digit: str) -> FlowRun:
        """The run with one more key for the next menu."""
        return self.but(typed_ahead=(self.typed_ahead + digit)[:TYPED_AHEAD_AT_MOST])

    def tagged(self, tags: tuple[str, ...]) -> FlowRun:
        """The run with these tags as well."""
        fresh = tuple(tag for tag in dict.fromkeys(tags) if tag not in self.tags)
        return self.but(tags=(*self.tags, *fresh))

    def remembering(
        self, values: Mapping[str, Value], fleeting: Fleeting = NONE_FLEETING
    ) -> FlowRun:
        """The run with these variables set."""
        before = {name: step for name, step in self.fleeting.items() if name not in values}
        return self.but(variables={**self.variables, **values}, fleeting={**before, **fleeting})

    def again_at(self, names: Iterable[str]) -> StepName | None:
        """The earliest step at which what is fleeting among them can be had; None: nothing is."""
        wanted = frozenset(names)
        return next((step for name, step in self.fleeting.items() if name in wanted), None)

    @property
    def is_synthetic(self) -> bool:
        """A test call."""
        return any(skill == SYNTHETIC for skill, _ in self.require)

    @property
    def known(self) -> Mapping[str, Value]:
        """All variables, those of every call among them (values.GIVEN)."""
        return {
            "language": self.language,
            "line": self.line,
            "anonymous": self.anonymous,
            **self.variables,
        }


_ANEW: Mapping[str, object] = {
    "wrong": 0,
    "repeats": 0,
    "digits": 0,
    "phase": "",
    "collected": "",
}
_FIELDS = len(fields(FlowRun))
_new, _set = object.__new__, object.__setattr__


def fleeting_among(sources: Mapping[str, Source], run: FlowRun) -> frozenset[str]:
    """Those of these that are computed of what is fleeting."""
    return frozenset(
        name for name, each in sources.items() if run.again_at(names_read(each)) is not None
    )
