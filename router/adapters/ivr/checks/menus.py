"""Menus that ask too much of a caller, and keys that mean two things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta

from router.adapters.ivr.checks.findings import Findings
from router.adapters.ivr.checks.roads import Spot
from router.adapters.ivr.checks.sight import Sight
from router.adapters.ivr.problems import Place, Problems, shown
from router.adapters.ivr.tree import Entries
from router.core.ivr.steps.collect import START_AGAIN, CollectStep
from router.core.ivr.steps.menu import MenuStep
from router.core.vocabulary import Language

OPTIONS_AT_MOST = 6
SECONDS_AT_MOST = timedelta(seconds=20)
SPOKEN: Mapping[str, tuple[str, ...]] = {
    "0": ("cero", "zero"),
    "1": ("uno", "one"),
    "2": ("dos", "two"),
    "3": ("tres", "three"),
    "4": ("cuatro", "four"),
    "5": ("cinco", "five"),
    "6": ("seis", "six"),
    "7": ("siete", "seven"),
    "8": ("ocho", "eight"),
    "9": ("nueve", "nine"),
    "*": ("asterisco", "star"),
    "#": ("gato", "numeral", "hash", "pound"),
}
"""How a prompt may announce a key, besides by its sign."""


def look_at_menus(sight: Sight, findings: Findings) -> None:
    """Each menu, in each language of the callers."""
    for flow in sight.roads.flows.values():
        for step in flow.steps.values():
            if isinstance(step, MenuStep):
                _look_at_menu(sight, (flow.name, step.name), step, findings)
            elif isinstance(step, CollectStep) and step.ends_with == START_AGAIN:
                spot = (flow.name, step.name)
                findings.add(
                    "IVR006",
                    sight.place(spot, "ends_with"),
                    sight.called(spot),
                    f"in the step {shown(step.name)} {START_AGAIN} ends the digits, and should"
                    " start them again",
                    "End them with '#', or with none.",
                )


def _look_at_menu(sight: Sight, at: Spot, step: MenuStep, findings: Findings) -> None:
    announced = max((_announced(sight, step, each) for each in sight.languages), default=0)
    if announced > OPTIONS_AT_MOST:
        findings.add(
            "IVR010",
            sight.place(at, "menu"),
            sight.called(at),
            f"the menu {shown(step.name)} announces {announced} options",
            f"Announce {OPTIONS_AT_MOST} at most; the other keys may work unannounced.",
        )
    lasts = sight.voices.asks(step, sight.languages)
    if lasts > SECONDS_AT_MOST:
        findings.add(
            "IVR011",
            sight.place(at, "menu"),
            sight.called(at),
            f"the menu {shown(step.name)} takes {lasts.total_seconds():.0f} s to hear",
            f"Say it in {SECONDS_AT_MOST.seconds} s.",
        )


def _announced(sight: Sight, step: MenuStep, language: Language) -> int:
    text = " ".join(sight.voices.texts.get((language, prompt), "") for prompt in step.prompts)
    words = set(re.findall(r"\w+|[*#]", text.lower()))
    return sum(not words.isdisjoint((key, *SPOKEN[key])) for key in step.keys)


def look_at_clashes(roots: Iterable[Entries], problems: Problems) -> None:
    """`1` and `12`: whoever presses the second has pressed the first. Of files as written."""
    for root in roots:
        steps = root.items.get("steps")
        for name, step in steps.items.items() if isinstance(steps, Entries) else ():
            keys = step.items.get("keys") if isinstance(step, Entries) else None
            if isinstance(keys, Entries):
                _look_at_keys(name, keys.keys, problems)


def _look_at_keys(step: str, keys: Mapping[str, Place], problems: Problems) -> None:
    for key, place in keys.items():
        shorter = [other for other in keys if other != key and key.startswith(other) and other]
        if shorter:
            problems.found[:] = [each for each in problems.found if each.place != place]
            problems.add(
                place,
                f"the step {shown(step)} has the keys {shown(shorter[0])} and {shown(key)}, and"
                " whoever presses the second has pressed the first",
                "one digit for each key",
                code="IVR006",
            )


def look_at_defaults(roots: Iterable[Entries], problems: Problems) -> None:
    """A step `http` says where to without an answer. Of files as written."""
    for root in roots:
        steps = root.items.get("steps")
        for name, step in steps.items.items() if isinstance(steps, Entries) else ():
            written = step.items if isinstance(step, Entries) else {}
            if "http" in written and "on_failure" not in written:
                assert isinstance(steps, Entries)
                _has_no_default(name, steps.keys[name], problems)


def _has_no_default(step: str, place: Place, problems: Problems) -> None:
    missing = "has no `on_failure`"
    problems.found[:] = [
        each for each in problems.found if each.place != place or missing not in each.wrong
    ]
    problems.add(
        place,
        f"the step {shown(step)} asks another system, and does not say what follows without an"
        " answer",
        "a line `on_failure: ...`",
        code="IVR016",
    )
