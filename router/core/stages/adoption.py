"""Callers of an earlier life of the engine go on where they were (survival.md).

Conversations are left alone; who waits keeps arrival, place, widening and who was asked already;
who was in the menu hears the prompt of their step again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from router.core.call import AgentLeg, Call, Partner, Place, Talk
from router.core.carried import (
    CarriedCall,
    CarriedTalk,
    clock_shift,
    read_call,
    read_offer,
    shift_of_one,
)
from router.core.carrying import unwritten
from router.core.commands import (
    Admit,
    Bridge,
    Listen,
    RemoveBridge,
    StopRecording,
)
from router.core.events import CallArrived, LegsListed, ListedLeg
from router.core.ivr.flow_run import FlowRun
from router.core.ivr.run import resume
from router.core.ivr.waits import ForAgent, ForPartner, ForPrompt
from router.core.records import Adopted, HandedToFallback
from router.core.speech import hush_inherited, no_music
from router.core.turn import FlowRan, LadderSet, PlaceKept, QueueEntered, Turn
from router.core.vocabulary import (
    AgentId,
    BridgeId,
    CallId,
    ContactName,
    LegId,
    NodeId,
    OfferId,
    QueueName,
)


def callers_are_adopted(turn: Turn, event: LegsListed) -> list[CallArrived]:
    """Take over the callers whom we do not know; returns those of whom nothing else is known."""
    floor = turn.floor
    strangers = {leg.leg: leg for leg in event.legs if leg.leg not in floor.callers}
    callers = [s for s in strangers.values() if s.role == "caller" and s.in_application]
    texts = {s.leg: read_call(s.carried) for s in strangers.values() if s.role == "caller"}
    if floor.clock_ahead is None and texts:  # later on a text may be our own
        floor.clock_ahead = clock_shift((strangers[n].created_at, t) for n, t in texts.items())
    shift = clock_shift((leg.created_at, texts[leg.leg]) for leg in callers)
    _callers_elsewhere(turn, event, strangers.values())
    in_bridge = {leg: bridge for bridge in event.bridges for leg in bridge.legs}
    arrivals = []
    for leg in sorted(callers, key=lambda each: (each.created_at, each.leg)):
        carried = texts[leg.leg]
        if carried is not None:
            theirs = shift_of_one(leg.created_at, carried, shift)  # two machines have two clocks
            carried = unwritten(turn, leg.leg, leg.carried) or carried.later_by(theirs)
        bridge = in_bridge.get(leg.leg)
        partner = _partner(strangers, bridge.legs) if bridge is not None else None
        if partner is not None and bridge is not None:
            call = _call(turn, event.node, leg, carried)
            hush_inherited(turn, call)
            no_music(turn, call)
            if partner.role == "partner":
                _talk_on_outside(turn, call, partner, bridge.bridge)
            else:
                _talk_on(turn, call, partner, bridge.bridge, carried)
            continue
        if bridge is not None:
            turn.order(
                RemoveBridge(node=event.node, call=None, bridge=bridge.bridge, legs=(leg.leg,))
            )
        if carried is None:
            arrivals.append(leg.arrives(turn.at, event.node))  # their flow begins
        else:
            call = _call(turn, event.node, leg, carried)
            _go_on(turn, call, carried, strangers.values(), back=leg.leg in floor.departed)
    return arrivals


def caller_returns(turn: Turn, event: CallArrived) -> bool:
    """A caller whom the fallback gives back goes on as the same call. False: it is none."""
    floor = turn.floor
    turn.look_due |= floor.is_back(event.leg)
    before = floor.departed.get(event.leg)
    carried = read_call(event.carried) if event.carried else None
    ended = before is not None and before.ended_by is not None
    if carried is None or ended or event.leg in floor.callers:
        return False
    shift = shift_of_one(event.arrived_at, carried, floor.clock_ahead)
    carried = unwritten(turn, event.leg, event.carried) or carried.later_by(shift)
    call = _call(turn, event.node, ListedLeg.of(event), carried)
    if before is None:
        _note_handed(turn, call, carried, "the engine was away")
    turn.order(Admit(node=call.node, call=call.id, leg=call.leg))
    _go_on(turn, call, carried, (), back=True)
    return True


def _callers_elsewhere(turn: Turn, event: LegsListed, strangers: Iterable[ListedLeg]) -> None:
    """The dialplan has them: an earlier life of the engine lost them to the fallback."""
    for leg in strangers:
        carried = read_call(leg.carried)
        gone = leg.role == "caller" and not leg.in_application
        if gone and carried is not None and leg.leg not in turn.floor.departed:
            call = _call(turn, event.node, leg, carried)
            call.carried = ""  # written by another clock than ours
            turn.floor.depart(call)
            _note_handed(turn, call, carried, "found in the dialplan")


def _note_handed(turn: Turn, call: Call, carried: CarriedCall, reason: str) -> None:
    place = carried.kept.place
    turn.note(HandedToFallback(queue=place.queue if place else None, reason=reason), call.id)


def _partner(strangers: Mapping[LegId, ListedLeg], legs: Iterable[LegId]) -> ListedLeg | None:
    """The agent, or whoever outside, in the same bridge."""
    there = (strangers[leg] for leg in legs if leg in strangers)
    return next((leg for leg in there if leg.role in ("agent", "partner")), None)


def _call(turn: Turn, node: NodeId, leg: ListedLeg, carried: CarriedCall | None) -> Call:
    """The caller is on the floor again; who talks and carries nothing is in their line's flow."""
    floor = turn.floor
    policy = floor.policy
    if carried is None:
        line, _ = policy.book.line_for(leg.number_dialled)
        start = policy.book.flows[line.flow].start
        run = FlowRun(flow=line.flow, step=start, language=line.language, wait=ForPrompt())
    else:
        run = carried.run
    kept = None if carried is None else carried.kept
    call = Call(
        id=CallId(f"{node}-{leg.leg}"),
        node=node,
        leg=leg.leg,
        arrived_at=min(leg.created_at if kept is None else kept.arrived_at, turn.at),
        seen_late=kept is not None and kept.seen_late,
        caller=None if kept is None else kept.caller,
        policy=policy,
        run=run,
        carried=leg.carried,
        last_playback=None if kept is None else kept.playback,
        inherited=None if kept is None else kept.playback,
    )
    if (before := floor.departed.get(leg.leg)) is not None:
        call.count_on(before)
    floor.calls[call.id] = call
    floor.callers[call.leg] = call.id
    return call


