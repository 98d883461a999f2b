"""The six stories, told by real telephones; each says what it saw."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from router.core.records import (
    Abandoned,
    Answered,
    CallFinished,
    OfferEnded,
    OfferMade,
    OfferPickedUp,
    Queued,
    StepEntered,
)
from router.core.vocabulary import OfferOutcome
from router.standalone.demo.cast import ANA, CALLER_HZ, EVA, LUIS, MAR, TEO, Player
from router.standalone.demo.house import (
    SECOND,
    Caller,
    House,
    hides_the_caller,
    now,
    silence_between,
    talks_from,
)
from router.standalone.demo.screen import Screen, Story
from router.standalone.phone_events import Cancelled, Established

TALK_FOR = 2.0
"""Seconds in which both tones are measured."""
MENU_AND_WAIT = 60.0
PROMPT_GAP = 1.0
"""A caller who is spoken to or hears music never hears nothing for longer (seconds)."""


@dataclass(slots=True)
class Figures:
    """Latencies measured on the telephones, in milliseconds."""

    first_sound: list[float] = field(default_factory=list)
    two_way: list[float] = field(default_factory=list)
    withdrawn: list[float] = field(default_factory=list)


class Stage:
    """What every story needs."""

    def __init__(
        self, house: House, screen: Screen, figures: Figures, stories: dict[str, Story]
    ) -> None:
        self.house = house
        self.screen = screen
        self.figures = figures
        self._stories = stories

    async def calls(self, story: Story, what: str) -> Caller:
        """Somebody dials and hears the greeting."""
        self.screen.say(story, f"a caller dials: {what}")
        caller = await self.house.dials()
        self._stories[caller.call] = story
        heard = await caller.phone.hears(within=3 * SECOND, since=caller.answered_at)
        self.figures.first_sound.append((heard.start - caller.answered_at) * 1000)
        self.screen.say(story, "the caller hears the greeting")
        return caller

    async def presses(self, story: Story, caller: Caller, digit: str, queue: str) -> float:
        """A key; returns the instant since which the caller waits."""
        await caller.phone.press(digit)
        await self.house.feed.first(
            Queued, call=caller.call, within=5, where=lambda q: q.queue == queue
        )
        self.screen.say(story, f"a key is pressed: the caller waits in {queue}")
        return now()

    async def offered(self, caller: Caller, to: Player, within: float = 10) -> None:
        """The engine rings this agent for the caller."""
        await self.house.feed.first(
            OfferMade, call=caller.call, within=within, where=lambda o: o.agent == to.id
        )

    async def takes(self, story: Story, caller: Caller, agent: Player, within: float) -> float:
        """The agent's real telephone rings, is picked up, and by 1 if it is a mobile."""
        phone = self.house.phone(agent)
        incoming = await phone.incoming(within=timedelta(seconds=within))
        where = "mobile, behind the trunk," if agent.mobile else "desk phone in the office"
        self.screen.say(story, f"{agent.name}'s {where} rings")
        story.check(
            f"{agent.name}'s telephone is told nothing of the caller", hides_the_caller(incoming)
        )
        up = await phone.accept()
        if agent.mobile:
            whisper = await phone.hears(within=3 * SECOND, since=up.at)
            self.screen.say(story, f"{agent.name} picks up and hears the whisper")
            await phone.hears(within=3 * SECOND, since=whisper.start + 1.0)
            await phone.press("1")
            self.screen.say(story, f"{agent.name} presses 1")
        await self.house.feed.first(
            Answered, call=caller.call, within=5, where=lambda a: a.agent == agent.id
        )
        at_agent, at_caller = await asyncio.gather(
            phone.hears(CALLER_HZ, within=3 * SECOND, since=up.at),
            caller.phone.hears(agent.tone_hz, within=3 * SECOND, since=up.at),
        )
        together = max(at_agent.start, at_caller.start)
        if not agent.mobile:
            self.figures.two_way.append((together - up.at) * 1000)
        self.screen.say(story, f"{agent.name} and the caller hear each other")
        return together

    async def talk(
        self, story: Story, caller: Caller, agent: Player, since: float, seconds: float = TALK_FOR
    ) -> None:
        """They talk on for a while, and each hears the other's tone all the time."""
        await self.for_a_while(caller, seconds - (now() - since))
        self.measure(story, caller, agent, since)

    async def for_a_while(self, caller: Caller, seconds: float) -> None:
        """As long as the caller's telephone has heard so much more."""
        until = now() + seconds
        while now() < until:
            await caller.phone.more_to_hear()

    def measure(self, story: Story, caller: Caller, agent: Player, since: float) -> None:
        """Both tones, from `since` to what was received last."""
        start = since + 0.1
        at_agent, gap_there = talks_from(self.house.phone(agent), CALLER_HZ, start)
        at_caller, gap_here = talks_from(caller.phone, agent.tone_hz, start)
        story.check(
            f"{agent.name} received {CALLER_HZ} Hz and the caller {agent.tone_hz} Hz for "
            f"{caller.phone.recording().end - start:.1f} s, longest gap "
            f"{max(gap_there, gap_here) * 1000:.0f} ms",
            at_agent and at_caller,
        )

    async def hangs_up(self, story: Story, caller: Caller) -> None:
        """The caller's own hang-up, and the engine knows."""
        since = self.house.feed.position()
        await caller.phone.hang_up()
        await self.house.feed.first(CallFinished, call=caller.call, within=5, since=since)
        self.screen.say(story, "the caller hangs up")


