"""What comes from outside, and who reads it: each takes any bytes, and raises nothing of them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from router.adapters.ami.access import Access
from router.adapters.ami.client import AmiClient
from router.adapters.ami.protocol import OneConnection
from router.adapters.ami.translate import translate
from router.adapters.ari.socket import read_event
from router.adapters.ari.translate import MALFORMED, Translator
from router.adapters.flow_files import load
from router.adapters.ivr.flows import read_flow
from router.adapters.ivr.problems import Problems
from router.adapters.ivr.tree import read
from router.core.carried import read_call, read_offer
from router.core.ivr.model import FlowBook
from router.core.ivr.run import resume
from router.core.ivr.written import read_run, shorten, written
from router.core.plain import from_plain, to_plain
from router.core.vocabulary import NodeId
from router.ports import BeatReturned
from tests.adapters.ivr.small_hotline import FLOW, build

CAPTURED = Path(__file__).parent / "captured"
NOON = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)


def yaml(content: bytes) -> None:
    """A flow file: read, or problems that each have a place."""
    problems = Problems()
    root = read(content, "flow", problems)
    if root is not None:
        read_flow(root, "linea", "flow", problems)
    assert root is not None or problems.found
    assert all(problem.place.line > 0 and str(problem) for problem in problems.found)


def events(content: bytes) -> None:
    """Frames of ARI's socket, one a line: events whose fields are what they say, or malformed."""
    translator = Translator(NodeId("n1"), lambda call, number: None)
    for line in content.decode("utf-8", "replace").split("\n"):
        message = read_event(line)
        if message is None:
            continue
        try:
            event = translator.translate(message, NOON)
        except MALFORMED:
            continue
        if event is not None and not isinstance(event, BeatReturned):
            assert from_plain(type(event), to_plain(event)) == event


class _Wire:
    """Of a connection, what panoramisk asks for."""

    def close(self) -> None: ...


def ami(content: bytes) -> None:
    """What AMI's connection reads, in two pieces: messages of texts, in the core's words."""
    told: list[Mapping[str, str]] = []
    client = AmiClient(_access(), told.append)
    connection = OneConnection(client)
    connection.connection_made(cast(asyncio.Transport, _Wire()))
    half = len(content) // 2
    connection.data_received(content[:half])
    connection.data_received(content[half:])
    for message in told:
        assert all(isinstance(value, str) for value in message.values())
        translate(message, NodeId("n1"), NOON)


@cache
def _access() -> Access:
    return Access(host="127.0.0.1", port=1, user="engine", password="-")


def channel_variable(content: bytes) -> None:
    """What a leg carries: a flow that goes on somewhere, and is written again the same."""
    text = content.decode("utf-8", "replace")
    read_offer(text)
    carried = read_call(text)
    if carried is None:
        return
    again = resume(_book(), carried.run, NOON).run
    plain = written(again)
    # What is fleeting, and what counts within a step, does not come back.
    back = read_run(json.loads(json.dumps(plain)))
    assert back is not None
    assert written(back) == plain
    while shorten(plain):
        assert read_run(plain) is not None


@cache
def _book() -> FlowBook:
    with TemporaryDirectory() as place:
        return load(build(Path(place))).book


PARSERS: Mapping[str, Callable[[bytes], None]] = {
    "yaml": yaml,
    "events": events,
    "ami": ami,
    "channel_variable": channel_variable,
}


def seeds(parser: str) -> list[bytes]:
    """What a real one looks like."""
    match parser:
        case "yaml":
            return [FLOW.encode()]
        case "events":
            return [file.read_bytes() for file in sorted((CAPTURED / "ari").iterdir())]
        case "ami":
            files = sorted((CAPTURED / "ami").iterdir())
            return [file.read_bytes().replace(b"\n", b"\r\n") for file in files]
        case _:
            return [_carried().encode()]


def _carried() -> str:
    level = {"flow": "linea", "step": "menu", "variables": {"a": 1}, "fleeting": {"b": "menu"}}
    kept: dict[str, Any] = {"arrived_at": NOON.isoformat(), "caller": "k", "place": None}
    run = {**level, "language": "es", "line": "55", "tags": ["x"], "stack": [level]}
    return "?" + json.dumps({**kept, "run": run})