def _talk_on(
    turn: Turn, call: Call, leg: ListedLeg, bridge: BridgeId, carried: CarriedCall | None
) -> None:
    """Two who talk are never disturbed: from now on they are a conversation like any other."""
    floor = turn.floor
    queue, since = floor.policy.first_resort, leg.created_at
    offer = read_offer(leg.carried)
    if carried is not None and carried.kept.talk is not None:
        queue, since = carried.kept.talk.queue, carried.kept.talk.since
    elif offer is not None:
        queue = offer.queue
    agent = AgentId(leg.agent)
    call.talk = Talk(
        agent=agent, leg=leg.leg, bridge=bridge, queue=queue, since=min(since, turn.at)
    )
    floor.add_agent_leg(
        AgentLeg(
            id=leg.leg,
            node=call.node,
            call=call.id,
            agent=agent,
            offer=OfferId(leg.offer) if leg.offer else None,
            talked_on=queue,
        ),
        since=call.talk.since,
    )
    turn.order(Listen(node=call.node, call=call.id, leg=leg.leg))
    known = floor.agents.get(agent)
    if known is not None and known.leg == leg.leg:
        known.call = call.id
    _wait_for_agent(call, queue)
    _note(turn, call)


def _talk_on_outside(turn: Turn, call: Call, leg: ListedLeg, bridge: BridgeId) -> None:
    """As above; the flow waits for the end of it."""
    carried = read_call(call.carried)
    call.partner = Partner(
        contact=ContactName((carried.kept.partner or "") if carried is not None else ""),
        leg=leg.leg,
        confirm=(),
        since=min(leg.created_at, turn.at),
        bridge=bridge,
    )
    turn.floor.partner_legs[leg.leg] = call.id
    wait = resume(call.policy.book, call.run, turn.at).wait
    if isinstance(wait, ForAgent | ForPartner):  # what to go on with should the line break
        call.run = replace(call.run, wait=wait)
    _note(turn, call)


