"""Who gets whom, at the end of every turn that changed it: the floor is told to the exchange."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime

from router.core import attendance, inspection
from router.core.call import Call, Place
from router.core.floor import Floor
from router.core.records import Widened
from router.core.routing.board import Board
from router.core.routing.demand import Instant, instant, moment, whole
from router.core.routing.exchange import Decided, Exchange
from router.core.routing.explain import NOBODY_ASKS
from router.core.routing.lines import Caller
from router.core.routing.matching import Match
from router.core.routing.reasons import why_nobody
from router.core.turn import OfferDue, Turn
from router.core.vocabulary import AgentId, CallId

NEVER: Instant = math.inf


def look(turn: Turn) -> None:
    """Widen what is due, match, and ask for the offers."""
    floor, board = turn.floor, turn.floor.board
    if floor.returning and (returned := floor.returns_until(turn.at)) is not None:
        turn.look_again(returned)
        return
    if board.follows is not floor.policy:
        board.begin(floor.policy, new_exchange(floor))
    at = board.looked_at = instant(turn.at)
    if board.looks_again:
        board.take_due(at)
    arrived = _tell(turn, board)
    since, until = board.reserves_hold
    if floor.policy.reserves and not since <= at < until:
        _read_reserves(turn, board)
    decided = board.exchange.decide(at)
    inspection.inspect_look(turn, decided)
    if decided.widened:
        _widen(turn, decided)
    for caller, member, why in decided.pairings:
        if not _holds(turn, board, member.id, caller.id):
            continue
        place = floor.calls[caller.id].place
        assert place is not None
        board.rings(member.id, place.queue, at)
        chosen = Match(call=caller.id, agent=member.id, why=why or NOBODY_ASKS)
        turn.move(OfferDue(match=chosen))
    if floor.explains and (arrived or decided.widened):
        _say_who_waits(turn, board, decided, arrived)
    seen = (board.exchange.staff.staffed, len(floor.agents))
    if board.staffed != seen:
        board.staffed = seen
        _tell_of_nobody(turn, board)
    anybody = bool(board.exchange.waiting.callers)
    if anybody or floor.alarms:
        _alarms(turn, board, decided)
    if anybody or floor.looks_at is not None:
        turn.look_again(_next_look(floor, board) if anybody else None)


def _next_look(floor: Floor, board: Board) -> datetime | None:
    """While somebody waits: a circle that widens, an agent who may be free, hours that change."""
    dues = board.next_dues()
    if floor.policy.reserves and board.reserves_hold[1] < NEVER:
        dues.append(board.reserves_hold[1])
    return moment(min(dues)) if dues else None


def _holds(turn: Turn, board: Board, chosen: AgentId, name: CallId) -> bool:
    """Invariant 2, live: whoever is chosen is free on the floor as well, and the caller is there.

    If not, a stage has not said what it changed: nobody is rung, everybody is told anew, and an
    alarm tells of the call.
    """
    agent, call = turn.floor.agents.get(chosen), turn.floor.calls.get(name)
    if (
        agent is not None
        and attendance.works(board, agent)
        and attendance.exclusion(turn, board, agent) is None
        and call is not None
        and call.place is not None
        and agent.telephone(turn.at, call.node) is not None
    ):
        return True
    inspection.breach(turn, 2, name, f"{chosen} was chosen for {name} and is not free.")
    turn.match_due = True
    return False


def new_exchange(floor: Floor) -> Exchange:
    """For the policy in force."""
    by = floor.policy.version if floor.explains else None
    return Exchange(floor.policy.agent_order, explained_by=by)


def _tell(turn: Turn, board: Board) -> list[CallId]:
    """Whatever has changed since the last look; the calls that wait anew."""
    if board.everything:
        board.everything = False
        board.agents.update(turn.floor.agents, board.exchange.staff.members)
        board.calls.update(turn.floor.calls, board.exchange.waiting.callers)
    if board.calls:
        _call_in(turn, board)
    agents = board.agents
    if agents:
        board.agents = set()
        for agent in sorted(agents):
            attendance.tell(turn, board, agent)
    calls, board.calls = board.calls, set()
    board.told = (agents or (), calls)
    return [call for call in sorted(calls) if _tell_call(turn, board, call)]


def _call_in(turn: Turn, board: Board) -> None:
    """Who is on call counts as staff while a caller waits for them, and no longer (V1)."""
    floor, before = turn.floor, bool(board.on_call)
    for name in board.calls:
        call = floor.calls.get(name)
        place = call.place if call is not None and call.ended_by is None else None
        if place is not None and floor.policy.queues[place.queue].on_call(place.overflowed):
            board.on_call.add(name)
        else:
            board.on_call.discard(name)
    if bool(board.on_call) != before:
        board.agents.update(a.id for a in floor.agents.values() if a.profile.on_call)


# -- callers ----------------------------------------------------------------------------------


def _tell_call(turn: Turn, board: Board, name: CallId) -> bool:
    """Whether the call waits anew."""
    exchange = board.exchange
    call, caller = turn.floor.calls.get(name), exchange.waiting.callers.get(name)
    place = call.place if call is not None and call.ended_by is None else None
    if caller is not None and board.places.get(name) is not place:
        exchange.leave(name)
        caller = None
        board.places.pop(name, None)
    if call is None or place is None:
        return False
    is_new = caller is None
    if caller is None:
        caller = _arrive(turn, board, call, place)
    else:
        unreached = board.unreached.get(call.node, frozenset())
        apart, knows = unreached.union(place.never), frozenset(place.knows)
        if (caller.never, caller.sticky) != (apart, knows):
            exchange.pair(name, never=place.never, sticky=place.knows, unreached=unreached)
    wants = wanted(turn.floor, call, place)
    first = wants > 0 and not call.offers
    exchange.wants(name, first=first, extras=max(wants - first, 0))
    known = caller.passed
    for agent, until in place.passed_over.items():
        if known.get(agent) != instant(until):
            exchange.pass_over(name, agent, instant(until))
    return is_new


def _arrive(turn: Turn, board: Board, call: Call, place: Place) -> Caller:
    queue = turn.floor.policy.queues[place.queue]
    on_call = queue.on_call(place.overflowed)
    asked = (place.queue, place.prefer, place.require, on_call)
    line = board.lines.get(asked)
    if line is None:
        demand = queue.demand(prefer=place.prefer, require=place.require, on_call=on_call)
        line = board.lines[asked] = board.exchange.line(demand)
    arrived = instant(call.arrived_at)
    place.widening = min(place.widening, len(queue.widen))
    board.exchange.arrive(
        call.id,
        line,
        since=instant(place.since),
        arrived=arrived,
        step=place.widening,
        at_head=place.at_head,
        never=place.never,
        sticky=place.knows,
        unreached=board.unreached.get(call.node, ()),
    )
    board.places[call.id] = place
    told = [step.after for step in queue.widen if step.alarm]
    told += [queue.alerts.waiting] if queue.alerts.waiting is not None else []
    for after in told:
        board.exchange.remind(call.id, instant(call.waits_since) + whole(after))
    return board.exchange.waiting.callers[call.id]


def wanted(floor: Floor, call: Call, place: Place) -> int:
    """How many more agents may be rung for it now (F3, F4); none while its node is unseen or
    another unheard, nor while the agent whom it lost is rung again (P3)."""
    if call.ladder is not None or floor.unheard or not floor.nodes.get(call.node, True):
        return 0
    fanout = floor.policy.queues[place.queue].fanout
    ended = place.offers_made - len(call.offers)
    at_once = fanout.agents if ended + 1 >= fanout.from_offer else 1
    return at_once - len(call.offers)


def _widen(turn: Turn, decided: Decided) -> None:
    """W1, W2 are the exchange's; what it did is written down."""
    floor = turn.floor
    for each in decided.widened:
        place = floor.calls[each.call].place
        assert place is not None
        queue = floor.policy.queues[place.queue]
        place.widening = each.step
        also = str(queue.widen[each.step - 1].also)
        turn.note(
            Widened(queue=queue.name, step=each.step, also=also, skipped=each.skipped), each.call
        )


