"""What Asterisk has recorded, as bytes: aioari reads text only."""

from __future__ import annotations

import asyncio
from urllib.parse import quote

import aiohttp

from router.adapters.ari.access import Access
from router.adapters.ari.rest import http_session
from router.core.vocabulary import RecordingId

LARGEST = 16_000_000
"""Bytes: a quarter of an hour."""
WITHIN = 20.0
"""Seconds; the caller may be waiting for it."""


class Recordings:
    """Fetches them over a connection of its own, so that no call waits behind one."""

    def __init__(self, access: Access, http: aiohttp.ClientSession) -> None:
        self._access = access
        self._http = http

    async def fetch(self, recording: RecordingId) -> bytes | None:
        """The file; None if Asterisk has none, or gives it out too slowly."""
        url = f"{self._access.base}/recordings/stored/{quote(recording, safe='')}/file"
        try:
            async with asyncio.timeout(WITHIN), self._http.get(url) as answer:
                if answer.status != 200:
                    return None
                content = await answer.content.read(LARGEST + 1)
                while not answer.content.at_eof() and len(content) <= LARGEST:
                    content += await answer.content.read(LARGEST + 1)
        except (aiohttp.ClientError, OSError):
            return None
        return content if len(content) <= LARGEST else None


def recordings_of(access: Access) -> aiohttp.ClientSession:
    """The connection for `Recordings`."""
    return http_session(access, connections=2, timeout=aiohttp.ClientTimeout(total=WITHIN))