def _go_on(
    turn: Turn, call: Call, carried: CarriedCall, others: Iterable[ListedLeg], *, back: bool
) -> None:
    kept = carried.kept
    hush_inherited(turn, call)
    if kept.recording is not None:
        turn.order(StopRecording(node=call.node, call=call.id, recording=kept.recording))
    went_on = resume(call.policy.book, call.run, turn.at)
    if kept.talk is not None:
        _join_again(turn, call, carried, kept.talk, others)
    elif kept.place is not None:
        call.ladder = kept.ladder
        if kept.partner is not None:
            _ring_outside_again(turn, kept.place)
        _wait_on(turn, call, kept.place, back=back)
    elif kept.partner is not None and isinstance(went_on.wait, ForAgent):
        # They had left the queue for somebody outside who is not there: as after an agent (P3).
        _wait_for_agent(call, went_on.wait.queue)
        _note(turn, call)
        turn.move(QueueEntered(call=call, wait=went_on.wait, again=True))
    else:
        _note(turn, call)
        turn.move(FlowRan(call, went_on))


def _join_again(
    turn: Turn,
    call: Call,
    carried: CarriedCall,
    talk: CarriedTalk,
    strangers: Iterable[ListedLeg],
) -> None:
    """The agent who took the call was not put through yet; or they are gone, and who knows how:
    the caller is not sent away for it (P3)."""
    for leg in strangers:
        if leg.role == "agent" and leg.call == call.id and leg.up and leg.in_application:
            call.bridges_made += 1
            bridge = BridgeId(f"{call.id}-e{turn.floor.epoch}-b{call.bridges_made}")
            legs = (call.leg, leg.leg)
            no_music(turn, call)
            turn.order(Bridge(node=call.node, call=call.id, bridge=bridge, legs=legs))
            _talk_on(turn, call, leg, bridge, carried)
            return
    _wait_for_agent(call, talk.queue)
    _note(turn, call)
    wait = ForAgent(queue=talk.queue, prefer=call.run.prefer)
    turn.move(QueueEntered(call=call, wait=wait, again=True))
    if talk.agent is not None:
        turn.move(LadderSet(call=call, agent=talk.agent))


def _ring_outside_again(turn: Turn, place: Place) -> None:
    """The telephone that rang outside is let go: its overflow comes about again (V1)."""
    queue = turn.floor.policy.queues.get(place.queue)
    rules = queue.overflow if queue is not None else ()
    done = (n for n in place.overflowed if n < len(rules) and rules[n].outside is None)
    place.overflowed = tuple(done)


def _wait_on(turn: Turn, call: Call, place: Place, *, back: bool) -> None:
    """In the same place."""
    policy = turn.floor.policy
    place.since, place.widening = min(place.since, turn.at), max(place.widening, 0)
    if place.queue not in policy.queues:
        place.queue, place.widening = policy.first_resort, 0
    call.place = place
    _wait_for_agent(call, place.queue)
    _note(turn, call)
    turn.move(PlaceKept(call=call, back=back))


def _wait_for_agent(call: Call, queue: QueueName) -> None:
    call.run = replace(call.run, wait=ForAgent(queue=queue, prefer=call.run.prefer))


def _note(turn: Turn, call: Call) -> None:
    place, talk = call.place, call.talk
    turn.note(
        Adopted(
            step=call.run.step,
            queue=place.queue if place else talk.queue if talk else None,
            place_from=place.since if place else None,
            agent=talk.agent if talk else None,
            arrived_at=call.arrived_at,
        ),
        call.id,
    )
