"""Who gets whom, at the end of every turn that changed it: the floor is told to the exchange."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from router.core.call import Call, Place
from router.core.floor import Floor
from router.core.records import Widened
from router.core.routing.board import Board
from router.core.routing.deciding import Pairing
from router.core.routing.demand import instant, moment, whole
from router.core.routing.exchange import Decided, Exchange
from router.core.routing.explain import Exclusion
from router.core.routing.lines import Caller
from router.core.routing.matching import Match
from router.core.routing.reasons import why_nobody
from router.core.staff import Agent
from router.core.turn import OfferDue, Turn
from router.core.vocabulary import AgentId, AgentState, CallId

HOURS_ARE_READ_EVERY = timedelta(minutes=1)


def look(turn: Turn) -> None:
    """Widen what is due, match, and ask for the offers."""
    floor, board = turn.floor, turn.floor.board
    if board.follows is not floor.policy:
        board.begin(floor.policy, new_exchange(floor))
    at = instant(turn.at)
    board.take_due(at)
    arrived = _tell(turn, board)
    _keep_reserves(turn, board)
    decided = board.exchange.decide(at)
    _widen(turn, decided)
    for pairing in decided.pairings:
        assert pairing.why is not None
        if not _holds(turn, board, pairing):
            continue
        place = floor.calls[pairing.call].place
        assert place is not None
        board.rings(pairing.agent, place.queue, at)
        chosen = Match(call=pairing.call, agent=pairing.agent, why=pairing.why)
        turn.move(OfferDue(match=chosen))
    _say_who_waits(turn, board, decided, arrived)
    _alarms(turn, board, decided)
    due = board.next_due
    if due is not None and board.exchange.waiting.callers:
        turn.look_again(moment(due))


def _holds(turn: Turn, board: Board, pairing: Pairing) -> bool:
    """Invariant 2, live: whoever is chosen is free on the floor as well, and the caller is there.

    If not, a stage has not said what it changed: nobody is rung, everybody is told anew, and an
    alarm tells of the call.
    """
    agent = turn.floor.agents.get(pairing.agent)
    call = turn.floor.calls.get(pairing.call)
    if (
        agent is not None
        and agent.logged_in
        and _exclusion(turn, board, agent) is None
        and call is not None
        and call.place is not None
    ):
        return True
    turn.raise_alarm(
        "invariant:2",
        f"{pairing.agent} was chosen for {pairing.call} and is not free: `hotline explain"
        f" {pairing.call}` has the call's story.",
    )
    turn.match_due = True
    return False


def new_exchange(floor: Floor) -> Exchange:
    """For the policy in force."""
    return Exchange(floor.policy.agent_order, explained_by=floor.policy.version)


def _tell(turn: Turn, board: Board) -> list[CallId]:
    """Whatever has changed since the last look; the calls that wait anew."""
    if board.everything:
        board.everything = False
        board.agents.update(turn.floor.agents, board.exchange.staff.members)
        board.calls.update(turn.floor.calls, board.exchange.waiting.callers)
    agents, board.agents = board.agents, set()
    for agent in sorted(agents):
        _tell_agent(turn, board, agent)
    calls, board.calls = board.calls, set()
    return [call for call in sorted(calls) if _tell_call(turn, board, call)]


# -- agents -----------------------------------------------------------------------------------


def _tell_agent(turn: Turn, board: Board, name: AgentId) -> None:
    exchange = board.exchange
    agent = turn.floor.agents.get(name)
    member = exchange.staff.members.get(name)
    if agent is None or not agent.logged_in:
        if member is not None:
            exchange.log_out(name)
            board.profiles.pop(name, None)
            board.rung_at.pop(name, None)
        return
    excluded = _exclusion(turn, board, agent)
    since = instant(agent.idle_since)
    if member is None:
        exchange.log_in(
            name, agent.profile.skills, idle_since=since, excluded=excluded, resting=agent.resting
        )
    else:
        told = (agent.profile, agent.resting)
        if board.profiles.get(name) != told:
            exchange.change_skills(name, agent.profile.skills, resting=agent.resting)
            member = exchange.staff.members[name]
        if excluded is None:
            if member.excluded is not None or member.idle_since != since:
                exchange.free(name, since)
        elif member.excluded is not excluded:
            exchange.busy(name, excluded)
    board.profiles[name] = (agent.profile, agent.resting)
    if excluded is None:
        board.is_free(name, since)


def _exclusion(turn: Turn, board: Board, agent: Agent) -> Exclusion | None:
    """Why they are not to be rung now; what ends by itself is looked at again then."""
    match agent.state:
        case AgentState.READY:
            if agent.cools_until is not None and agent.cools_until > turn.at:
                board.look_again(agent.id, instant(agent.cools_until))
                return Exclusion.COOLING_DOWN
            if agent.telephone(turn.at) is not None:
                return None
            rests = [t.down_until for t in agent.telephones if t.reachable and t.down_until]
            if rests:
                board.look_again(agent.id, instant(min(rests)))
            return Exclusion.UNREACHABLE
        case AgentState.WRAP_UP:
            return Exclusion.WRAP_UP
        case AgentState.PAUSED:
            return Exclusion.PAUSED
        case _:
            return Exclusion.BUSY


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
    elif (caller.never, caller.sticky) != (frozenset(place.never), frozenset(place.knows)):
        exchange.pair(name, never=place.never, sticky=place.knows)
    wants = wanted(turn.floor, call, place)
    first = wants > 0 and not call.offers
    exchange.wants(name, first=first, extras=max(wants - first, 0))
    known = caller.passed or {}
    for agent, until in place.passed_over.items():
        if known.get(agent) != instant(until):
            exchange.pass_over(name, agent, instant(until))
    return is_new


def _arrive(turn: Turn, board: Board, call: Call, place: Place) -> Caller:
    queue = turn.floor.policy.queues[place.queue]
    asked = (place.queue, place.prefer, place.require)
    line = board.lines.get(asked)
    if line is None:
        demand = queue.demand(prefer=place.prefer, require=place.require)
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
    )
    board.places[call.id] = place
    for step in queue.widen:
        if step.alarm:
            board.exchange.remind(call.id, arrived + whole(step.after))
    return board.exchange.waiting.callers[call.id]


def wanted(floor: Floor, call: Call, place: Place) -> int:
    """How many more agents may be rung for it now (F3, F4); none while its node is unseen."""
    if not floor.nodes.get(call.node, True):
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
    look = board.exchange.look(instant(turn.at))
    for name in dict.fromkeys((*arrived, *(w.call for w in decided.widened))):
        caller, call = waiting.get(name), turn.floor.calls[name]
        if caller is not None and caller.first is not None and call.place is not None:
            why = why_nobody(look, caller, turn.floor.policy.version)
            turn.note(why, name)


# -- reserves and alarms ----------------------------------------------------------------------


def _keep_reserves(turn: Turn, board: Board) -> None:
    """O4. Hours are read once a minute, and again the next while somebody waits."""
    reserves = turn.floor.policy.reserves
    if not reserves:
        return
    every = whole(HOURS_ARE_READ_EVERY)
    minute = instant(turn.at) // every
    if minute != board.reserves_of:
        board.reserves_of = minute
        _read_reserves(turn, board)
    if board.exchange.waiting.callers and any(each.free_by_hours for each in reserves):
        turn.look_again(moment((minute + 1) * every))


def _read_reserves(turn: Turn, board: Board) -> None:
    """With the figure of the hours that are open now."""
    policy, figures = turn.floor.policy, []
    for reserve in policy.reserves:
        free = reserve.free
        for name, figure in reserve.free_by_hours.items():
            if policy.book.hours[name].is_open(turn.at):
                free = figure
        figures.append(free)
    if tuple(figures) != board.reserves:
        board.reserves = tuple(figures)
        both = zip(policy.reserves, figures, strict=True)
        board.exchange.keep((r.skills, r.for_class, free) for r, free in both)


def _alarms(turn: Turn, board: Board, decided: Decided) -> None:
    """Who waits too long; and callers for whom nobody is logged in who could ever take them."""
    queues = turn.floor.policy.queues
    for name in decided.reminded:
        place = turn.floor.calls[name].place
        assert place is not None
        waited = turn.at - turn.floor.calls[name].arrived_at
        turn.raise_alarm(
            f"waiting:{place.queue}", f"A caller in {place.queue} has waited {waited.seconds} s."
        )
    staffed = board.exchange.staff.staffed
    occupied, empty = set(), set()
    for line in board.exchange.waiting.lines.values():
        if any(line.population):
            occupied.add(line.demand.queue)
            if line.population[-1] and not line.kinds[-1][0].circle.profiles & staffed:
                empty.add(line.demand.queue)
    if not empty and not turn.floor.alarms:
        return
    for queue in queues:
        alarm = f"nobody_staffed:{queue}"
        if queue in empty:
            turn.raise_alarm(alarm, f"Callers wait in {queue} and nobody is logged in for it.")
        else:
            turn.clear_alarm(alarm)
        if queue not in occupied:
            turn.clear_alarm(f"waiting:{queue}")
