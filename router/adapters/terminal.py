"""A telephone made of text: keys and commands come in as lines, what is heard goes out as lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

from router.core.commands import Play
from router.core.vocabulary import Language, PromptId
from router.errors import StoryGoesOtherwise
from router.rehearsal.trial import Trial

HELP = """\
  4 or 12#         press keys, one after another
  (nothing)        hear the prompt out, or wait until the next thing happens
  /wait 30         let 30 seconds go by
  /say 10          speak for 10 seconds after the tone
  /answer {agent:<8} let an agent whose telephone rings pick up
  /hangup          the caller hangs up
  /quit            leave the trial as it is
"""
KEYS = re.compile(r"[0-9*#]+", re.ASCII)
SECONDS = re.compile(r"\d{1,5}(?:\.\d{1,3})?", re.ASCII)

Texts = Mapping[tuple[Language, PromptId], str]
Write = Callable[[str], object]


class Terminal:
    """`texts` are what is said; what has none is shown by its name."""

    def __init__(self, trial: Trial, texts: Texts, write: Write) -> None:
        self._trial = trial
        self._texts = texts
        self._write = write
        self._languages = sorted({language for language, _ in texts})
        self._situation = ""

    def converses(self, lines: Iterable[str]) -> None:
        """Until the caller is gone, `/quit`, or no line comes any more."""
        self.shows()
        for line in lines:
            said = line.strip()
            if said == "/quit":
                return
            try:
                self._does(said)
            except StoryGoesOtherwise as otherwise:
                self._write(f"      {otherwise}")
            self.shows()
            if not self._trial.there:
                return

    @property
    def prompt(self) -> str:
        """Before each line that is typed."""
        return f"{clock(self._trial.since)} {self._trial.step}> "

    def shows(self) -> None:
        """What is heard now, and what has changed."""
        for heard in self._trial.heard():
            self._says(heard.since, heard.play)
        situation = self._now()
        if situation != self._situation:
            self._situation = situation
            self._write(f"{clock(self._trial.since)}  {situation}")

    def _does(self, said: str) -> None:
        command, _, what = said.partition(" ")
        what = what.strip()
        if not said:
            self._trial.hear_out()
        elif KEYS.fullmatch(said):
            for key in said:
                self._trial.press(key)
        elif command == "/wait" and SECONDS.fullmatch(what):
            self._trial.wait(float(what))
        elif command == "/say" and SECONDS.fullmatch(what):
            self._trial.speak(float(what))
        elif command == "/answer":
            ringing = self._trial.ringing or list(self._trial.agents)[:1]
            if what or ringing:
                self._trial.answer(what or ringing[0])
            else:
                self._write("      nobody is on shift")
        elif command == "/hangup":
            self._trial.hang_up()
        else:
            agent = next(iter(self._trial.agents), "")
            self._write(HELP.format(agent=agent).rstrip())

    def _says(self, since: timedelta, play: Play) -> None:
        """In the caller's language, and beside it in the others."""
        at = f"{clock(since)}  "
        for language in (play.language, *(x for x in self._languages if x != play.language)):
            texts = [self._texts.get((language, each)) for each in play.prompts]
            if language != play.language and not any(texts):
                continue
            words = [text or f"[{each}]" for text, each in zip(texts, play.prompts, strict=True)]
            told = " ".join(words)
            self._write(f"{at}{language}  «{told}»")
            at = " " * len(at)

    def _now(self) -> str:
        trial = self._trial
        if not trial.there:
            return f"The call is over: {trial.ending.ended_in.replace('_', ' ')}."
        if trial.is_recorded:
            return "The caller hears a tone; what they say now is recorded (/say 10)."
        if (agent := trial.talks_to) is not None:
            return f"The caller talks to {agent}."
        if trial.queue is not None:
            rung = f"; {', '.join(trial.ringing)} is rung" if trial.ringing else ""
            return f"The caller waits in {trial.queue}, with music{rung}."
        return ""


def clock(since: timedelta) -> str:
    """`1:05` since the call began."""
    seconds = int(since.total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"
