"""Watches the engine's beat in Asterisk, and rescues callers while it is stale (survival.md)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from uuid import uuid4

import structlog

from router import errors
from router.adapters.ami.access import Access
from router.adapters.ami.client import AmiClient, Connect
from router.adapters.ami.listening import Listening
from router.core.vocabulary import LegId
from router.guard.pulse import Pulse
from router.guard.rescue import rescue, seen

BEAT, GUARD = "ENGINE_BEAT", "HOTLINE_GUARD"
"""Globals of the dialplan: the engine's last beat, and the guard that watches it now."""
LOOK_EVERY = 0.25
AT_ONCE = 25
"""Callers who are moved before the beat is looked at again: by then a new engine may have some."""

NO_AUDIO = "44"
"""Q.850: an engine that comes back must not take it for the agent's own hang-up."""

log = structlog.get_logger("guard")


class Guard:
    """One connection, a few actions, and no memory but of the beat: what Asterisk lists counts."""

    def __init__(
        self,
        access: Access,
        *,
        connect: Connect = AmiClient,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._access = access
        self._connect = connect
        self._monotonic = monotonic
        self._id = uuid4().hex
        self._pulse = Pulse()
        self._listening = Listening(monotonic)
        self._rescuing = False

    async def run(self) -> None:
        """Until cancelled. Raises GuardReplaced when a newer guard watches, and AMI's refusals."""
        delay, said = self._access.pace.first_delay, ""
        while True:
            try:
                await self._watch()
                delay, said = self._access.pace.first_delay, ""
            except errors.AsteriskUnreachable as absence:
                if str(absence) != said:
                    log.warning("guard.waiting", text=str(absence))
                said = str(absence)
            await asyncio.sleep(delay)
            delay = min(delay * 2, self._access.pace.last_delay)

    async def _watch(self) -> None:
        """Returns when the connection, once it was up, is lost."""
        client = self._connect(self._access, lambda event: None)
        dead: asyncio.Queue[LegId] = asyncio.Queue()
        listening = (
            asyncio.create_task(self._listening.follow(client, dead.put_nowait)),
            asyncio.create_task(_hang_up_each(client, dead)),
        )
        try:
            await client.open()
            await client.act("Setvar", Variable=GUARD, Value=self._id)
            log.info("guard.watches")
            lost = asyncio.create_task(client.lost())
            while not lost.done() and await self._look(client):
                await asyncio.wait({lost}, timeout=LOOK_EVERY)
            lost.cancel()
            log.warning("guard.disconnected")
        finally:
            client.close()
            for each in listening:
                each.cancel()
            await asyncio.gather(*listening, return_exceptions=True)

    async def _look(self, client: AmiClient) -> bool:
        """Whether Asterisk answers."""
        pong, beat, guard = await asyncio.gather(
            client.act("Ping"),
            client.act("Getvar", Variable=BEAT),
            client.act("Getvar", Variable=GUARD),
        )
        if not (pong.answered and beat.answered and guard.answered):
            return False
        if guard.fields.get("Value", "") not in ("", self._id):
            # The newest wins, so that two never move the same caller.
            raise errors.GuardReplaced
        stale = self._pulse.is_stale(
            asterisk_now=pong.fields.get("Timestamp", ""),
            beat=beat.fields.get("Value", ""),
            at=self._monotonic(),
        )
        if stale:
            await self._rescue(client, beat.fields.get("Value", ""))
        elif self._rescuing:
            log.info("guard.engine_lives_again")
        self._rescuing = stale
        return True

    async def _rescue(self, client: AmiClient, beat: str) -> None:
        status = await client.act("Status", many=True, Variables="HOTLINE_ROLE")
        if not status.success:
            return
        rows = [row for row in status.events if row.get("Event") == "Status"]
        plan = rescue(seen(row, _variables(row)) for row in rows)
        for leg in plan.listen:
            # No engine notices that this agent's telephone is dead. Once it is hung up, the caller
            # is alone, and moved, or waits in the fallback again.
            self._listening.begin(LegId(leg))
        if not self._rescuing:
            log.warning("guard.takes_over", callers=len(plan.move), telephones=len(plan.let_go))
        moved = 0
        for first in range(0, len(plan.move), AT_ONCE):
            if not await _still(client, beat):
                break
            moves = (
                client.act("Redirect", Channel=each, Context="fallback", Exten="s", Priority="1")
                for each in plan.move[first : first + AT_ONCE]
            )
            moved += sum(reply.success for reply in await asyncio.gather(*moves))
        lives = not await _still(client, beat)
        let_go = () if lives else plan.let_go
        await asyncio.gather(*(client.act("Hangup", Channel=each, Cause="16") for each in let_go))
        if plan.move or let_go:
            log.warning("guard.moved", callers=moved, of=len(plan.move), telephones=len(let_go))


async def _hang_up_each(client: AmiClient, dead: asyncio.Queue[LegId]) -> None:
    """Until cancelled."""
    while True:
        await client.act("Hangup", Channel=await dead.get(), Cause=NO_AUDIO)
        log.warning("guard.telephone_dead")


async def _still(client: AmiClient, beat: str) -> bool:
    """Whether no engine has beaten since: before it has, it puts nobody through."""
    now = await client.act("Getvar", Variable=BEAT)
    return now.answered and now.fields.get("Value", "") == beat


def _variables(row: Mapping[str, object]) -> dict[str, str]:
    """AMI repeats `Variable: NAME=VALUE`."""
    told = row.get("Variable", "")
    texts = told if isinstance(told, list) else [told]
    return {name: value for name, _, value in (str(text).partition("=") for text in texts)}
