"""Callers' messages in the state folder: sealed one by one, heard with a reason, deleted."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from router import errors
from router.adapters.sealing import Envelope, secret_in
from router.core.plain import NotReadable, from_plain, to_plain
from router.core.vocabulary import RecordingId
from router.ledger import Message

FOLDER = "messages"
PURPOSE = b"hotline: message"
HEARD = "heard.log"
"""Who asked to hear which message, when and why; lines are only added."""
SOUND, ABOUT = ".sealed", ".json"


class MessageBox:
    """The key is that of callers' numbers. Every method may raise OSError, KeyFileInvalid."""

    def __init__(self, state_dir: Path) -> None:
        self._folder = state_dir / FOLDER
        self._key_file = state_dir / "identity.key"

    def keep(self, message: Message, sound: bytes) -> None:
        """On the disk when this returns; a message kept twice is there once."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        sealed = self._envelope().close(message.recording, sound)
        _write(self._file(message.recording, SOUND), sealed)
        self._note(message)

    def listed(self, *, done_too: bool = False) -> list[Message]:
        """The oldest first. What cannot be read as a message is none."""
        found = []
        for file in self._folder.glob(f"*{ABOUT}"):
            with suppress(NotReadable, ValueError):
                found.append(from_plain(Message, json.loads(file.read_bytes())))
        found.sort(key=lambda each: (each.kept_at, each.recording))
        return [each for each in found if done_too or not each.done]

    def sound(self, recording: RecordingId, *, by_whom: str, reason: str) -> bytes:
        """A WAV file; who asked and why is written down first.

        Raises MessageUnknown, MessageUnreadable.
        """
        message = self._found(recording)
        if message.done:
            raise errors.MessageUnreadable(message=recording, detail="it is done, and deleted")
        entry = {
            "message": recording,
            "at": datetime.now(UTC).isoformat(),
            "by": by_whom,
            "reason": reason,
        }
        _add(self._folder / HEARD, json.dumps(entry, ensure_ascii=False) + "\n")
        sealed = self._file(recording, SOUND).read_bytes()
        sound = self._envelope().open(recording, sealed)
        if sound is None:
            detail = f"it is damaged, or was sealed with another key than {self._key_file}"
            raise errors.MessageUnreadable(message=recording, detail=detail)
        return sound

    def settle(self, recording: RecordingId) -> None:
        """Done: what was said is deleted; that there was a message stays. Raises MessageUnknown."""
        message = self._found(recording)
        self._note(replace(message, done=True))
        self._file(recording, SOUND).unlink(missing_ok=True)

    def _found(self, recording: RecordingId) -> Message:
        known = {each.recording: each for each in self.listed(done_too=True)}
        try:
            return known[recording]
        except KeyError:
            raise errors.MessageUnknown(message=recording) from None

    def _note(self, message: Message) -> None:
        about = json.dumps(to_plain(message), ensure_ascii=False, indent=1)
        _write(self._file(message.recording, ABOUT), about.encode())

    def _file(self, recording: RecordingId, kind: str) -> Path:
        return self._folder / f"{recording.replace('/', '_')}{kind}"

    def _envelope(self) -> Envelope:
        return Envelope(secret_in(self._key_file), PURPOSE)


def _write(file: Path, content: bytes) -> None:
    """All of it or nothing, also after a power cut; for the owner's eyes alone."""
    new = file.with_name(f"{file.name}.{os.getpid()}.new")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        new.rename(file)
    finally:
        new.unlink(missing_ok=True)


def _add(file: Path, line: str) -> None:
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as log:
        log.write(line)
        log.flush()
        os.fsync(log.fileno())
