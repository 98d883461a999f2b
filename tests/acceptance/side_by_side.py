"""Stories that take their time, told at once; each test waits for its own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

W = TypeVar("W")

Story = Callable[[W], Coroutine[Any, Any, None]]
Told = Callable[[Story[W]], Awaitable[None]]


@asynccontextmanager
async def side_by_side(world: W, *stories: Story[W]) -> AsyncIterator[Told[W]]:
    """Begins all of them in `world`; what it yields waits for one, and raises what it raised."""
    under_way = {story: asyncio.create_task(story(world)) for story in stories}

    async def told(story: Story[W]) -> None:
        await under_way[story]

    try:
        yield told
    finally:
        for task in under_way.values():
            task.cancel()
        await asyncio.gather(*under_way.values(), return_exceptions=True)
