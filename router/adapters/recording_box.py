"""What was recorded leaves Asterisk: messages are sealed, prompts wait to be imported."""

from __future__ import annotations

import asyncio
import io
import os
import wave
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from router.adapters.message_box import MessageBox
from router.core.commands import KeepMessage, KeepPrompt
from router.core.events import RecordingKept
from router.core.vocabulary import CallId, NodeId, RecordingId
from router.errors import HotlineError
from router.ledger import Message
from router.ports import Deliver, Failure

PROMPTS = "recorded"
"""In the state folder: <language>/<prompt>.wav."""

Keep = KeepMessage | KeepPrompt


class RecordingBox:
    """`fetch` takes a recording out of a node (None: it has none), `drop` deletes it there.

    Tells what came of it by `deliver`, which is given once there is a runner.
    """

    def __init__(
        self,
        state_dir: Path,
        *,
        fetch: Callable[[NodeId, RecordingId], Awaitable[bytes | None]],
        drop: Callable[[NodeId, RecordingId], Awaitable[object]],
        now: Callable[[], datetime],
    ) -> None:
        self._state_dir = state_dir
        self._messages = MessageBox(state_dir)
        self._fetch = fetch
        self._drop = drop
        self._now = now
        self.deliver: Deliver | None = None

    async def perform(self, command: Keep) -> Failure | None:
        """Keep it, then delete it in Asterisk; what failed stays there, and is told."""
        lasted, why = await self._kept(command)
        if self.deliver is not None:
            self.deliver(
                RecordingKept(at=self._now(), recording=command.recording, lasted=lasted, why=why)
            )
        if not why:
            await self._drop(command.node, command.recording)
        return None

    async def _kept(self, command: Keep) -> tuple[timedelta, str]:
        sound = await self._fetch(command.node, command.recording)
        if sound is None:
            return timedelta(0), "Asterisk does not give it out"
        try:
            lasted = _length(sound)
            await asyncio.to_thread(self._put, command, sound, lasted)
        except OSError as failure:
            return timedelta(0), f"{failure.strerror or 'the disk fails'}".lower()
        except HotlineError as failure:
            return timedelta(0), str(failure)
        except (wave.Error, EOFError):
            return timedelta(0), "it is no sound"
        return lasted, ""

    def _put(self, command: Keep, sound: bytes, lasted: timedelta) -> None:
        if isinstance(command, KeepMessage):
            message = Message(
                recording=command.recording,
                call=command.call or CallId(""),
                step=command.step,
                kept_at=self._now(),
                lasted=lasted,
            )
            self._messages.keep(message, sound)
            return
        file = recorded_prompt(self._state_dir, command.language, command.prompt)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
            written.write(sound)
        new.rename(file)


def recorded_prompt(state_dir: Path, language: str, prompt: str) -> Path:
    """Where what was said by telephone waits to be imported."""
    return state_dir / PROMPTS / language / f"{prompt}.wav"


def _length(sound: bytes) -> timedelta:
    with wave.open(io.BytesIO(sound)) as source:
        return timedelta(seconds=source.getnframes() / source.getframerate())
