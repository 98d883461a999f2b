"""Steps that nobody reaches, and how far crisis is from each line."""

from __future__ import annotations

import heapq
from datetime import timedelta

from router.adapters.ivr.checks.findings import Findings
from router.adapters.ivr.checks.roads import Roads, Spot
from router.adapters.ivr.checks.sight import Sight
from router.adapters.ivr.problems import listed, shown
from router.core.ivr.model import Line
from router.core.ivr.steps.dial import DialStep
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.queue import QueueStep


def look_at_reach(sight: Sight, findings: Findings) -> None:
    """Each flow has to be begun, and each of its steps to be come to."""
    begun = {line.flow for line in sight.lines.values()}
    reached = sight.roads.reached(sight.roads.start(flow) for flow in begun)
    for name, flow in sight.roads.flows.items():
        spots = [(name, step) for step in flow.steps]
        if not any(spot in reached for spot in spots):
            findings.add(
                "IVR007",
                sight.file_of(name),
                f"flow {name}",
                f"the flow {shown(name)} is begun by no line and no other flow",
                "Name it in lines.yaml, or take the file away.",
            )
            continue
        for spot in spots:
            if spot not in reached:
                findings.add(
                    "IVR007",
                    sight.place(spot),
                    sight.called(spot),
                    f"no way leads to the step {shown(spot[1])}",
                    "Lead a way to it, or take it away.",
                )


def look_at_crisis(sight: Sight, findings: Findings) -> None:
    """From every line: by silence, and near."""
    for number, line in sight.lines.items():
        start = sight.roads.start(line.flow)
        elsewhere = _silent_ends(sight, start)
        if elsewhere:
            ends = listed(f"{shown(spot[1])}" for spot in elsewhere)
            findings.add(
                "IVR008",
                sight.line_place(number),
                f"line {number}",
                f"a caller of {shown(line.name)} who presses nothing may end at {ends},"
                f" not in the queue {shown(sight.crisis)}",
                f"Let silence and failures lead to a step `queue: {sight.crisis}`.",
            )
        _look_at_distance(sight, number, line, start, findings, silent=not elsewhere)


def look_at_hang_ups(sight: Sight, findings: Findings) -> None:
    """Nobody in crisis whom no person has answered comes to a goodbye without a key (V1)."""
    least = sight.queues[sight.crisis].order_class
    for flow in sight.roads.flows.values():
        for step in flow.steps.values():
            spot = (flow.name, step.name)
            if not isinstance(step, QueueStep) or sight.queues[step.queue].order_class < least:
                continue
            for end in _unanswered_ends(sight, spot):
                findings.add(
                    "IVR020",
                    sight.place(spot),
                    sight.called(spot),
                    f"a caller whom nobody in the queue {shown(step.queue)} has answered comes to"
                    f" {shown(end[1])}, where the system hangs up",
                    "Lead them to another queue, or to people outside by a step `dial`.",
                )


def _unanswered_ends(sight: Sight, queue: Spot) -> list[Spot]:
    """Goodbyes on the ways of who gave up waiting, as far as the next person."""
    ways = (road for road in sight.roads.of(queue) if road.exit.field != ("next",))
    ahead = [road.to for road in ways if road.silent]
    seen, ends = set(ahead), []
    while ahead:
        spot = ahead.pop()
        step = sight.roads.step(spot)
        if isinstance(step, QueueStep):
            continue
        if isinstance(step, GoodbyeStep):
            ends.append(spot)
        roads = sight.roads.of(spot)
        talked = ("next",) if isinstance(step, DialStep) else None
        fresh = {r.to for r in roads if r.silent and r.exit.field != talked} - seen
        seen |= fresh
        ahead.extend(fresh)
    return sorted(ends)


def _look_at_distance(
    sight: Sight, number: str, line: Line, start: Spot, findings: Findings, *, silent: bool
) -> None:
    place, of = sight.line_place(number), f"line {number}"
    assert sight.files.lines is not None
    most = sight.files.lines.crisis_within
    keys = 0 if silent else _fewest_keys(sight, start)
    if keys is not None and keys > most.keys:
        wrong = f"a caller of {shown(line.name)} presses {keys} keys to come to crisis"
        remedy = f"Bring crisis within {most.keys} keys of the line."
        findings.add("IVR009", place, of, wrong, remedy)
    longest = _longest_silence(sight, start)
    if silent and longest > most.time:
        seconds = longest.total_seconds()
        wrong = (
            f"a caller of {shown(line.name)} who presses nothing waits {seconds:.0f} s for crisis"
        )
        remedy = f"Shorten what is said before it to {most.time.total_seconds():.0f} s."
        findings.add("IVR009", place, of, wrong, remedy)


def _silent_ends(sight: Sight, start: Spot) -> list[Spot]:
    """Where a caller who presses nothing may end, besides crisis."""
    ahead, seen, ends = [start], {start}, []
    while ahead:
        spot = ahead.pop()
        step = sight.roads.step(spot)
        if isinstance(step, QueueStep):
            if step.queue != sight.crisis:
                ends.append(spot)
            continue
        silent = {road.to for road in sight.roads.of(spot) if road.silent}
        if not silent:
            ends.append(spot)
        ahead.extend(silent - seen)
        seen |= silent
    return sorted(ends)


def _fewest_keys(sight: Sight, start: Spot) -> int | None:
    """None: no way leads there."""
    ahead, done = [(0, start)], set[Spot]()
    while ahead:
        keys, spot = heapq.heappop(ahead)
        if spot in done:
            continue
        done.add(spot)
        step = sight.roads.step(spot)
        if isinstance(step, QueueStep) and step.queue == sight.crisis:
            return keys
        for road in sight.roads.of(spot):
            heapq.heappush(ahead, (keys + road.keys, road.to))
    return None


def _longest_silence(sight: Sight, start: Spot) -> timedelta:
    """What is said, and waited for keys, on the longest way to the first queue.

    Without recursion, in flows of any length; a way back, which another finding tells, counts
    nothing.
    """
    longest: dict[Spot, timedelta] = {}
    open_: set[Spot] = set()
    ahead = [start]
    while ahead:
        spot = ahead[-1]
        ways = _silent(sight.roads, spot)
        if spot not in open_ and spot not in longest:
            open_.add(spot)
            ahead.extend(to for to in ways if to not in longest and to not in open_)
            continue
        ahead.pop()
        if spot in open_:
            open_.discard(spot)
            after = max((longest.get(to, timedelta()) for to in ways), default=timedelta())
            longest[spot] = _takes(sight, spot) + after
    return longest[start]


def _silent(roads: Roads, spot: Spot) -> list[Spot]:
    if isinstance(roads.step(spot), QueueStep):
        return []
    return [road.to for road in roads.of(spot) if road.silent]


def _takes(sight: Sight, spot: Spot) -> timedelta:
    step = sight.roads.step(spot)
    waited = step.wait if isinstance(step, MenuStep) else timedelta()
    return sight.voices.asks(step, sight.languages) + waited
