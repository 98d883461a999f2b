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
from router.core.vocabulary import Language, PromptId

LETTERS, TITLE_LETTERS = 34, 24
"""That fit into a card."""
AFTER = "after the call"
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
class Card:
    """A step, or a number that is dialled."""

    name: str
    family: str
    title: str
    lines: tuple[str, ...]
    rows: tuple[Row, ...]
    crisis: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One flow; its first cards are the lines that begin it."""

    flow: str
    cards: Sequence[Card]


def charts(sight: Sight, findings: Sequence[Finding]) -> Iterator[Chart]:
    """Of all flows: those of a line first."""
    begun = [line.flow for line in sight.lines.values()]
    names = dict.fromkeys([*begun, *sight.roads.flows])
    of: dict[str, list[Finding]] = {}
    for finding in findings:
        of.setdefault(finding.of, []).append(finding)
    for name in names:
        flow = sight.roads.flows[name]
        on_the_way = _silent_way(sight, flow)
        lines = [
            Card(
                name=f"line {number}",
                family="line",
                title=number,
                lines=(_short(line.name),),
                rows=(Row(labels=(), to=flow.start, silent=True, crisis=bool(on_the_way)),),
                crisis=bool(on_the_way),
                findings=tuple(of.get(f"line {number}", ())),
            )
            for number, line in sight.lines.items()
            if line.flow == name
        ]
        cards = [_card(sight, flow, step, on_the_way, of) for step in flow.steps.values()]
        yield Chart(flow=name, cards=[*lines, *cards])


def _silent_way(sight: Sight, flow: Flow) -> set[str]:
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
    return {step for of, step in leads if of == flow.name}


def _card(
    sight: Sight,
    flow: Flow,
    step: Step,
    on_the_way: set[str],
    findings: Mapping[str, list[Finding]],
) -> Card:
    found = list(findings.get(sight.called((flow.name, step.name)), ()))
    if isinstance(step, QueueStep):
        found += findings.get(f"queue {step.queue}", ())
    return Card(
        name=step.name,
        family=FAMILIES.get(step.kind, "decides"),
        title=_short(step.name, TITLE_LETTERS),
        lines=tuple(_short(line) for line in _about(sight, step) if line),
        rows=tuple(_rows(step, on_the_way)),
        crisis=step.name in on_the_way,
        findings=tuple(found),
    )


def _rows(step: Step, on_the_way: set[str]) -> Iterator[Row]:
    ways: dict[str, list[Exit]] = {}
    for way in step.exits():
        ways.setdefault(way.to, []).append(way)
    goes_on = not isinstance(step, QueueStep)
    for to, exits in ways.items():
        silent = any(each.silent for each in exits)
        crisis = goes_on and silent and step.name in on_the_way and to in on_the_way
        labels = dict.fromkeys(_label(step, each) for each in exits)
        yield Row(labels=tuple(labels), to=to, silent=silent, crisis=crisis)


def _label(step: Step, way: Exit) -> str:
    first, *rest = way.field
    if first == "keys":
        return str(rest[0])
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
        case FlowStep():
            yield f"through the flow {step.flow}"
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
