"""Each step kind, at each point where it waits: silence, every key, a hang-up, and all that fails.

The example of the kind's docstring is gone through in every way there is; a new kind is taken in
by itself. Whatever happens, the caller ends with a person, in a queue, at a goodbye that the flow
wrote, or is gone by their own hang-up; the books close, and nothing stays on the floor.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import get_args

import pytest

from router.core import commands as c
from router.core import events as e
from router.core.call import Call
from router.core.ivr.model import Step
from router.core.ivr.waits import ForLookup
from router.core.records import StepEntered
from router.core.vocabulary import LegEnding
from tests.core.books import books_close, floor_agrees
from tests.core.driver import Caller, Driver
from tests.core.house import agent
from tests.core.ivr.example_house import EXAMPLE, INSIDE, WORLDS, World, house_of, ways_out

KINDS = get_args(Step)
KEYS = "0123456789*#"
LEO = agent("leo", juridico=3, wrap_up=0)
PATIENCE = 300
"""Seconds or prompts until a silent caller must have arrived somewhere."""
REFUSABLE = (
    c.Play, c.AskAgain, c.StopPlay, c.StartMusic, c.StopMusic, c.LookUp, c.DialPartner,
    c.KeepNumber, c.Bridge,
)  # fmt: skip
AT_ONCE = {"language", "set", "tag", "next", "branch", "hours", "require", "prefer", "return"}
"""Nobody waits in them."""
NOT_IN_AN_EXAMPLE = {"set": {"crisis"}, "flow": {"orientacion"}}
"""Ways that an example does not lead to: what it computes can be computed."""

Deed = Callable[["Story"], None]


@dataclass(slots=True)
class Story:
    """One call in a hotline; what was noted since it came, and ordered since its last deed."""

    hotline: Driver
    caller: Caller
    notes_before: int
    orders_before: int = 0

    @property
    def call(self) -> Call | None:
        return self.hotline.engine.floor.calls.get(self.caller.id)

    @property
    def steps(self) -> set[str]:
        """Where the caller has been."""
        records = (entry.record for entry in self.hotline.entries[self.notes_before :])
        return {record.step for record in records if isinstance(record, StepEntered)}

    @property
    def is_in_the_example(self) -> bool:
        call = self.call
        if call is None or call.ended_by is not None:
            return False
        return call.run.step == EXAMPLE or bool(call.run.stack) or call.run.flow == INSIDE

    @property
    def hears_a_prompt(self) -> bool:
        return self.caller.leg in self.hotline.board.playing

    def does(self, deed: Deed) -> None:
        self.orders_before = len(self.hotline.commands)
        deed(self)
        floor_agrees(self.hotline)

    def state(self) -> tuple[object, ...]:
        """What tells one point of the example from another."""
        call = self.call
        assert call is not None
        run, partner = call.run, call.partner
        return (
            *(run.flow, run.step, type(run.wait), run.phase, run.wrong, run.repeats > 0),
            *(len(run.collected), bool(run.typed_ahead), not self.hears_a_prompt),
            *(call.place is None, call.talk is None, call.lookup is None),
            *((partner.asked is None, partner.bridge is None) if partner is not None else ()),
        )


# -- what may happen at a point -------------------------------------------------------------------


def presses(key: str) -> Deed:
    def deed(story: Story) -> None:
        story.caller.presses(key)

    return deed


def prompt_ends(story: Story) -> None:
    story.caller.hears_out()


def prompt_fails(story: Story) -> None:
    story.caller.hears_out(heard=False)


def a_second_passes(story: Story) -> None:
    story.hotline.passes(1)


def time_is_up(story: Story) -> None:
    story.hotline.passes(30)


def two_minutes_pass(story: Story) -> None:
    story.hotline.passes(120)


def another_system_answers(story: Story) -> None:
    _answers(story, fits=True)


def another_system_answers_otherwise(story: Story) -> None:
    _answers(story, fits=False)


def _answers(story: Story, *, fits: bool) -> None:
    asked = next(each for each in reversed(story.hotline.commands) if isinstance(each, c.LookUp))
    values = dict.fromkeys(asked.request.wanted, True) if fits else None
    story.hotline.happens(
        e.LookupEnded(
            at=story.hotline.at,
            lookup=asked.lookup,
            values=values,
            why="" if fits else "status 500",
        )
    )


def the_caller_speaks(story: Story) -> None:
    story.caller.speaks(9)


def the_caller_says_nothing(story: Story) -> None:
    story.caller.speaks(0)


def it_cannot_be_recorded(story: Story) -> None:
    order = story.hotline.board.recording[story.caller.leg]
    story.hotline.happens(
        e.RecordingEnded(at=story.hotline.at, recording=order.recording, why="no space left")
    )


def somebody_outside_picks_up(story: Story) -> None:
    story.hotline.partner_picks_up()


def somebody_outside_presses_one(story: Story) -> None:
    story.hotline.partner_presses("1")


def somebody_outside_is_busy(story: Story) -> None:
    story.hotline.partner_ends(LegEnding.DECLINED)


def somebody_outside_hangs_up(story: Story) -> None:
    story.hotline.partner_ends()


def an_agent_answers(story: Story) -> None:
    story.hotline.resumes("leo")
    if "leo" in story.hotline.rung():
        story.hotline.answers("leo")


def the_agent_hangs_up(story: Story) -> None:
    story.hotline.hangs_up("leo")
    story.hotline.pauses("leo")


def the_agents_line_breaks(story: Story) -> None:
    story.hotline.pauses("leo")
    story.hotline.loses_line("leo")


def deeds_at(story: Story) -> Iterator[tuple[str, Deed]]:
    """All that may happen now, besides a hang-up."""
    call = story.call
    assert call is not None
    yield "time is up", time_is_up
    for key in KEYS:
        yield f"key {key}", presses(key)
    if story.hears_a_prompt:
        yield "the prompt ends", prompt_ends
        yield "the prompt fails", prompt_fails
    if isinstance(call.run.wait, ForLookup):
        yield "an answer", another_system_answers
        yield "another answer", another_system_answers_otherwise
    if story.caller.leg in story.hotline.board.recording:
        yield "the caller speaks", the_caller_speaks
        yield "the caller says nothing", the_caller_says_nothing
        yield "it cannot be recorded", it_cannot_be_recorded
    if (partner := call.partner) is not None:
        if partner.bridge is not None:
            yield "they hang up", somebody_outside_hangs_up
        elif partner.asked is not None:
            yield "they press 1", somebody_outside_presses_one
            yield "they go", somebody_outside_hangs_up
        else:
            yield "they pick up", somebody_outside_picks_up
            yield "they are busy", somebody_outside_is_busy
    if call.talk is not None:
        yield "the agent hangs up", the_agent_hangs_up
        yield "the agent's line breaks", the_agents_line_breaks
    if call.place is not None:
        yield "two minutes pass", two_minutes_pass
    if call.place is not None and story.hotline.engine.floor.staffed():
        yield "an agent answers", an_agent_answers


# -- how it may go on from there to its end -------------------------------------------------------


def in_silence(story: Story) -> None:
    """Nothing is pressed; prompts end, and time passes."""
    _goes_on(story, lambda: story.does(a_second_passes))


def with_prompts_that_fail(story: Story) -> None:
    _goes_on(story, lambda: story.does(a_second_passes), heard=False)


def with_the_key(key: str) -> Deed:
    """Again and again, whatever is asked."""

    def deed(story: Story) -> None:
        _goes_on(story, lambda: story.does(presses(key)))

    return deed


def with_commands_that_failed(story: Story) -> None:
    """What was ordered last had no effect, but for what the switchboard had to say to it."""
    for command in story.hotline.commands[story.orders_before :]:
        if isinstance(command, REFUSABLE):
            story.hotline.refused(command)
    in_silence(story)


def _goes_on(story: Story, deed: Callable[[], None], *, heard: bool = True) -> None:
    """Until the caller is somewhere: with a person, in a queue, gone."""
    for _ in range(PATIENCE):
        call = story.call
        if call is None or _is_with_people(call):
            return
        if story.hears_a_prompt:
            story.does(prompt_ends if heard else prompt_fails)
        if story.call is not None:
            deed()
            story.hotline.passes(1)
    raise AssertionError(f"nowhere after {PATIENCE} s, but at {story.state()}")


def _is_with_people(call: Call) -> bool:
    talks_outside = call.partner is not None and call.partner.bridge is not None
    return call.place is not None or call.talk is not None or talks_outside


def nothing_more(story: Story) -> None:
    """But the hang-up that ends every story."""


ENDINGS: tuple[tuple[str, Deed], ...] = (
    ("silence", in_silence),
    ("prompts that fail", with_prompts_that_fail),
    ("commands that failed", with_commands_that_failed),
    *((f"key {key} on and on", with_the_key(key)) for key in KEYS),
)


# -- every way through it -------------------------------------------------------------------------


@dataclass(slots=True)
class Walk:
    """The example in one world; `points`: where the caller was met, and the way there."""

    hotline: Driver
    world: World
    points: dict[tuple[object, ...], tuple[str, tuple[Deed, ...]]] = field(default_factory=dict)
    reached: set[str] = field(default_factory=set)

    def everywhere(self) -> None:
        """The shortest way first; where a caller was met before, nobody is met again."""
        ahead: deque[tuple[str, tuple[Deed, ...]]] = deque([("arrives", ())])
        while ahead:
            told, way = ahead.popleft()
            story = self._story(way)
            new = story.is_in_the_example and story.state() not in self.points
            if new:
                self.points[story.state()] = told, way
                ahead += [(f"{told}, {name}", (*way, deed)) for name, deed in deeds_at(story)]
            self._ends(story, in_silence if not new else nothing_more, told)
            for name, ending in ENDINGS if new else ():
                self._ends(self._story(way), ending, f"{told}, {name}")

    def _story(self, way: tuple[Deed, ...]) -> Story:
        before = len(self.hotline.entries)
        caller = self.hotline.caller_arrives(self.world.line, caller=self.world.caller)
        story = Story(self.hotline, caller, notes_before=before)
        for deed in way:
            story.does(deed)
        return story

    def _ends(self, story: Story, ending: Deed, told: str) -> None:
        try:
            ending(story)
            floor_agrees(self.hotline)
            if story.call is not None:
                story.caller.hangs_up()
            assert not self.hotline.engine.floor.calls
        except AssertionError as failure:
            raise AssertionError(f"{told}: {failure}") from failure
        self.reached |= story.steps
        if self.world.staffed:
            self.hotline.pauses("leo")


def opened(kind: type[Step], world: World) -> Driver:
    hotline = Driver(house_of(kind, world), at=world.at)
    if world.staffed:
        hotline.works(LEO)
        hotline.pauses("leo")
    return hotline


def walked(kind: type[Step], world: World) -> Walk:
    return _walked(kind.kind, world)


@cache
def _walked(name: str, world: World) -> Walk:
    (kind,) = (each for each in KINDS if each.kind == name)
    walk = Walk(opened(kind, world), world)
    walk.everywhere()
    return walk


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_caller_gets_out_of_a_step_at_every_point_whatever_happens(kind: type[Step]) -> None:
    reached, met = set[str](), False
    for world in WORLDS:
        walk = walked(kind, world)
        hotline, floor = walk.hotline, walk.hotline.engine.floor
        reached |= walk.reached
        met = met or bool(walk.points)
        books_close(hotline.entries, floor)
        hotline.passes(3600)
        left: list[object] = [*floor.calls, *floor.callers, *floor.offers, *floor.agent_legs]
        left += [*floor.partner_legs, *floor.playbacks, *hotline.board.bridges]
        assert not left
        assert floor.deadlines.next is None
        if reached >= ways_out(kind):
            break  # the other worlds are for kinds that look at the clock, the line, the staff
    assert met is (kind.kind not in AT_ONCE), "whether a caller is ever met in it"
    assert ways_out(kind) - reached == NOT_IN_AN_EXAMPLE.get(kind.kind, set())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_the_engine_may_die_at_every_point_of_a_step(kind: type[Step]) -> None:
    world = WORLDS[0]
    for told, way in walked(kind, world).points.values():
        hotline = opened(kind, world)
        story = Story(hotline, hotline.caller_arrives(world.line, caller=world.caller), 0)
        for deed in way:
            story.does(deed)
        now = hotline.dies_and_comes_back(LEO)
        caller = Caller(now, story.caller.leg)
        assert caller.is_there, told
        try:
            in_silence(Story(now, caller, 0))
            if caller.is_there:
                caller.hangs_up()
            now.passes(3600)
        except AssertionError as failure:
            raise AssertionError(f"{told}, the engine dies: {failure}") from failure
        books_close([*hotline.entries, *now.entries], now.engine.floor)
        assert not [*now.engine.floor.calls, *now.engine.floor.partner_legs]