async def crisis_at_home(stage: Stage, story: Story) -> tuple[Caller, float]:
    """1: a key, a mobile at home, the whisper, 1, and they talk."""
    caller = await stage.calls(story, "someone in crisis")
    waits_since = await stage.presses(story, caller, "1", "crisis")
    since = await stage.takes(story, caller, ANA, within=10)
    silence = silence_between(caller.phone, waits_since, since)
    story.check(
        f"until then the caller heard music (longest silence {silence * 1000:.0f} ms)",
        silence < PROMPT_GAP,
    )
    await stage.talk(story, caller, ANA, since)
    return caller, since


async def legal_in_the_office(stage: Stage, story: Story) -> tuple[Caller, float]:
    """2: a key, and a desk phone in the office."""
    caller = await stage.calls(story, "a legal question")
    await stage.presses(story, caller, "4", "juridico")
    since = await stage.takes(story, caller, LUIS, within=10)
    await stage.talk(story, caller, LUIS, since)
    return caller, since


async def silent_caller(stage: Stage, story: Story) -> tuple[Caller, float]:
    """3: nothing is pressed: crisis, by silence."""
    caller = await stage.calls(story, "someone who cannot speak, nor press a key")
    _, step = await stage.house.feed.first(
        StepEntered,
        call=caller.call,
        within=MENU_AND_WAIT,
        where=lambda s: s.step_kind == "queue",
    )
    await stage.house.feed.first(Queued, call=caller.call, within=2)
    stage.screen.say(story, "greeting and menu are over, no key was pressed: crisis")
    story.check("no key was pressed, and silence led to crisis", step.after == "silence")
    since = await stage.takes(story, caller, ANA, within=15)
    return caller, since


async def crisis_goes_first(
    stage: Stage, story: Story, legal_talk: Caller, release_legal: asyncio.Event
) -> None:
    """4: all are busy; who came later, but in crisis, is served first."""
    busy = await stage.calls(story, "a first caller in crisis, whom Mar will take")
    await stage.presses(story, busy, "1", "crisis")
    await stage.takes(story, busy, MAR, within=10)
    legal = await stage.calls(story, "a legal question, while everybody talks")
    await stage.presses(story, legal, "4", "juridico")
    urgent = await stage.calls(story, "later, someone in crisis")
    await stage.presses(story, urgent, "1", "crisis")
    await stage.hangs_up(story, busy)
    stage.screen.say(story, "Mar, who could serve both, is free again")
    since = await stage.takes(story, urgent, MAR, within=10)
    still = not any(isinstance(x.record, Answered) for x in stage.house.feed.of(legal.call))
    story.check("the crisis caller, who came later, was served first", still)
    await stage.talk(story, urgent, MAR, since)
    await stage.hangs_up(story, urgent)
    release_legal.set()
    await stage.hangs_up(story, legal_talk)
    since = await stage.takes(story, legal, LUIS, within=10)
    story.check("the legal caller was served next", True)
    await stage.talk(story, legal, LUIS, since, 1.0)
    await stage.hangs_up(story, legal)


