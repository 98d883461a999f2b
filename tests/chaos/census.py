"""A census of channels every 250 ms: who is there, by the SIP Call-ID, and who is rung twice."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from router.standalone.site import Site

EVERY = 0.25
RINGING_OR_UP = frozenset({"Ring", "Ringing", "Up"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A channel at one instant. `rings`: whose desk phone it is at, if it is at one; `urgency`: the
    class by which the fallback serves a caller, empty before an engine knew them."""

    role: str
    application: str
    rings: str
    urgency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """`channels` None: Asterisk did not answer."""

    at: float
    channels: Mapping[str, Seen] | None


class Census:
    """Made by `census`; looks by the user who may only read."""

    def __init__(self, http: aiohttp.ClientSession, site: Site) -> None:
        self._http = http
        self._base = f"http://{site.control_host}:{site.http_port}/ari"
        self.sightings: list[Sighting] = []
        self.channel_of: dict[str, str] = {}
        """By Call-ID, the caller's channel."""
        self._known: set[str] = set()

    async def run(self) -> None:
        """For ever."""
        while True:
            began = time.monotonic()
            await self.look()
            await asyncio.sleep(max(0.0, began + EVERY - time.monotonic()))

    async def look(self) -> Sighting:
        """Once."""
        at = time.monotonic()
        listed = await self._ask("/channels")
        if listed is None:
            sighting = Sighting(at=at, channels=None)
        else:
            sighting = Sighting(at=at, channels={each["id"]: _seen(each) for each in listed})
            for each in listed:
                if each["channelvars"].get("HOTLINE_ROLE") == "caller":
                    await self._learn(each["id"])
        self.sightings.append(sighting)
        return sighting

    async def _learn(self, channel: str) -> None:
        if channel in self._known:
            return
        answer = await self._ask(f"/channels/{channel}/variable", variable="CHANNEL(pjsip,call-id)")
        if answer is not None and answer["value"]:
            self._known.add(channel)
            self.channel_of[answer["value"]] = channel

    async def _ask(self, path: str, **query: str) -> Any:
        try:
            async with self._http.get(self._base + path, params=query) as answer:
                return await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, OSError):
            return None

    def missing(self, call_id: str, since: float, until: float) -> str:
        """Why it cannot be said that this caller was there all the time; empty if it can."""
        channel = self.channel_of.get(call_id)
        if channel is None:
            return "never seen by the census"
        for sighting in self.sightings:
            if since <= sighting.at <= until and sighting.channels is not None:
                found = sighting.channels.get(channel)
                if found is None:
                    return f"gone {sighting.at - since:.1f} s after they were there"
        return ""

    def rung_twice(self) -> set[str]:
        """Agents at whose desk phone there were two calls at once."""
        found = set()
        for sighting in self.sightings:
            rung = Counter(each.rings for each in (sighting.channels or {}).values())
            found |= {agent for agent, calls in rung.items() if agent and calls > 1}
        return found


def _seen(listed: Mapping[str, Any]) -> Seen:
    name = str(listed["name"])
    endpoint = name.removeprefix("PJSIP/").rpartition("-")[0] if name.startswith("PJSIP/") else ""
    variables = listed["channelvars"]
    at_a_desk = endpoint != "trunk" and listed["state"] in RINGING_OR_UP
    return Seen(
        role=variables.get("HOTLINE_ROLE", ""),
        application=listed["dialplan"].get("app_name", ""),
        urgency=variables.get("HOTLINE_STATE", "")[:1],
        rings=endpoint if at_a_desk and variables.get("HOTLINE_ROLE") != "code" else "",
    )


@asynccontextmanager
async def census(site: Site) -> AsyncIterator[Census]:
    """Taken until the block ends."""
    login = {"Authorization": aiohttp.encode_basic_auth("hotline-read", site.ari_read_password)}
    patience = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(headers=login, timeout=patience) as http:
        taken = Census(http, site)
        running = asyncio.create_task(taken.run())
        try:
            yield taken
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
