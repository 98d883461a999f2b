"""One caller tried out on the engine: what they hear as they press, wait and are answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from router.core.commands import Play
from router.core.ivr.steps.require import RequireStep
from router.core.ivr.waits import ForDigit, ForMessage
from router.core.journal_lines import encode
from router.core.policy import Policy
from router.core.records import (
    Answered,
    CallFinished,
    HandedToFallback,
    MessageLeft,
    Queued,
    StepEntered,
)
from router.core.vocabulary import EndedBy, Language, PlaybackId, PromptId
from router.rehearsal.hotline import Caller
from router.rehearsal.story_file import CITY, CLOCK, Sentence, Story
from router.rehearsal.telling import Telling

CALLER = "caller"
STAND_IN = "ana"
"""Whoever no roster names: she knows everything, and takes a break until `answer` is said."""
LONGEST = timedelta(hours=1)
RINGS_FOR = 2.0
SPEAKS_FOR = 10.0
"""Seconds of a message that a script ends by its key."""
TIMED_OUT = ","

Lasts = Callable[[Language, PromptId], timedelta]
Facts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Where the caller is in the end: `queue`, `person`, `message`, `goodbye`, `hung_up`,
    `fallback`, or still in the `flow`."""

    ended_in: str
    queue: str | None
    path: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A prompt that began so long after the call."""

    since: timedelta
    play: Play


class Trial:
    """`agents` None: a stand-in is there who could answer anything. Time goes by only as it is
    said; a prompt takes as long as `lasts` says."""

    def __init__(
        self,
        rules: Policy,
        number: str,
        *,
        at: datetime,
        withheld: bool,
        agents: Facts | None,
        lasts: Lasts,
    ) -> None:
        self._crew = agents is not None
        self._story = Story(
            story=f"A call to {number}",
            agents={STAND_IN: _knows_everything(rules)} if agents is None else agents,
            at=at.astimezone(CITY).strftime(CLOCK),
            numbers="withheld" if withheld else "known",
            tale=[],
        )
        self._lasts = lasts
        self._telling = Telling(self._story, rules)
        self._playing: tuple[PlaybackId, datetime] | None = None
        self._heard: list[Heard] = []
        self._begun = self.at
        if not self._crew:
            self._tell(f"{STAND_IN} takes a break")
        self._tell({f"{CALLER} dials": number})

    # -- what can be done -----------------------------------------------------------------

    def press(self, key: str) -> None:
        self._tell({f"{CALLER} presses": key})

    def wait(self, seconds: float) -> None:
        """Prompts end and time-outs come on the way."""
        until = self.at + timedelta(seconds=seconds)
        while self._next() is not None and self._advance(until):
            pass
        self._pass_to(until)

    def wait_out(self) -> None:
        """Until the time-out of what the flow waits for: a menu's, a collect's, a queue's."""
        until = self.at + LONGEST
        while self.there and self.talks_to is None:
            before, queue, asked = self._run, self.queue, self._is_asked
            if not self._advance(until):
                return
            if asked and self._run != before:
                return
            if queue is not None and self.queue != queue:
                return

    def hear_out(self) -> None:
        """The prompt to its end, or whatever comes next."""
        self._advance(self.at + LONGEST)

    def answer(self, agent: str) -> None:
        """The agent picks up, once it rings. Raises StoryGoesOtherwise."""
        if agent == STAND_IN and not self._crew and not self.ringing:
            self._tell(f"{agent} is back")
        self._tell(f"{agent} answers")

    def speak(self, seconds: float) -> None:
        """After the tone, and then nothing more. Raises StoryGoesOtherwise."""
        self._tell({f"{CALLER} speaks": seconds})

    def hang_up(self) -> None:
        self._tell(f"{CALLER} hangs up")

    def plays(self, script: str) -> None:
        """Keys one after another, a comma waits out a time-out; then the caller presses nothing
        until they are in a queue, and is answered by whoever of the crew is rung."""
        for each in script:
            if not self.there:
                return
            if each == TIMED_OUT:
                self.wait_out()
                continue
            if self.is_recorded:
                self._pass_to(self.at + timedelta(seconds=SPEAKS_FOR))
            self.press(each)
        until = self.at + LONGEST
        while self.there and self.queue is None and self.talks_to is None:
            if not self._advance(until):
                return
        if self._crew and self.queue is not None:
            self._is_answered(until)

    def _is_answered(self, until: datetime) -> None:
        while self.there and self.queue is not None and not self.ringing:
            if not self._advance(until):
                return
        if self.ringing:
            self.wait(RINGS_FOR)
        if self.ringing:
            self.answer(self.ringing[0])

    # -- what can be seen -----------------------------------------------------------------

    @property
    def at(self) -> datetime:
        return self._telling.hotline.at

    @property
    def since(self) -> timedelta:
        """The call began."""
        return self.at - self._begun

    @property
    def there(self) -> bool:
        return self._caller.is_there

    @property
    def queue(self) -> str | None:
        """That they wait in."""
        return self._caller.waits_in() if self.there else None

    @property
    def is_recorded(self) -> bool:
        """What they say is a message."""
        return self.there and self._caller.is_recorded

    @property
    def talks_to(self) -> str | None:
        return self._caller.talks_to() if self.there else None

    @property
    def step(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def ringing(self) -> list[str]:
        return self._telling.hotline.rung()

    @property
    def agents(self) -> Sequence[str]:
        return tuple(self._story.agents)

    @property
    def path(self) -> tuple[str, ...]:
        """The steps, with the name of their flow where it is another than the line's."""
        steps = [r for r in self._caller.records() if isinstance(r, StepEntered)]
        first = steps[0].flow if steps else ""
        return tuple(s.step if s.flow == first else f"{s.flow}.{s.step}" for s in steps)

    @property
    def ending(self) -> Ending:
        queued = [r.queue for r in self._caller.records() if isinstance(r, Queued)]
        ended_in = self._ended_in()
        return Ending(
            ended_in=ended_in,
            queue=queued[-1] if queued and ended_in not in ("flow", "fallback") else None,
            path=self.path,
            seconds=round(self.since.total_seconds(), 1),
        )

    def heard(self) -> tuple[Heard, ...]:
        """What has been said to the caller since this was asked last."""
        fresh, self._heard = tuple(self._heard), []
        return fresh

    def story(self) -> dict[str, Any]:
        """All of it, to be told again."""
        kinds = [encode(record) for record in self._caller.records()]
        told = ("step_entered", "queued", "answered")
        recorded = [
            {kind: {name: body[name] for name in ("step", "queue", "agent") if name in body}}
            for kind, body in kinds
            if kind in told
        ]
        return {
            "story": self._story.story,
            "at": self._story.at,
            "numbers": self._story.numbers,
            "agents": {name: dict(facts) for name, facts in self._story.agents.items()},
            "tale": _merged(self._story.tale),
            "recorded": recorded,
        }

    # -- how it is done -------------------------------------------------------------------

    @property
    def _caller(self) -> Caller:
        return self._telling.callers[CALLER]

    @property
    def _run(self) -> object:
        return self._caller.call.run if self.there else None

    @property
    def _is_asked(self) -> bool:
        return self.there and isinstance(self._caller.call.run.wait, ForDigit | ForMessage)

    def _ended_in(self) -> str:
        if self.there:
            if self.talks_to is not None:
                return "person"
            return "flow" if self.queue is None else "queue"
        ends = self._caller.records()
        if any(isinstance(r, MessageLeft) for r in ends):
            return "message"
        if any(isinstance(r, HandedToFallback) for r in ends):
            return "fallback"
        by_caller = any(isinstance(r, CallFinished) and r.by is EndedBy.CALLER for r in ends)
        if by_caller and any(isinstance(r, Answered) for r in ends):
            return "person"
        return "hung_up" if by_caller else "goodbye"

    def _tell(self, sentence: Sentence) -> None:
        self._telling.tell(sentence)
        self._story.tale.append(sentence)
        if CALLER in self._telling.callers:
            self._follow()

    def _follow(self) -> None:
        """A prompt that began ends after its time; what is heard belongs into the story."""
        hotline = self._telling.hotline
        playback = hotline.board.playing.get(self._caller.leg)
        if playback is None:
            self._playing = None
        elif self._playing is None or self._playing[0] != playback:
            play = next(
                c
                for c in reversed(hotline.commands)
                if isinstance(c, Play) and c.playback == playback
            )
            lasts = sum((self._lasts(play.language, each) for each in play.prompts), timedelta())
            self._playing = playback, self.at + lasts
            self._heard.append(Heard(since=self.since, play=play))
            self._story.tale.append({f"{CALLER} hears": self._caller.hears})

    def _next(self) -> datetime | None:
        """The next instant at which something happens by itself."""
        due = self._telling.hotline.engine.floor.deadlines.next
        ends = None if self._playing is None else self._playing[1]
        silent = self._silent_until()
        return min((each for each in (due, ends, silent) if each is not None), default=None)

    def _silent_until(self) -> datetime | None:
        """When the recording of a caller who says nothing ends."""
        if not self.is_recorded:
            return None
        board, leg = self._telling.hotline.board, self._caller.leg
        return board.recording_since[leg] + board.recording[leg].silence

    def _advance(self, until: datetime) -> bool:
        """Whether something happens by then; it has happened."""
        soon = self._next()
        if soon is None or soon > until:
            return False
        if soon == self._silent_until():
            self.speak(0)
            return True
        prompt_ends = self._playing is not None and self._playing[1] <= soon
        self._pass_to(soon)
        if prompt_ends and self._playing is not None:
            self._tell(f"{CALLER} hears it out")
        return True

    def _pass_to(self, instant: datetime) -> None:
        seconds = (instant - self.at).total_seconds()
        if seconds >= 0:
            self._tell({"seconds": seconds})


def _knows_everything(rules: Policy) -> dict[str, Any]:
    skills = {
        skill
        for queue in rules.queues.values()
        for circle in (queue.require, *(step.also for step in queue.widen))
        for skill, _ in circle.levels
    }
    for flow in rules.book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, RequireStep):
                skills |= set(step.skills)
    return {"by": "desk", "skills": dict.fromkeys(sorted(skills), 5)}


def _merged(tale: Sequence[Sentence]) -> list[Sentence]:
    """Seconds after seconds as one sentence."""
    merged: list[Sentence] = []
    for sentence in tale:
        before = merged[-1] if merged else ""
        if "seconds" in sentence and "seconds" in before:
            assert isinstance(sentence, dict)
            assert isinstance(before, dict)
            merged[-1] = {"seconds": round(before["seconds"] + sentence["seconds"], 6)}
        else:
            merged.append(sentence)
    return merged