async def answering_machine(stage: Stage, story: Story) -> None:
    """5: a machine picks up, nobody presses 1; the next agent gets the call."""
    caller = await stage.calls(story, "someone being extorted")
    waits_since = await stage.presses(story, caller, "2", "extorsion")
    await stage.offered(caller, EVA)
    await stage.house.feed.first(OfferPickedUp, call=caller.call, within=5)
    stage.screen.say(story, "Eva's mobile is picked up, by its answering machine")
    _, ended = await stage.house.feed.first(OfferEnded, call=caller.call, within=15)
    stage.screen.say(story, "nobody presses 1: the next agent")
    story.check(
        f"the offer to Eva ended as {ended.outcome.value} after "
        f"{ended.after.total_seconds():.1f} s",
        ended.agent == EVA.id and ended.outcome is OfferOutcome.MACHINE,
    )
    since = await stage.takes(story, caller, TEO, within=10)
    silence = silence_between(caller.phone, waits_since, since)
    story.check(
        f"the caller heard the notice and music throughout (longest silence "
        f"{silence * 1000:.0f} ms)",
        silence < PROMPT_GAP,
    )
    await stage.talk(story, caller, TEO, since)
    await stage.hangs_up(story, caller)


async def caller_gives_up(stage: Stage, story: Story) -> None:
    """6: the caller hangs up while a telephone rings: abandoned, and it stops ringing."""
    caller = await stage.calls(story, "a legal question")
    await stage.presses(story, caller, "4", "juridico")
    desk = stage.house.phone(LUIS)
    await desk.incoming(within=10 * SECOND)
    stage.screen.say(story, "Luis's desk phone rings")
    await stage.for_a_while(caller, 1.0)
    left_at = now()
    await caller.phone.hang_up()
    stage.screen.say(story, "the caller hangs up")
    cancelled = await desk.wait_for(Cancelled, within=2 * SECOND, where=lambda c: c.at >= left_at)
    took = (cancelled.at - left_at) * 1000
    stage.figures.withdrawn.append(took)
    story.check(f"the telephone stopped ringing {took:.0f} ms later", took <= 500)
    _, gone = await stage.house.feed.first(Abandoned, call=caller.call, within=2)
    _, ended = await stage.house.feed.first(OfferEnded, call=caller.call, within=2)
    story.check(
        "abandoned while offered, and the offer withdrawn",
        gone.offered and ended.outcome is OfferOutcome.WITHDRAWN,
    )


async def through_the_fallback(stage: Stage, story: Story, *agents: Player) -> None:
    """Without a living engine: a caller who dials now talks to an agent all the same."""
    stage.screen.say(story, "a caller dials now")
    caller = await stage.house.dials(engine=False)
    heard = await caller.phone.hears(within=5 * SECOND, since=caller.answered_at)
    waited = heard.start - caller.answered_at
    story.check(f"the caller hears something after {waited * 1000:.0f} ms", waited < 4)
    ringing = {
        asyncio.create_task(stage.house.phone(a).incoming(within=8 * SECOND)): a for a in agents
    }
    done, rest = await asyncio.wait(ringing, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
    first = next(iter(done))
    agent = ringing[first]
    story.check(
        f"{agent.name}'s desk phone rings, and is told nothing of the caller",
        hides_the_caller(first.result()),
    )
    phone = stage.house.phone(agent)
    up: Established = await phone.accept()
    at_agent, at_caller = await asyncio.gather(
        phone.hears(CALLER_HZ, within=4 * SECOND, since=up.at),
        caller.phone.hears(agent.tone_hz, within=4 * SECOND, since=up.at),
    )
    stage.screen.say(story, f"{agent.name} and the caller hear each other, without the engine")
    await stage.talk(story, caller, agent, max(at_agent.start, at_caller.start), 1.0)
    await caller.phone.hang_up()
    stage.screen.say(story, "the caller hangs up")
