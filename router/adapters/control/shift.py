"""Agents who come and go at an operator's word, and whether it has come true."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import assert_never

from router import errors
from router.adapters.control.desk import Desk
from router.adapters.control.privacy import masked
from router.adapters.control.protocol import (
    ExtendWrapUp,
    FinishWrapUp,
    Hindrance,
    LogIn,
    LogOut,
    Pause,
    Resume,
    ShiftChange,
    ShiftRequest,
    TakeRespiro,
)
from router.core.events import (
    AgentLoggedIn,
    AgentLoggedOut,
    AgentPaused,
    AgentResumed,
    Event,
    WrapUpFinished,
)
from router.core.shift_events import ExtensionAsked, RespiroTaken
from router.core.snapshot import AgentView, Snapshot
from router.core.vocabulary import AgentId, AgentState, Device, DeviceKind

NAMED_AT_MOST = 10


async def change_shift(desk: Desk, request: ShiftRequest, *, within: timedelta) -> ShiftChange:
    """Tell the engine, and wait `within` until a log-in has made the agents reachable.

    Raises RequestRefused for unknown agents, before anything is done.
    """
    chosen = choose(desk.snapshot(), request.agents, everyone=request.everyone)
    before = {view.profile.id: view for view in _views(desk, chosen)}
    async with desk.listen() as entries:
        await asyncio.gather(*(desk.tell(_event(request, agent, desk.now())) for agent in chosen))
        if isinstance(request, LogIn):
            try:
                async with asyncio.timeout(within.total_seconds()):
                    while _hindrances(desk, request, before):
                        await anext(entries)
            except (TimeoutError, StopAsyncIteration):
                pass  # What is still missing is named below.
    return ShiftChange(
        agents=tuple(map(masked, _views(desk, chosen))),
        hindrances=tuple(_hindrances(desk, request, before)),
    )


def choose(floor: Snapshot, agents: Iterable[AgentId], *, everyone: bool) -> tuple[AgentId, ...]:
    """The agents meant, each once. Raises RequestRefused for all that are unknown."""
    known = [view.profile.id for view in floor.agents]
    if not known:
        raise errors.RequestRefused(
            message="Nobody is on the roster yet. Load one with `hotline agents import FILE`."
        )
    if everyone:
        return tuple(known)
    wanted = tuple(dict.fromkeys(agents))
    unknown = [agent for agent in wanted if agent not in known]
    if unknown:
        raise errors.RequestRefused(message=_not_on_the_roster(unknown, known))
    return wanted


def _not_on_the_roster(unknown: list[AgentId], known: list[AgentId]) -> str:
    parts = []
    for agent in unknown[:NAMED_AT_MOST]:
        near = difflib.get_close_matches(agent, known, n=1)
        parts.append(f"{agent!r} (did you mean {near[0]!r}?)" if near else f"{agent!r}")
    if len(unknown) > NAMED_AT_MOST:
        parts.append(f"{len(unknown) - NAMED_AT_MOST} more")
    *others, last = parts
    named = f"{', '.join(others)} and {last}" if others else last
    verb = "are" if others else "is"
    return (
        f"{named} {verb} not on the roster, so nothing was done. "
        "`hotline agents list` shows who is."
    )


def _event(request: ShiftRequest, agent: AgentId, at: datetime) -> Event:
    match request:
        case LogIn():
            return AgentLoggedIn(at=at, agent=agent)
        case LogOut():
            return AgentLoggedOut(at=at, agent=agent)
        case Pause(reason=reason):
            return AgentPaused(at=at, agent=agent, reason=reason)
        case Resume():
            return AgentResumed(at=at, agent=agent)
        case FinishWrapUp():
            return WrapUpFinished(at=at, agent=agent)
        case TakeRespiro(lasts=lasts):
            return RespiroTaken(at=at, agent=agent, lasts=lasts)
        case ExtendWrapUp():
            return ExtensionAsked(at=at, agent=agent)
        case _:
            assert_never(request)


def _views(desk: Desk, chosen: tuple[AgentId, ...]) -> list[AgentView]:
    views = {view.profile.id: view for view in desk.snapshot().agents}
    return [views[agent] for agent in chosen if agent in views]


def _hindrances(
    desk: Desk, request: ShiftRequest, before: Mapping[AgentId, AgentView]
) -> list[Hindrance]:
    hindered = _hindered_by(request, before)
    found = ((view, hindered(view)) for view in _views(desk, tuple(before)))
    return [Hindrance(agent=view.profile.id, what=what) for view, what in found if what]


def _hindered_by(
    request: ShiftRequest, before: Mapping[AgentId, AgentView]
) -> Callable[[AgentView], str | None]:
    match request:
        case LogIn():
            return _not_offered_calls
        case LogOut():
            return lambda view: None
        case Pause():
            return _logged_out
        case Resume():
            return lambda view: _logged_out(view) or _paused(view)
        case FinishWrapUp():
            return lambda view: _logged_out(view) or _paused(view) or _wrapping_up(view)
        case TakeRespiro():
            return _logged_out
        case ExtendWrapUp():
            return lambda view: _logged_out(view) or _not_extended(view, before[view.profile.id])
        case _:
            assert_never(request)


def _logged_out(view: AgentView) -> str | None:
    if view.state is AgentState.LOGGED_OUT:
        return f"is not logged in; `hotline agents login {view.profile.id}` starts the shift"
    return None


def _paused(view: AgentView) -> str | None:
    if view.state is AgentState.PAUSED:
        why = f" ({view.reason})" if view.reason else ""
        return f"is on a break{why}; `hotline agents resume {view.profile.id}` ends it"
    return None


def _wrapping_up(view: AgentView) -> str | None:
    return "is still in wrap-up" if view.state is AgentState.WRAP_UP else None


def _not_extended(view: AgentView, before: AgentView) -> str | None:
    if view.state is not AgentState.WRAP_UP:
        return "is not in wrap-up"
    if view.until is None:
        return f"ends the wrap-up by their own word: `hotline agents ready {view.profile.id}`"
    if view.until == before.until:
        return "has as long a wrap-up as the policy allows"
    return None


def _not_offered_calls(view: AgentView) -> str | None:
    if view.state is AgentState.LOGGED_OUT:
        return "could not be logged in; the engine's log says why"
    if view.state is AgentState.READY and not any(reached for _, reached in view.reachable):
        return f"is logged in, but {_unreached(view.profile.devices)}"
    return _paused(view)


def _unreached(devices: tuple[Device, ...]) -> str:
    if not devices:
        return "has no telephone on the roster, so no call can be offered"
    desk = next((device for device in devices if device.kind is DeviceKind.DESK), None)
    if desk is None:
        return "no telephone can be reached; calls are offered as soon as one can"
    if desk.address is None:
        return "the desk phone has not registered; calls are offered as soon as it does"
    return f"the desk phone at {desk.address} does not answer; calls are offered as soon as it does"
