"""The peer: an ARI program that answers, plays a prompt, and knows nothing else."""

from __future__ import annotations

import asyncio
import json
import sys

import aiohttp
import uvloop

PROMPT = "sound:hotline/saludo"


async def serve(url: str, password: str) -> None:
    """Until it is killed."""
    login = {"Authorization": aiohttp.encode_basic_auth("hotline", password)}
    connector = aiohttp.TCPConnector(limit=50)
    async with aiohttp.ClientSession(headers=login, connector=connector) as http:

        async def ask(path: str, **query: str) -> None:
            async with http.post(f"{url}/ari/channels/{path}", params=query) as answer:
                await answer.read()

        async def take(channel: str) -> None:
            await ask(f"{channel}/answer")
            await ask(f"{channel}/play", media=PROMPT)

        calls: set[asyncio.Task[None]] = set()
        async with http.ws_connect(f"{url}/ari/events", params={"app": "peer"}) as events:
            print("ready", flush=True)
            async for frame in events:
                event = json.loads(frame.data)
                if event["type"] == "StasisStart":
                    call = asyncio.create_task(take(event["channel"]["id"]))
                    calls.add(call)
                    call.add_done_callback(calls.discard)


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1], sys.stdin.readline().strip()))
