"""A flow as cards and the ways between them, before anything is placed or drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from router.adapters.ivr.checks.findings import Finding
from router.adapters.ivr.checks.roads import Spot
from router.adapters.ivr.checks.sight import Sight
from router.core.ivr.model import Flow, Step
from router.core.ivr.steps.branch import BranchStep
from router.core.ivr.steps.flow import FlowStep
from router.core.ivr.steps.hours import HoursStep
from router.core.ivr.steps.kind import Exit
from router.core.ivr.steps.language import LanguageStep
from router.core.ivr.steps.prefer import PreferStep
from router.core.ivr.steps.queue import QueueStep
from router.core.ivr.steps.require import RequireStep
from router.core.ivr.steps.tag import TagStep
from router.core.routing.queue import Queue
from router.core.vocabulary import FlowName, Language, PromptId, StepName

LETTERS, TITLE_LETTERS = 34, 24
"""That fit into a card."""
AFTER = "after the call"
RETURNED = "returned"
FAMILIES: Mapping[str, str] = {
    "play": "speaks",
    "say": "speaks",
    "language": "decides",
    "menu": "asks",
    "collect": "asks",
    "callback": "asks",
    "message": "asks",
    "survey": "asks",
    "queue": "people",
    "dial": "people",
    "goodbye": "ends",
    "return": "ends",
}
"""Step kinds by what a caller notices of them; all others decide something unheard."""
WORDS: Mapping[str, str] = {
    "next": "then",
    "on_timeout": "silence",
    "on_wrong": "wrong key",
    "on_failure": "failure",
    "on_nobody_staffed": "nobody on shift",
    "otherwise": "otherwise",
    "on_unsafe": "not safe",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Ways out of a card that lead to the same step; `crisis`: of who presses nothing."""

    labels: tuple[str, ...]
    to: str
    silent: bool
    crisis: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One flow; its first cards are the lines that begin it."""

    flow: str
    cards: Sequence[Card]


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A step, or a number that is dialled; `inside` is the flow that a step goes through."""

    name: str
    family: str
    title: str
    lines: tuple[str, ...]
    rows: tuple[Row, ...]
    crisis: bool
    findings: tuple[Finding, ...]
    inside: Chart | None = None


def charts(sight: Sight, findings: Sequence[Finding]) -> Iterator[Chart]:
    """Of all flows: those of a line first, and the others in the step that goes through them."""
    begun = [line.flow for line in sight.lines.values()]
    of: dict[str, list[Finding]] = {}
    for finding in findings:
        of.setdefault(finding.of, []).append(finding)
    drawer = _Drawer(sight, of)
    for name in dict.fromkeys(begun):
        yield drawer.line_flow(name)
    for name in sight.roads.flows:
        if name not in begun and name not in drawer.drawn_in:
            yield drawer.line_flow(name)


class _Drawer:
    """`drawn_in` has each flow that was drawn inside a step already, and the step."""

    def __init__(self, sight: Sight, findings: Mapping[str, list[Finding]]) -> None:
        self._sight = sight
        self._findings = findings
        self.drawn_in: dict[FlowName, str] = {}

    def line_flow(self, name: FlowName) -> Chart:
        """With the numbers that begin it."""
        sight, flow = self._sight, self._sight.roads.flows[name]
        on_the_way = _silent_way(sight, flow)
        lines = [
            Card(
                name=f"line {number}",
                family="line",
                title=number,
                lines=(_short(line.name),),
                rows=(Row(labels=(), to=flow.start, silent=True, crisis=bool(on_the_way)),),
                crisis=bool(on_the_way),
                findings=tuple(self._findings.get(f"line {number}", ())),
            )
            for number, line in sight.lines.items()
            if line.flow == name
        ]
        return Chart(flow=name, cards=[*lines, *self._cards(flow, on_the_way)])

    def _cards(self, flow: Flow, on_the_way: set[Spot]) -> list[Card]:
        return [self._card(flow, step, on_the_way) for step in flow.steps.values()]

    def _card(self, flow: Flow, step: Step, on_the_way: set[Spot]) -> Card:
        found = list(self._findings.get(self._sight.called((flow.name, step.name)), ()))
        if isinstance(step, QueueStep):
            found += self._findings.get(f"queue {step.queue}", ())
        lines, inside = tuple(_short(line) for line in _about(self._sight, step) if line), None
        if isinstance(step, FlowStep):
            lines, inside = self._through(step, on_the_way)
        return Card(
            name=step.name,
            family=FAMILIES.get(step.kind, "decides"),
            title=_short(step.name, TITLE_LETTERS),
            lines=lines,
            rows=tuple(_rows(flow.name, step, on_the_way)),
            crisis=(flow.name, step.name) in on_the_way,
            findings=tuple(found),
            inside=inside,
        )

    def _through(
        self, step: FlowStep, on_the_way: set[Spot]
    ) -> tuple[tuple[str, ...], Chart | None]:
        """What it goes through is drawn in the first such step; the others name that."""
        drawn = self.drawn_in.get(step.flow)
        through = _short(f"through the flow {step.flow}")
        if drawn is not None:
            return (through, _short(f"drawn in {drawn}")), None
        self.drawn_in[step.flow] = step.name
        other = self._sight.roads.flows[step.flow]
        return (through,), Chart(flow=step.flow, cards=self._cards(other, on_the_way))


