"""Asking a node what is there: the list at every connection, and who drives it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from router.adapters.ari.access import APPLICATION, Access
from router.adapters.ari.instants import instant
from router.adapters.ari.rest import Answer, Rest
from router.adapters.ari.translate import LAST_WORD, is_recorded
from router.succession import Witness

EPOCH = "HOTLINE_EPOCH"
"""Asterisk's own memory of how many lives the engine had (house.md 5)."""
TAKEN = "HOTLINE_TAKEN"
"""When the present epoch was announced, by Asterisk's clock: its engine needs time to beat."""
STOOD_DOWN = "HOTLINE_STOOD_DOWN"
"""The epoch of the engine that found a newer one last, and acts no more."""
BEAT = "ENGINE_BEAT"
"""Global in the dialplan: the time, by Asterisk's clock, when the engine was last seen alive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What exists. `at`, by our clock, is the instant that Asterisk calls `asterisk_now`.

    `recordings` are ours, and have ended. `token`: the highest epoch that was announced there.
    """

    at: datetime
    asterisk_now: datetime
    started: str
    token: int
    channels: Sequence[Mapping[str, Any]]
    bridges: Sequence[Mapping[str, Any]]
    recordings: Sequence[str] = ()


class Inquiry:
    """Questions to one node. All raise AsteriskUnreachable, AsteriskRefusedLogin, NotAsterisk."""

    def __init__(self, access: Access, rest: Rest, now: Callable[[], datetime]) -> None:
        self._access = access
        self._rest = rest
        self._now = now

    async def present(self) -> Present:
        """Everything on the node, now."""
        ping = await self._ask("asterisk", "ping")
        at = self._now()
        token, info, channels, bridges, stored = await asyncio.gather(
            self.token(),
            self._ask("asterisk", "getInfo", only="status,config"),
            self._ask("channels", "list"),
            self._ask("bridges", "list"),
            self._rest.ask("recordings", "listStored"),
        )
        try:
            self._access.check_name(info.get("config", {}).get("name", ""))
            return Present(
                at=at,
                asterisk_now=instant(ping["timestamp"]),
                started=info["status"]["startup_time"],
                token=token,
                channels=channels,
                bridges=bridges,
                recordings=await self._ended(stored),
            )
        except (LookupError, TypeError, ValueError) as strange:
            raise self._access.not_asterisk("its answers are no ARI answers") from strange

    async def _ended(self, stored: Answer) -> Sequence[str]:
        """Our recordings; one that still runs has a file already, and is left out.

        Asterisk answers 500 before its folder for them exists.
        """
        names = (each["name"] for each in stored.body or () if stored.is_good)
        ours = [name for name in names if is_recorded(name)]
        live = await asyncio.gather(
            *(self._rest.ask("recordings", "getLive", recordingName=name) for name in ours)
        )
        return [name for name, answer in zip(ours, live, strict=True) if answer.status == 404]

    async def spare(self, kinds: Sequence[str]) -> None:
        """Events that Asterisk need not send to us. One that does so all the same does no harm."""
        unwanted = tuple({"type": kind} for kind in kinds)
        await self._rest.ask(
            "applications", "filter", applicationName=APPLICATION, disallowed=unwanted
        )

    async def token(self) -> int:
        """The highest epoch that an engine has announced; 0 after Asterisk's own start."""
        return _token(await self._variable(EPOCH))

    async def announce(self, token: int) -> None:
        """From now on every older engine has to stand down."""
        now = await self._asterisk_now()
        taken = f"{now.timestamp():.3f}"
        await self._ask("asterisk", "setGlobalVar", variable=TAKEN, value=taken)
        await self._ask("asterisk", "setGlobalVar", variable=EPOCH, value=str(token))

    async def stand_down(self, token: int) -> None:
        """The engine of this epoch acts no more: whoever announced a newer one need not wait, and
        looks anew if it did not."""
        await self._ask("asterisk", "setGlobalVar", variable=STOOD_DOWN, value=str(token))
        name = f"{LAST_WORD}.{token}"
        await self._rest.ask("events", "userEvent", eventName=name, application=APPLICATION)

    async def witness(self) -> Witness:
        """What Asterisk knows of the engine that drives it."""
        token, stood_down, beat, taken, now = await asyncio.gather(
            self.token(),
            self._variable(STOOD_DOWN),
            self._variable(BEAT),
            self._variable(TAKEN),
            self._asterisk_now(),
        )
        ages = [age for age in (_age(beat, now), _age(taken, now)) if age is not None]
        return Witness(
            token=token,
            beat=beat,
            beat_age=min(ages, default=None),
            stood_down=_token(stood_down),
        )

    async def _asterisk_now(self) -> datetime:
        try:
            return instant((await self._ask("asterisk", "ping"))["timestamp"])
        except (LookupError, TypeError, ValueError) as strange:
            raise self._access.not_asterisk("its answers are no ARI answers") from strange

    async def _variable(self, name: str) -> str:
        return str((await self._ask("asterisk", "getGlobalVar", variable=name))["value"])

    async def _ask(self, resource: str, operation: str, **values: object) -> Any:
        answer: Answer = await self._rest.ask(resource, operation, **values)
        if answer.is_good:
            return answer.body
        if answer.status == 0:
            raise self._access.unreachable(answer.detail)
        raise self._access.refusal(answer.status)


def _token(kept: str) -> int:
    return int(kept) if kept.isascii() and kept.isdigit() else 0


def _age(beat: str, now: datetime) -> timedelta | None:
    """A beat from the future is no beat (survival.md)."""
    try:
        age = timedelta(seconds=now.timestamp() - float(beat))
    except (ValueError, OverflowError):
        return None
    return age if age > -timedelta(seconds=1) else None
