"""Asking a node what is there: the list at every connection, and the engine's epoch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.adapters.ari.access import Access
from router.adapters.ari.instants import instant
from router.adapters.ari.rest import Answer, Rest
from router.adapters.ari.translate import is_recorded

EPOCH = "HOTLINE_EPOCH"
"""Asterisk's own memory of how many lives the engine had (house.md 5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What exists. `at`, by our clock, is the instant that Asterisk calls `asterisk_now`.

    `recordings` are ours, and have ended.
    """

    at: datetime
    asterisk_now: datetime
    started: str
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
        info, channels, bridges, stored = await asyncio.gather(
            self._ask("asterisk", "getInfo", only="status"),
            self._ask("channels", "list"),
            self._ask("bridges", "list"),
            self._rest.ask("recordings", "listStored"),
        )
        try:
            return Present(
                at=at,
                asterisk_now=instant(ping["timestamp"]),
                started=info["status"]["startup_time"],
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

    async def next_epoch(self, at_least: int) -> int:
        """Higher than any that was ever used on this node, and than `at_least`."""
        kept = (await self._ask("asterisk", "getGlobalVar", variable=EPOCH))["value"]
        used = int(kept) if kept.isascii() and kept.isdigit() else 0
        epoch = max(used, at_least) + 1
        await self._ask("asterisk", "setGlobalVar", variable=EPOCH, value=str(epoch))
        return epoch

    async def _ask(self, resource: str, operation: str, **values: object) -> Any:
        answer: Answer = await self._rest.ask(resource, operation, **values)
        if answer.is_good:
            return answer.body
        if answer.status == 0:
            raise self._access.unreachable(answer.detail)
        raise self._access.refusal(answer.status)