def _say_who_waits(turn: Turn, board: Board, decided: Decided, arrived: Iterable[CallId]) -> None:
    """Who got nobody, and why: once when they begin to wait, and after each widening."""
    waiting = board.exchange.waiting.callers
    look = board.exchange.look(board.looked_at)
    for name in dict.fromkeys((*arrived, *(w.call for w in decided.widened))):
        caller, call = waiting.get(name), turn.floor.calls[name]
        if caller is not None and caller.first is not None and call.place is not None:
            why = why_nobody(look, caller, turn.floor.policy.version)
            turn.note(why, name)


# -- reserves and alarms ----------------------------------------------------------------------


def _read_reserves(turn: Turn, board: Board) -> None:
    """O4, with the figure of the hours that are open now. They are read when they may have changed,
    or somebody has set the clock back."""
    policy, figures, holds_until = turn.floor.policy, [], list[datetime]()
    for reserve in policy.reserves:
        free = reserve.free
        for name, figure in reserve.free_by_hours.items():
            hours = policy.book.hours[name]
            holds_until.append(hours.holds_until(turn.at))
            if hours.is_open(turn.at):
                free = figure
        figures.append(free)
    until = instant(min(holds_until)) if holds_until else NEVER
    board.reserves_hold = (instant(turn.at), until)
    if tuple(figures) != board.reserves:
        board.reserves = tuple(figures)
        both = zip(policy.reserves, figures, strict=True)
        board.exchange.keep((r.skills, r.for_class, free) for r, free in both)


