"""Plays a story: its sentences are done to the engine and asked of it, one after another.

A sentence is `who verb` or `who verb: what`. Who is an agent of the story, or else a caller, who
comes into being with `dials`. `seconds: 4` lets time go by; `ringing: [ana]` and `alarms: []` ask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from router.core.commands import Play
from router.core.journal_lines import encode
from router.core.policy import Policy
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import (
    AgentId,
    CallerKey,
    Device,
    DeviceKind,
    LegEnding,
    SkillName,
)
from router.errors import StoryGoesOtherwise
from router.rehearsal.hotline import Caller, Rehearsal
from router.rehearsal.story_file import Sentence, Story

EPOCH = 7
DEVICES = {
    "desk": Device(kind=DeviceKind.DESK, address="sip:agent@192.0.2.1"),
    "phone": Device(kind=DeviceKind.PHONE, number="+525500000000"),
}


class Telling:
    """One story in progress."""

    def __init__(self, story: Story, rules: Policy) -> None:
        self._story = story
        self.hotline = Rehearsal(rules, at=story.begins, epoch=EPOCH)
        self.callers: dict[str, Caller] = {}
        self.agents = {name: profile(name, facts) for name, facts in story.agents.items()}
        self.hotline.works(*self.agents.values())

    def play(self, after_each: Callable[[Rehearsal], object] = lambda _: None) -> None:
        """To the end. Raises StoryGoesOtherwise at the first sentence that is not so."""
        for sentence in self._story.tale:
            self.tell(sentence)
            after_each(self.hotline)
        self._look_at_the_journal()

    def tell(self, sentence: Sentence) -> None:
        """One sentence. Raises StoryGoesOtherwise."""
        words, what = _parted(sentence)
        try:
            self._do(words, what)
        except (LookupError, ValueError, TypeError, AttributeError, AssertionError) as failure:
            raise StoryGoesOtherwise(
                sentence=_told(sentence), instead=f"it cannot be ({failure})"
            ) from failure

    def _do(self, words: str, what: Any) -> None:
        match words:
            case "seconds":
                self.hotline.passes(float(what))
            case "ringing":
                _same(words, sorted(what), self.hotline.rung())
            case "alarms":
                _same(words, sorted(what), self.hotline.alarms())
            case _:
                who, _, verb = words.partition(" ")
                if who in self.agents:
                    self._agent_does(who, verb, what)
                else:
                    self._caller_does(who, verb, what)

    def _caller_does(self, who: str, verb: str, what: Any) -> None:
        sentence = f"{who} {verb}" if what is None else f"{who} {verb}: {what}"
        if verb == "dials":
            caller_key = CallerKey(who) if self._story.numbers == "known" else None
            self.callers[who] = self.hotline.caller_arrives(str(what), caller=caller_key)
            return
        if who not in self.callers:
            raise LookupError(f"{who} has not dialled, and is no agent")
        caller = self.callers[who]
        match verb:
            case "presses":
                caller.presses(str(what))
            case "hears":
                _same(sentence, what, caller.hears)
            case "hears in":
                plays = [p for p in self.hotline.commands if isinstance(p, Play)]
                heard = [p.language for p in plays if p.leg == caller.leg]
                _same(sentence, what, heard[-1] if heard else "nothing")
            case "hears it out":
                caller.hears_out()
            case "hears nothing of it":
                caller.hears_out(heard=False)
            case "speaks":
                caller.speaks(float(what))
            case "hangs up":
                caller.hangs_up()
            case "talks to":
                _same(sentence, what, caller.talks_to() if caller.is_there else "nobody: gone")
            case "waits in":
                _same(sentence, what, caller.waits_in() if caller.is_there else "nowhere: gone")
            case "is gone":
                _same(sentence, True, not caller.is_there)
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
                _same(f"{who} hears: {what}", what, heard)
            case "is":
                _same(f"{who} is: {what}", what, self.hotline.state(who).value)
            case _ if verb in doings:
                doings[verb](who)
            case _:
                raise LookupError(f"no agent can do this: {verb}")

    def _look_at_the_journal(self) -> None:
        if not self.callers:
            return
        caller = next(iter(self.callers.values()))
        lines = [encode(record) for record in caller.records()]
        kinds = [kind for kind, _ in lines]
        for kind in self._story.never:
            if kind in kinds:
                raise StoryGoesOtherwise(sentence=f"never: {kind}", instead="it is recorded")
        left = iter(lines)
        for expected in self._story.recorded:
            kind, facts = _parted(expected)
            if not any(k == kind and _holds(body, facts) for k, body in left):
                found = "; ".join(f"{k} {body}" for k, body in lines if k == kind) or "none"
                raise StoryGoesOtherwise(
                    sentence=f"recorded: {_told(expected)}",
                    instead=f"it is not recorded, or not here (of this kind: {found})",
                )


def profile(name: str, facts: Mapping[str, Any]) -> AgentProfile:
    """`by` is the telephone: `desk`, `phone` or `desk+phone`."""
    levels = {SkillName(skill): int(level) for skill, level in facts.get("skills", {}).items()}
    devices = tuple(DEVICES[kind] for kind in facts.get("by", "desk").split("+"))
    return AgentProfile(id=AgentId(name), name=name.title(), skills=levels, devices=devices)


def _same(sentence: str, told: Any, found: Any) -> None:
    if told != found:
        raise StoryGoesOtherwise(sentence=sentence, instead=f"it is {found!r}")


def _parted(sentence: str | Mapping[str, Any]) -> tuple[str, Any]:
    if isinstance(sentence, str):
        return sentence, None
    ((words, what),) = sentence.items()
    return words, what


def _told(sentence: Sentence) -> str:
    words, what = _parted(sentence)
    return words if what is None else f"{words}: {what}"


def _holds(body: Mapping[str, Any], facts: Mapping[str, Any] | None) -> bool:
    return all(body.get(name) == value for name, value in (facts or {}).items())
