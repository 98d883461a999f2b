"""The fallback queue's members: what the engine wants, made so again on every connection."""

from __future__ import annotations

from dataclasses import dataclass, field

from router.adapters.ami.client import Acts, Reply
from router.adapters.ami.translate import TECHNOLOGY
from router.core.commands import EnrolInFallback, WithdrawFromFallback
from router.core.vocabulary import AgentId, Refusal
from router.ports import Failure

QUEUE = "fallback"
"""In dialplans/queues.conf."""

# Asterisk's words for what is no failure: it is as we want it.
_ALREADY = "Already there"
_NOT_THERE = "Not there"


def agent_of(interface: str) -> AgentId:
    """Whose telephone a member of the queue is."""
    return AgentId(interface.partition("/")[2].partition("@")[0])


@dataclass(frozen=True, slots=True)
class Member:
    """`number` None: a desk phone."""

    agent: AgentId
    paused: bool
    number: str | None = field(repr=False)

    @property
    def interface(self) -> str:
        """What app_queue rings."""
        desk, telephone = _interfaces(self.agent)
        return desk if self.number is None else telephone


class FallbackMembers:
    """Asterisk forgets members when it restarts, and AMI may be away when the engine speaks."""

    def __init__(self) -> None:
        # None: shall be out, which is remembered too.
        self._wanted: dict[AgentId, Member | None] = {}
        self._interfaces: dict[AgentId, str] = {}

    async def perform(
        self, command: EnrolInFallback | WithdrawFromFallback, client: Acts | None
    ) -> Failure | None:
        """Remembered in any case; done now if there is a connection."""
        self._wanted[command.agent] = (
            Member(command.agent, command.paused, command.number)
            if isinstance(command, EnrolInFallback)
            else None
        )
        return None if client is None else await self._make_so(client, command.agent)

    async def restore(self, client: Acts) -> None:
        """On every connection."""
        for agent in tuple(self._wanted):
            # Read only now: a command may have come in between.
            await self._make_so(client, agent)

    async def _make_so(self, client: Acts, agent: AgentId) -> Failure | None:
        member, before = self._wanted[agent], self._interfaces.get(agent)
        if member is None:
            # Whom an earlier life enrolled may be there by either.
            for interface in _interfaces(agent) if before is None else (before,):
                failure = await _withdraw(client, interface)
                if failure is not None:
                    return failure
            return None
        if before is not None and member.interface != before:
            failure = await _withdraw(client, before)
            if failure is not None:
                return failure
        self._interfaces[agent] = member.interface
        return await _enrol(client, member)


def _interfaces(agent: AgentId) -> tuple[str, str]:
    """What app_queue rings: a desk phone, a telephone."""
    return f"{TECHNOLOGY}{agent}", f"Local/{agent}@agent-phone/n"


async def _enrol(client: Acts, member: Member) -> Failure | None:
    flag = "true" if member.paused else "false"
    interface, phone = member.interface, f"Custom:hotline-{member.agent}"
    if member.number is None:
        added = await client.act("QueueAdd", Queue=QUEUE, Interface=interface, Paused=flag)
    else:
        # The dialplan's [agent-phone] dials it; in a channel's name it would be seen.
        variable = f"HOTLINE_PHONE_{member.agent}"
        told = await client.act("Setvar", Variable=variable, Value=member.number)
        if not told.success:
            return _failure(told)
        added = await client.act(
            "QueueAdd",
            Queue=QUEUE,
            Interface=interface,
            Paused=flag,
            Penalty="1",  # after the desk phones: whether a person is there takes time to tell
            MemberName=member.agent,
            StateInterface=phone,
        )
        if added.success:
            # Asterisk keeps this over its own restart, when nobody talks.
            await client.act("Setvar", Variable=f"DEVICE_STATE({phone})", Value="NOT_INUSE")
    if _ALREADY in added.message:
        added = await client.act("QueuePause", Queue=QUEUE, Interface=interface, Paused=flag)
    return _failure(added)


async def _withdraw(client: Acts, interface: str) -> Failure | None:
    removed = await client.act("QueueRemove", Queue=QUEUE, Interface=interface)
    return None if _NOT_THERE in removed.message else _failure(removed)


def _failure(reply: Reply) -> Failure | None:
    if reply.success:
        return None
    why = Refusal.REFUSED if reply.answered else Refusal.UNKNOWN
    return Failure(why=why, detail=reply.message)