def _alarms(turn: Turn, board: Board, decided: Decided) -> None:
    """Who waits too long; and callers for whom nobody is logged in who could ever take them."""
    queues = turn.floor.policy.queues
    for name in decided.reminded:
        call = turn.floor.calls[name]
        place, waited = call.place, turn.at - call.waits_since
        assert place is not None
        turn.raise_alarm(
            f"waiting:{place.queue}",
            f"A caller in {place.queue} has waited {waited.seconds} s: send somebody, or see"
            f" `hotline why {name}`.",
        )
    staffed = board.exchange.staff.staffed
    lines = board.exchange.waiting.lines.values()
    empty = {
        line.demand.queue
        for line in lines
        if line.population[-1] and not line.kinds[-1][0].circle.profiles & staffed
    }
    if not empty and not turn.floor.alarms:
        return
    occupied = {line.demand.queue for line in lines if any(line.population)}
    for queue in queues:
        alarm = f"nobody_staffed:{queue}"
        if queue in empty:
            turn.raise_alarm(alarm, f"Callers wait in {queue}, nobody is logged in: send somebody.")
        else:
            turn.clear_alarm(alarm)
        if queue not in occupied:
            turn.clear_alarm(f"waiting:{queue}")
            turn.clear_alarm(f"overflow:{queue}")


def _tell_of_nobody(turn: Turn, board: Board) -> None:
    """The last one with a queue's own skills has logged out, whether anybody waits or not."""
    agents = turn.floor.agents.values()
    for queue in turn.floor.policy.queues.values():
        if not queue.alerts.nobody:
            continue
        able = [a for a in agents if queue.require.fits(a.skills)]
        if any(agent.logged_in for agent in able):
            board.once_staffed.add(queue.name)
            turn.clear_alarm(f"unstaffed:{queue.name}")
        elif not able:
            turn.clear_alarm(f"unstaffed:{queue.name}")
        elif queue.name in board.once_staffed:
            who = f"{queue.name} ({queue.require}): have somebody log in."
            turn.raise_alarm(f"unstaffed:{queue.name}", f"Nobody is logged in any more for {who}")
