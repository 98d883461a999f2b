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
from router.adapters.ami.restless import RESTLESS, stands, until
from router.core.vocabulary import LegId
from router.guard.lives import Lives
from router.guard.pulse import Pulse
from router.guard.rescue import Rescue, rescue, seen

BEAT, TOKEN, GUARD = "ENGINE_BEAT", "HOTLINE_EPOCH", "HOTLINE_GUARD"
"""Globals of the dialplan: the engine's last beat, the token of its present life, and the guard
that watches it now."""
LOOK_EVERY = 0.25
AT_ONCE = 25
"""Callers who are moved before the beat is looked at again: by then a new engine may have some."""

KEEPS_DYING = (
    "The engine dies again and again within seconds of its start: the fallback has its callers"
    " until it has lived for {trial:.0f} s."
)
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
        self._lives = Lives()
        self._listening = Listening(monotonic)
        self._rescuing = self._keeping = False

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
        pong, *globals_ = await asyncio.gather(
            client.act("Ping"),
            *(client.act("Getvar", Variable=each) for each in (BEAT, TOKEN, GUARD, RESTLESS)),
        )
        if not all(reply.answered for reply in (pong, *globals_)):
            return False
        beat, token, guard, kept = (reply.fields.get("Value", "") for reply in globals_)
        if guard not in ("", self._id):
            # The newest wins, so that two never move the same caller.
            raise errors.GuardReplaced
        now, at = pong.fields.get("Timestamp", ""), self._monotonic()
        stale = self._pulse.is_stale(asterisk_now=now, beat=beat, at=at)
        restless = self._lives.look(token=token, beat=beat, at=at, kept=stands(kept, now))
        await self._keep(client, now if restless else "", kept)
        if stale or restless:
            await self._rescue(client, beat if stale else None)
        elif self._rescuing:
            log.info("guard.engine_lives_again")
        self._rescuing = stale or restless
        return True

    async def _keep(self, client: AmiClient, now: str, kept: str) -> None:
        """Callers from an engine that dies again and again, or give them to it (`now` empty)."""
        if now and not self._keeping:
            text = KEEPS_DYING.format(trial=self._lives.trial)
            log.warning("guard.engine_keeps_dying", text=text)
        if self._keeping and not now:
            log.info("guard.engine_is_trusted_again")
        self._keeping = bool(now)
        if now or kept:
            await client.act("Setvar", Variable=RESTLESS, Value=until(now))

    async def _rescue(self, client: AmiClient, beat: str | None) -> None:
        """`beat`: of an engine that does not live; None: of one that does, but not for long."""
        plan = await _plan(client, beats=beat is None)
        if plan is None:
            return
        for leg in plan.listen:
            # No engine notices that this agent's telephone is dead. Once it is hung up, the caller
            # is alone, and moved, or waits in the fallback again.
            self._listening.begin(LegId(leg))
        if not self._rescuing:
            log.warning("guard.takes_over", callers=len(plan.move), telephones=len(plan.let_go))
        moved, left, callers = 0, plan.move, len(plan.move)
        while left and await _still(client, beat):
            batch, left = left[:AT_ONCE], left[AT_ONCE:]
            moves = (
                client.act("Redirect", Channel=each, Context="fallback", Exten="s", Priority="1")
                for each in batch
            )
            moved += sum(reply.success for reply in await asyncio.gather(*moves))
            if left and beat is None:
                # It may act: whoever talks by now is left alone.
                plan = await _plan(client, beats=True) or Rescue(move=(), let_go=())
                left = tuple(each for each in left if each in plan.move)
        lives = not await _still(client, beat)
        let_go = () if lives else plan.let_go
        await asyncio.gather(*(client.act("Hangup", Channel=each, Cause="16") for each in let_go))
        if callers or let_go:
            log.warning("guard.moved", callers=moved, of=callers, telephones=len(let_go))


async def _plan(client: AmiClient, *, beats: bool) -> Rescue | None:
    """None: Asterisk does not tell who is there."""
    status = await client.act("Status", many=True, Variables="HOTLINE_ROLE")
    if not status.success:
        return None
    rows = [row for row in status.events if row.get("Event") == "Status"]
    return rescue((seen(row, _variables(row)) for row in rows), beats=beats)


async def _hang_up_each(client: AmiClient, dead: asyncio.Queue[LegId]) -> None:
    """Until cancelled."""
    while True:
        await client.act("Hangup", Channel=await dead.get(), Cause=NO_AUDIO)
        log.warning("guard.telephone_dead")


async def _still(client: AmiClient, beat: str | None) -> bool:
    """Whether no engine has beaten since: before it has, it puts nobody through. None: if it has,
    callers are kept from it all the same."""
    if beat is None:
        return True
    now = await client.act("Getvar", Variable=BEAT)
    return now.answered and now.fields.get("Value", "") == beat


def _variables(row: Mapping[str, object]) -> dict[str, str]:
    """AMI repeats `Variable: NAME=VALUE`."""
    told = row.get("Variable", "")
    texts = told if isinstance(told, list) else [told]
    return {name: value for name, _, value in (str(text).partition("=") for text in texts)}
