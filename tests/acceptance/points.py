"""Lines that begin at a step of the flow with all step kinds, and that ask another system."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from router.standalone.loopback import free_port
from tests.acceptance.practice import insert

FIRST_NUMBER = 5572000000
POINTS = ("cuenta", "pide", "elige", "aliada", "cola", "llamada", "encuesta", "gracias")
"""Steps of pasos.yaml."""
ANSWERS = ("right", "slow", "wrong", "broken", "down")
"""How another system may answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Where it is, and where nobody is."""

    url: str
    nowhere: str
    heard: list[str] = field(default_factory=list)
    """What it was asked for."""


def number(begins_at: str) -> str:
    """What a caller dials to begin at this point, or to have this asked."""
    return str(FIRST_NUMBER + (*POINTS, *ANSWERS).index(begins_at))


def flow(begins_at: str) -> str:
    """Its name."""
    return f"en_{begins_at}"


def write_points(folder: Path, asked: Asked) -> Path:
    """Besides the flows that are there."""
    steps = (folder / "flows/pasos.yaml").read_text()
    before, first, after = steps.partition("tema: prueba}\n    next: marca\n")
    assert first
    for point in POINTS:
        # All that is read later is set, and a way leads to a person, or it would not be loaded.
        begun = f"tema: prueba, number: nada}}\n    next: {point}\n    on_failure: crisis\n"
        (folder / f"flows/{flow(point)}.yaml").write_text(before + begun + after)
    for answer in ANSWERS:
        base = asked.nowhere if answer == "down" else asked.url
        (folder / f"flows/{flow(answer)}.yaml").write_text(_asks(f"{base}/{answer}"))
    insert(
        folder / "lines.yaml",
        "lines:\n",
        "".join(
            f"  {number(each)}:\n    name: {each}\n    flow: {flow(each)}\n    language: es\n"
            for each in (*POINTS, *ANSWERS)
        ),
    )
    return folder


def _asks(url: str) -> str:
    return f"""\
start: pregunta
steps:
  pregunta:
    http: {url}
    send: {{linea: =line}}
    timeout: 2s
    retries: 1
    schema: {{type: object, required: [vigente], properties: {{vigente: {{type: boolean}}}}}}
    into: {{vigente: vigente}}
    next: decide
    on_failure: crisis
  decide:
    branch: [{{if: vigente, to: cola}}]
    otherwise: crisis
  cola: {{queue: pasos, next: gracias}}
  crisis: {{queue: crisis, next: gracias}}
  gracias: {{goodbye: gracias}}
"""


@asynccontextmanager
async def another_system() -> AsyncIterator[Asked]:
    """On a port of its own, until the block ends."""
    over = asyncio.Event()
    heard: list[str] = []

    async def answers(request: web.Request) -> web.Response:
        heard.append(request.path_qs)
        match request.path:
            case "/right":
                return web.json_response({"vigente": True})
            case "/wrong":
                return web.json_response({"vigente": "quizá"})
            case "/slow":
                await over.wait()
        return web.Response(status=500)

    app = web.Application()
    app.router.add_get("/{answer}", answers)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield Asked(
            url=f"http://127.0.0.1:{runner.addresses[0][1]}",
            nowhere=f"http://127.0.0.1:{free_port()}",
            heard=heard,
        )
    finally:
        over.set()
        await runner.cleanup()
