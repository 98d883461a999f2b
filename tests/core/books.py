"""The books and the floor, checked: nobody missing, nobody twice, nobody in silence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

from router.core.call import Call
from router.core.floor import Floor
from router.core.ivr.waits import ForDigit, ForMessage
from router.core.records import (
    Abandoned,
    AgentLost,
    Answered,
    CallFinished,
    CallStarted,
    Ended,
    Entry,
    HandedToFallback,
    OfferEnded,
    OfferMade,
    Queued,
    Record,
    StepEntered,
    TimedOut,
)
from router.core.shift_records import WrapUpEnded, WrapUpStarted
from router.core.vocabulary import CallId, EndedBy
from router.rehearsal.hotline import Rehearsal
from router.rehearsal.switchboard import GONE
from tests.core.routing.floor_oracle import left_undone

SILENCE_AT_MOST = timedelta(seconds=5)
PLACE_ENDS = (Answered, Abandoned, TimedOut, HandedToFallback)


# -- the journal ------------------------------------------------------------------------------


def books_close(entries: Iterable[Entry], floor: Floor) -> None:
    """The ledgers of house.md, call by call, with what is still open on the floor."""
    stories: dict[CallId, list[Record]] = defaultdict(list)
    counts: Counter[type[Record]] = Counter()
    offers: Counter[str] = Counter()
    for entry in entries:
        counts[type(entry.record)] += 1
        if entry.call is not None:
            stories[entry.call].append(entry.record)
        if isinstance(entry.record, OfferMade):
            assert offers[entry.record.offer] == 0, "an offer was made twice"
            offers[entry.record.offer] += 1
        elif isinstance(entry.record, OfferEnded):
            offers[entry.record.offer] -= 1
    for call, story in stories.items():
        _story_closes(call, story, floor)
    assert {o for o, open_ in offers.items() if open_} == set(floor.offers)
    assert counts[OfferMade] == counts[OfferEnded] + len(floor.offers)
    talking = sum(c.talk is not None for c in floor.calls.values())
    assert counts[Answered] == counts[Ended] + counts[AgentLost] + talking
    in_wrap_up = sum(a.wrap_up is not None for a in floor.agents.values())
    on_a_leg = sum(leg.talked_on is not None for leg in floor.agent_legs.values())
    assert counts[WrapUpStarted] == counts[WrapUpEnded] + in_wrap_up
    assert counts[Answered] == counts[WrapUpStarted] + on_a_leg


def _story_closes(call: CallId, story: list[Record], floor: Floor) -> None:
    """queued = answered + abandoned + timed out + handed over + still waiting; and one end."""
    waiting = over = False
    kind = ""
    for record in story:
        if isinstance(record, StepEntered):
            kind = record.step_kind
        if isinstance(record, CallStarted):
            over = False
        elif isinstance(record, Queued):
            assert not waiting, f"{call} took two places"
            waiting = True
        elif isinstance(record, PLACE_ENDS) and (
            not isinstance(record, HandedToFallback) or record.queue is not None
        ):
            assert waiting, f"{call} left a place that it did not have: {record}"
            waiting = False
        if isinstance(record, CallFinished | HandedToFallback):
            assert not over, f"{call} ended twice"
            over = True
        if isinstance(record, CallFinished) and record.by is EndedBy.SYSTEM:
            assert kind == "goodbye", "the system hung up on a caller"
    on_the_floor = floor.calls.get(call)
    assert over != (on_the_floor is not None), f"{call} is nowhere, or is a ghost"
    in_a_place = on_the_floor is not None and on_the_floor.place is not None
    assert waiting == in_a_place, f"{call} waits in the books only, or on the floor only"


# -- the floor --------------------------------------------------------------------------------


def floor_agrees(hotline: Rehearsal) -> None:
    """No agent in two places, no call in none; nobody idle beside a caller; nobody in silence."""
    floor = hotline.engine.floor
    for call in floor.calls.values():
        _call_agrees(call, floor)
        _is_not_left_in_silence(call, hotline)
    for leg, owner in floor.callers.items():
        assert floor.calls[owner].leg == leg
    _agents_agree(floor)
    broken = [alarm.text for alarm in floor.alarms.values() if alarm.name.startswith("invariant")]
    assert not broken, broken
    _nobody_idle_beside(hotline)


def _call_agrees(call: Call, floor: Floor) -> None:
    assert floor.callers.get(call.leg) == call.id
    assert call.place is None or call.talk is None, f"{call.id} waits and talks"
    assert call.place is not None or not call.offers, f"{call.id} is offered and does not wait"
    somewhere = (
        call.place is not None
        or call.talk is not None
        or call.partner is not None
        or call.lookup is not None
        or call.recording is not None
        or call.playing is not None
        or call.ended_by is not None
        or isinstance(call.run.wait, ForDigit)
    )
    assert somewhere, f"{call.id} is nowhere"
    for offer in call.offers.values():
        assert floor.offers.get(offer.id) is offer
    if call.talk is not None:
        leg = floor.agent_legs[call.talk.leg]
        assert (leg.agent, leg.call, leg.closing) == (call.talk.agent, call.id, False)
        assert floor.agents[call.talk.agent].leg == leg.id


def _agents_agree(floor: Floor) -> None:
    talking = Counter(c.talk.agent for c in floor.calls.values() if c.talk is not None)
    offered = Counter(o.agent for o in floor.offers.values())
    for name, agent in floor.agents.items():
        assert talking[name] + offered[name] <= 1, f"{name} is in two places"
        assert (agent.offer is not None) == (offered[name] == 1)
        assert agent.leg is None or agent.leg in floor.agent_legs
        assert agent.offer is None or floor.offers[agent.offer].leg == agent.leg
    for offer in floor.offers.values():
        assert floor.calls[offer.call].offers[offer.id] is offer
    live = {leg.agent: leg.id for leg in floor.agent_legs.values()}
    assert len(live) == len(floor.agent_legs), "an agent has two legs"


def _nobody_idle_beside(hotline: Rehearsal) -> None:
    """Invariant 3: after a turn, the matcher finds nothing more to do, but to wait for callers who
    are on their way back."""
    floor = hotline.engine.floor
    assert floor.returns_until(hotline.at) is not None or not left_undone(floor, hotline.at)


def _is_not_left_in_silence(call: Call, hotline: Rehearsal) -> None:
    if hotline.board.hears.get(call.leg) == GONE or call.ended_by is not None:
        return
    listening = isinstance(call.run.wait, ForDigit | ForMessage)
    silence = hotline.board.silence(call.leg, hotline.at)
    assert listening or silence <= SILENCE_AT_MOST, f"{call.id} heard nothing for {silence}"
