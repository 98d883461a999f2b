"""Plays a story: its sentences are done to the engine and asked of it, one after another.

A sentence is `who verb` or `who verb: what`. Who is an agent of the story, or else a caller, who
comes into being with `dials`. `seconds: 4` lets time go by; `ringing: [ana]` and `alarms: []` ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from router.core.commands import Play
from router.core.journal_lines import encode
from router.core.policy import Policy
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import LegEnding
from tests.core.books import books_close, floor_agrees
from tests.core.driver import Caller, Driver
from tests.core.house import agent

CITY = ZoneInfo("America/Mexico_City")
NOON = "2026-11-24 12:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """`recorded` are lines of the first caller's journal, in this order, others between; `never`
    are kinds that must not be among them."""

    story: str
    tale: list[str | dict[str, Any]]
    recorded: list[str | dict[str, dict[str, Any]]]
    agents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    never: list[str] = field(default_factory=list)
    at: str = NOON


def read(path: Path) -> Story:
    return Story(**yaml.safe_load(path.read_text()))


class Telling:
    """One story in progress."""

    def __init__(self, story: Story, rules: Policy) -> None:
        self._story = story
        at = datetime.fromisoformat(story.at).replace(tzinfo=CITY)
        self.hotline = Driver(rules, at=at)
        self.callers: dict[str, Caller] = {}
        self.agents = {name: _profile(name, facts) for name, facts in story.agents.items()}
        self.hotline.works(*self.agents.values())

    def play(self) -> None:
        for sentence in self._story.tale:
            words, what = _parted(sentence)
            try:
                self._do(words, what)
                floor_agrees(self.hotline)
            except (AssertionError, LookupError) as failure:
                raise AssertionError(f"{words}: {what}\n{failure!r}") from failure
        books_close(self.hotline.entries, self.hotline.engine.floor)
        self._look_at_the_journal()

    def _do(self, words: str, what: Any) -> None:
        if words == "seconds":
            self.hotline.passes(float(what))
        elif words == "ringing":
            assert self.hotline.rung() == sorted(what), self.hotline.rung()
        elif words == "alarms":
            assert self.hotline.alarms() == sorted(what), self.hotline.alarms()
        else:
            who, verb = words.split(" ", 1)
            if who in self.agents:
                self._agent_does(who, verb, what)
            else:
                self._caller_does(who, verb, what)

    def _caller_does(self, who: str, verb: str, what: Any) -> None:
        if verb == "dials":
            self.callers[who] = self.hotline.caller_arrives(str(what))
            return
        caller = self.callers[who]
        match verb:
            case "presses":
                caller.presses(str(what))
            case "hears":
                assert caller.hears == what, caller.hears
            case "hears in":
                plays = [p for p in self.hotline.ordered(Play) if p.leg == caller.leg]
                assert plays[-1].language == what, plays[-1].language
            case "hears it out":
                caller.hears_out()
            case "hears nothing of it":
                caller.hears_out(heard=False)
            case "hangs up":
                caller.hangs_up()
            case "talks to":
                assert caller.talks_to() == what, caller.talks_to()
            case "waits in":
                place = caller.call.place
                assert place is not None
                assert place.queue == what, place.queue
            case "is gone":
                assert caller.id not in self.hotline.engine.floor.calls
            case _:
                raise LookupError(f"no caller can do this: {verb}")

    def _agent_does(self, who: str, verb: str, what: Any) -> None:
        doings: dict[str, Callable[[str], None]] = {
            "rings": self.hotline.rings,
            "answers": self.hotline.answers,
            "picks up": self.hotline.picks_up,
            "declines": lambda name: self.hotline.leg_fails(name, LegEnding.DECLINED, 17),
            "hangs up": self.hotline.hangs_up,
            "loses the line": self.hotline.loses_line,
            "is ready": self.hotline.ready,
            "logs in": self.hotline.logs_in,
            "logs out": self.hotline.logs_out,
            "takes a break": self.hotline.pauses,
            "is back": self.hotline.resumes,
        }
        match verb:
            case "presses":
                self.hotline.agent_presses(who, str(what))
            case "hears":
                heard = self.hotline.board.hears[self.hotline.leg_of(who)]
                assert heard == what, heard
            case "is":
                assert self.hotline.state(who) == what, self.hotline.state(who)
            case _:
                doings[verb](who)

    def _look_at_the_journal(self) -> None:
        caller = next(iter(self.callers.values()))
        lines = [encode(record) for record in caller.records()]
        kinds = [kind for kind, _ in lines]
        assert not set(kinds) & set(self._story.never), kinds
        left = iter(lines)
        for expected in self._story.recorded:
            kind, facts = _parted(expected)
            found = next((body for k, body in left if k == kind and _holds(body, facts)), None)
            assert found is not None, f"not recorded, or not here: {expected}\n{lines}"


def _parted(sentence: str | Mapping[str, Any]) -> tuple[str, Any]:
    if isinstance(sentence, str):
        return sentence, None
    ((words, what),) = sentence.items()
    return words, what


def _holds(body: Mapping[str, Any], facts: Mapping[str, Any] | None) -> bool:
    return all(body.get(name) == value for name, value in (facts or {}).items())


def _profile(name: str, facts: Mapping[str, Any]) -> AgentProfile:
    """`by` is the telephone: `desk`, `phone` or `desk+phone`."""
    assert set(facts) <= {"by", "skills"}, facts
    return agent(name, on=facts.get("by", "desk"), **facts["skills"])