def _silent_way(sight: Sight, flow: Flow) -> set[Spot]:
    """The steps by which who presses nothing comes to crisis; none if they do not."""
    ahead, seen = [sight.roads.start(flow.name)], {sight.roads.start(flow.name)}
    before: dict[Spot, set[Spot]] = {}
    goals = set[Spot]()
    while ahead:
        spot = ahead.pop()
        step = sight.roads.step(spot)
        if isinstance(step, QueueStep):
            if step.queue == sight.crisis:
                goals.add(spot)
            continue
        for road in sight.roads.of(spot):
            if road.silent:
                before.setdefault(road.to, set()).add(spot)
                if road.to not in seen:
                    seen.add(road.to)
                    ahead.append(road.to)
    leads, back = set(goals), list(goals)
    while back:
        fresh = before.get(back.pop(), set()) - leads
        leads |= fresh
        back.extend(fresh)
    return leads


def _rows(flow: FlowName, step: Step, on_the_way: set[Spot]) -> Iterator[Row]:
    ways: dict[str, list[Exit]] = {}
    for way in step.exits():
        ways.setdefault(way.to, []).append(way)
    goes_on = not isinstance(step, QueueStep)
    for name, exits in ways.items():
        to = StepName(name)
        silent = any(each.silent for each in exits)
        leads = (flow, step.name) in on_the_way and (flow, to) in on_the_way
        crisis = goes_on and silent and leads
        labels = dict.fromkeys(_label(step, each) for each in exits)
        yield Row(labels=tuple(labels), to=to, silent=silent, crisis=crisis)


def _label(step: Step, way: Exit) -> str:
    first, *rest = way.field
    if first == "keys":
        return str(rest[0])
    if isinstance(step, FlowStep) and first == "next":
        return RETURNED
    if isinstance(step, BranchStep) and first == "branch":
        return step.cases[int(rest[0])].condition.source
    if isinstance(step, QueueStep):
        return {"next": AFTER, "on_timeout": "waited long enough"}.get(
            str(first), WORDS.get(str(first), str(first))
        )
    return WORDS.get(str(first), str(first))


def _about(sight: Sight, step: Step) -> Iterator[str]:
    """What kind it is, of what, and how it begins to speak."""
    said = [each.prompt for each in step.spoken() if each.field[:1] == (step.kind,)]
    match step:
        case QueueStep():
            yield from _people(sight.queues[step.queue], step)
        case HoursStep():
            yield f"hours {step.hours}"
        case LanguageStep():
            yield f"language {step.language}"
        case PreferStep() | RequireStep():
            yield f"{step.kind} {', '.join(step.skills)}"
        case TagStep():
            yield f"tag {', '.join(step.tags)}"
        case _:
            lasts = sight.voices.asks(step, sight.languages)
            yield f"{step.kind}, {_seconds(lasts)}" if said else step.kind
    if said:
        yield f"«{_text(sight, said[0])}»"


def _people(queue: Queue, step: QueueStep) -> Iterator[str]:
    yield "queue" if str(queue.name) == step.name else f"queue {queue.name}"
    yield str(queue.require)
    if queue.widen:
        moments = dict.fromkeys(f"{w.after.total_seconds():g}" for w in queue.widen)
        yield f"more people at {', '.join(moments)} s"


def _text(sight: Sight, prompt: PromptId) -> str:
    languages = [line.language for line in sight.lines.values()] or [Language("es")]
    return next((t for each in languages if (t := sight.voices.texts.get((each, prompt)))), prompt)


def _seconds(lasts: timedelta) -> str:
    return f"{lasts.total_seconds():.0f} s"


def _short(line: str, letters: int = LETTERS) -> str:
    if len(line) <= letters:
        return line
    end = "…»" if line.endswith("»") else "…"
    return line[: letters - len(end)].rstrip(" ,.;") + end
