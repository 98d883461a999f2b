"""One baresip process: its configuration, its control connection, and the SIP it sends and gets."""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import tty
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from router import errors
from router.standalone.baresip_control import Control, LineEvent
from router.standalone.loopback import free_port
from router.standalone.programs import Program
from router.standalone.sip_trace import SipMessage, SipTrace
from router.standalone.tether import end, tethered

_STARTS_WITHIN = 5.0
_ANSWERS_WITHIN = 3.0
_LAST_WORDS = 600

# The jitter buffer is off: what is recorded is what came, when it came. No ring tones: they would
# be played into a recording.
_CONFIG = """\
sip_listen              {address}:{port}
net_interface           {address}
call_local_timeout      3600
call_max_calls          50
call_hold_other_calls   no
audio_path              no-ring-tones
audio_player            aufile,nobody.wav
audio_alert             aufile,nobody.wav
audio_source            ausine,440
ausrc_srate             48000
audio_buffer            20-200
jitter_buffer_type      off
rtp_ports               20000-40000
module_path             {modules}
module                  g711.so
module                  ausine.so
module                  aufile.so
module_app              account.so
module_app              menu.so
module_app              ctrl_tcp.so
ctrl_tcp_listen         127.0.0.1:{control_port}
statmode_default        off
"""


class Programs(Protocol):
    """Where baresip is found and how it is run: a `Prefix` does it."""

    def command(self, program: Program, *args: str) -> list[str]: ...

    def environment(self) -> dict[str, str]: ...

    @property
    def baresip_modules(self) -> Path: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One account of a baresip: a user who can be called, with a sound of their own."""

    user: str
    source: str
    """baresip's words: `ausine,440` or `aufile,greeting.wav`."""
    pipe: str
    at_once: bool = False
    """Answers by itself."""
    registrar: str = ""
    """HOST:PORT, where the line registers; empty: it is known by its address."""
    password: str = field(default="", repr=False)

    def aor(self, own: str) -> str:
        return f"sip:{self.user}@{self.registrar or own}"

    def account(self, own: str) -> str:
        """A line of baresip's `accounts` file."""
        words = [
            f"<{self.aor(own)}>",
            "audio_codecs=pcmu/8000/1",
            f"audio_source={self.source}",
            f"audio_player=aufile,{self.pipe}",
            f"answermode={'auto' if self.at_once else 'manual'}",
            f"regint={60 if self.registrar else 0}",
        ]
        if self.password:
            words += [f"auth_user={self.user}", f"auth_pass={self.password}"]
        return ";".join(words)


class Baresip:
    """Started with `start`, ended with `close`; reports to the two callbacks as things happen."""

    def __init__(
        self,
        programs: Programs,
        *,
        folder: Path,
        address: str,
        port: int,
        lines: Sequence[Line],
        on_event: Callable[[LineEvent], None],
        on_message: Callable[[SipMessage], None],
    ) -> None:
        self.own = f"{address}:{port}"
        self._programs = programs
        self._folder = folder
        self._address = address
        self._port = port
        self._lines = lines
        self._on_event = on_event
        self._on_message = on_message
        self._trace = SipTrace()
        self._said = b""
        self._terminal = -1
        self._process: Process | None = None
        self._control: Control | None = None

    async def start(self) -> None:
        """Ready in about 50 ms. Raises BaresipFailed with what it said."""
        control_port = free_port()
        # baresip's own: SIP over UDP and TCP, and over TLS beside it. It would be talked to there.
        while control_port in (self._port, self._port + 1):
            control_port = free_port()
        self._write_configuration(control_port)
        # On a pipe its output would come 4 KB late; on a terminal it comes line by line.
        self._terminal, inner = pty.openpty()
        try:
            tty.setraw(inner)
            asyncio.get_running_loop().add_reader(self._terminal, self._read_terminal)
            self._process = await asyncio.create_subprocess_exec(
                *tethered(self._programs.command("baresip", "-f", str(self._folder), "-s")),
                cwd=self._folder,
                env=self._programs.environment(),
                stdin=subprocess.DEVNULL,
                stdout=inner,
                stderr=inner,
            )
        finally:
            os.close(inner)
        try:
            async with asyncio.timeout(_STARTS_WITHIN):
                self._control = await self._connect(self._process, control_port)
        except TimeoutError as silence:
            await self.close()
            raise self._failure() from silence

    async def close(self) -> None:
        if self._control is not None:
            await self._control.close()
        if self._process is not None:
            await end(self._process)
        self._close_terminal()

    async def command(self, *steps: tuple[str, str]) -> str:
        """Commands of baresip's menu. Raises BaresipRefused."""
        if self._control is None:
            raise self._failure()
        return await self._control.command(*steps, within=_ANSWERS_WITHIN)

    @property
    def pid(self) -> int:
        if self._process is None:
            raise self._failure()
        return self._process.pid

    def _write_configuration(self, control_port: int) -> None:
        config = _CONFIG.format(
            address=self._address,
            port=self._port,
            modules=self._programs.baresip_modules,
            control_port=control_port,
        )
        (self._folder / "config").write_text(config)
        accounts = self._folder / "accounts"
        accounts.touch(mode=0o600)
        accounts.write_text("".join(f"{line.account(self.own)}\n" for line in self._lines))

    async def _connect(self, process: Process, port: int) -> Control:
        while process.returncode is None:
            try:
                return await Control.connect(port, self._on_event)
            except ConnectionRefusedError:
                await asyncio.sleep(0.01)
        await self.close()
        raise self._failure()

    def _read_terminal(self) -> None:
        try:
            data = os.read(self._terminal, 1 << 16)
        except OSError:
            # EIO: baresip has gone.
            self._close_terminal()
            return
        self._said = (self._said + data)[-_LAST_WORDS:]
        for message in self._trace.feed(data):
            self._on_message(message)

    def _close_terminal(self) -> None:
        if self._terminal >= 0:
            asyncio.get_running_loop().remove_reader(self._terminal)
            os.close(self._terminal)
            self._terminal = -1

    def _failure(self) -> errors.BaresipFailed:
        return errors.BaresipFailed(
            where=self.own,
            folder=self._folder,
            detail=self._said.decode(errors="replace").strip(),
        )
