"""The fallback queue's members: what the engine wants, made so again on every connection."""

from __future__ import annotations

from router.adapters.ami.client import AmiClient, Reply
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


class FallbackMembers:
    """Asterisk forgets members when it restarts, and AMI may be away when the engine speaks."""

    def __init__(self) -> None:
        # Paused or not; None: shall be out, which is remembered too.
        self._wanted: dict[AgentId, bool | None] = {}

    async def perform(
        self, command: EnrolInFallback | WithdrawFromFallback, client: AmiClient | None
    ) -> Failure | None:
        """Remembered in any case; done now if there is a connection."""
        paused = command.paused if isinstance(command, EnrolInFallback) else None
        self._wanted[command.agent] = paused
        return None if client is None else await _make_so(client, command.agent, paused)

    async def restore(self, client: AmiClient) -> None:
        """On every connection."""
        for agent in tuple(self._wanted):
            # Read only now: a command may have come in between.
            await _make_so(client, agent, self._wanted[agent])


async def _make_so(client: AmiClient, agent: AgentId, paused: bool | None) -> Failure | None:
    if paused is None:
        return await _withdraw(client, agent)
    interface, flag = f"{TECHNOLOGY}{agent}", "true" if paused else "false"
    added = await client.act("QueueAdd", Queue=QUEUE, Interface=interface, Paused=flag)
    if _ALREADY in added.message:
        added = await client.act("QueuePause", Queue=QUEUE, Interface=interface, Paused=flag)
    return _failure(added)


async def _withdraw(client: AmiClient, agent: AgentId) -> Failure | None:
    removed = await client.act("QueueRemove", Queue=QUEUE, Interface=f"{TECHNOLOGY}{agent}")
    return None if _NOT_THERE in removed.message else _failure(removed)


def _failure(reply: Reply) -> Failure | None:
    if reply.success:
        return None
    why = Refusal.REFUSED if reply.answered else Refusal.UNKNOWN
    return Failure(why=why, detail=reply.message)
