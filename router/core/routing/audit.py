"""What a look has decided, held against the rules by other means than it was decided by.

Invariants 3 to 5 of routing.md, for whoever a turn has touched: it costs no more than that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from router.core.routing.deciding import Pairing
from router.core.routing.exchange import Exchange
from router.core.routing.heads import Look
from router.core.routing.lines import Caller, Entry, Kind
from router.core.routing.staff import Standing
from router.core.vocabulary import AgentId, CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """An invariant that does not hold, and the call it does not hold for."""

    invariant: int
    call: CallId
    text: str


def unserved(
    look: Look, callers: Collection[CallId], agents: Collection[AgentId]
) -> Iterator[Breach]:
    """3: somebody idle stands beside somebody who waits, though they fit."""
    staff, waiting = look.staff, look.waiting
    if not staff.idle or not waiting.mask:
        return
    for name in callers:
        caller = waiting.callers.get(name)
        if caller is not None and caller.first is not None:
            opened = look.opened(caller.kind(False))
            agent = look.choice.best_for(staff, caller, opened, look.at) if opened else None
            if agent is not None:
                yield _beside(agent.id, caller.id)
    for agent_name in agents:
        member = staff.members.get(agent_name)
        if member is None or member.excluded is not None:
            continue
        todo = waiting.mask
        while todo:
            bit = todo & -todo
            todo ^= bit
            kind = waiting.kinds[bit.bit_length() - 1]
            if not kind.circle.profiles & member.profile.bit:
                continue
            head = look.head(kind)
            if head is None:
                continue
            entry, opened, _ = head
            caller = entry[3]
            if opened & member.profile.bit and _may_have(look, member, caller):
                yield _beside(agent_name, caller.id)
                return


def _beside(agent: AgentId, call: CallId) -> Breach:
    return Breach(
        invariant=3, call=call, text=f"{agent} is idle beside {call}, whom they may take."
    )


def out_of_order(exchange: Exchange, look: Look, pairing: Pairing, *, extra: bool) -> Breach | None:
    """4: a graver call could have had this agent; 5: so could one with a better place.

    `extra`: it is one more telephone for a call that rings already (F4).
    """
    chosen_for, chosen, _ = pairing
    caller = exchange.waiting.callers.get(chosen_for.id)
    agent = exchange.staff.members.get(chosen.id)
    if caller is None or agent is None:
        return None
    todo = agent.profile.kinds & exchange.waiting.mask
    mine = caller.kind(extra)
    while todo:
        bit = todo & -todo
        todo ^= bit
        kind = exchange.waiting.kinds[bit.bit_length() - 1]
        graver = kind.order_class > mine.order_class
        if not graver and kind.rank != mine.rank:
            continue
        entry = _first(look, kind, agent)
        if entry is None or _is_held(exchange, agent, kind):
            continue
        if graver:
            text = f"{agent.id} got {caller.id}, and {entry[1]} of a higher class waits for them."
            return Breach(invariant=4, call=entry[1], text=text)
        if (entry[0], entry[1]) < (caller.key, caller.id):
            text = f"{agent.id} got {caller.id}, and {entry[1]} has the better place."
            return Breach(invariant=5, call=entry[1], text=text)
    return None


def _first(look: Look, kind: Kind, agent: Standing) -> Entry | None:
    """Of a kind, whoever the agent could have been given to."""
    plain = kind.first_plain()
    odd = next((entry for entry in kind.odd if _may_have(look, agent, entry[3])), None)
    found = [each for each in (plain, odd) if each is not None]
    return min(found) if found else None


def _may_have(look: Look, agent: Standing, caller: Caller) -> bool:
    return agent.id not in caller.never and agent.id not in caller.passed


def _is_held(exchange: Exchange, agent: Standing, kind: Kind) -> bool:
    """A reserve kept them from it (O4)."""
    return any(
        kept.free <= kept.keep and exchange.waiting.held(kept) & kind.bit
        for kept in agent.profile.kept
    )
