"""What callers say is sealed on the disk, heard with a reason, and gone once it is done."""

from __future__ import annotations

import io
import json
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router import errors
from router.adapters.message_box import MessageBox
from router.adapters.recording_box import Keep, RecordingBox, recorded_prompt
from router.cli.exits import Exit
from router.cli.main import run
from router.core.commands import KeepMessage, KeepPrompt
from router.core.events import RecordingKept
from router.core.vocabulary import CallId, Language, NodeId, PromptId, RecordingId, StepName
from router.ports import BeatReturned

NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
NODE, CALL, MESSAGE = NodeId("n1"), CallId("n1-17.1"), RecordingId("n1-17.1-e7-m1")


def voice(seconds: float = 3) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(b"\x10\x20" * int(8000 * seconds))
    return written.getvalue()


class Exchange:
    """An Asterisk that has recorded something."""

    def __init__(self, folder: Path, recorded: bytes | None) -> None:
        self.recorded = recorded
        self.told: list[RecordingKept] = []
        self.box = RecordingBox(folder, fetch=self.fetch, drop=self.drop, now=lambda: NOW)
        self.box.deliver = self.deliver

    async def fetch(self, node: NodeId, recording: RecordingId) -> bytes | None:
        return self.recorded

    async def drop(self, node: NodeId, recording: RecordingId) -> None:
        self.recorded = None

    def deliver(self, event: object) -> None:
        assert isinstance(event, RecordingKept)
        assert not isinstance(event, BeatReturned)
        self.told.append(event)

    async def keeps(self, command: Keep) -> RecordingKept:
        assert await self.box.perform(command) is None
        return self.told[-1]


def keep() -> KeepMessage:
    return KeepMessage(node=NODE, call=CALL, recording=MESSAGE, step=StepName("buzon"))


@pytest.fixture
async def kept(tmp_path: Path) -> Path:
    """A state folder with one message."""
    exchange = Exchange(tmp_path, voice())
    assert await exchange.keeps(keep()) == RecordingKept(
        at=NOW, recording=MESSAGE, lasted=timedelta(seconds=3)
    )
    assert exchange.recorded is None, "it stays in Asterisk, for everybody to hear"
    return tmp_path


async def test_a_message_is_sealed_and_for_nobody_elses_eyes(kept: Path) -> None:
    files = list((kept / "messages").iterdir())
    assert len(files) == 2
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    assert (kept / "messages").stat().st_mode & 0o077 == 0
    assert all(b"\x10\x20\x10\x20" not in file.read_bytes() for file in files)
    assert MessageBox(kept).sound(MESSAGE, by_whom="eva", reason="to call back") == voice()


async def test_who_hears_a_message_and_why_is_written_down_first(kept: Path) -> None:
    (kept / f"messages/{MESSAGE}.sealed").write_bytes(b"damaged")
    with pytest.raises(errors.MessageUnreadable, match="damaged, or was sealed with another key"):
        MessageBox(kept).sound(MESSAGE, by_whom="eva", reason="to call back")
    (line,) = (kept / "messages/heard.log").read_text().splitlines()
    told = json.loads(line)
    assert (told["message"], told["by"], told["reason"]) == (MESSAGE, "eva", "to call back")


async def test_a_message_of_one_call_cannot_be_passed_off_as_anothers(kept: Path) -> None:
    sealed = (kept / f"messages/{MESSAGE}.sealed").read_bytes()
    other = RecordingId("n1-17.2-e7-m1")
    about = (kept / f"messages/{MESSAGE}.json").read_text().replace(MESSAGE, other)
    (kept / f"messages/{other}.sealed").write_bytes(sealed)
    (kept / f"messages/{other}.json").write_text(about)
    with pytest.raises(errors.MessageUnreadable):
        MessageBox(kept).sound(other, by_whom="eva", reason="curious")


async def test_a_message_that_is_done_is_deleted_and_still_told_of(kept: Path) -> None:
    box = MessageBox(kept)
    box.settle(MESSAGE)
    assert not (kept / f"messages/{MESSAGE}.sealed").exists()
    assert box.listed() == []
    assert [(each.recording, each.done) for each in box.listed(done_too=True)] == [(MESSAGE, True)]
    with pytest.raises(errors.MessageUnreadable, match="done"):
        box.sound(MESSAGE, by_whom="eva", reason="again")


async def test_a_message_kept_twice_is_there_once(kept: Path) -> None:
    await Exchange(kept, voice()).keeps(keep())
    assert len(MessageBox(kept).listed()) == 1


@pytest.mark.parametrize(
    ("recorded", "why"), [(None, "Asterisk does not give it out"), (b"noise", "it is no sound")]
)
async def test_what_cannot_be_kept_is_told_and_stays_in_asterisk(
    recorded: bytes | None, why: str, tmp_path: Path
) -> None:
    exchange = Exchange(tmp_path, recorded)
    assert (await exchange.keeps(keep())).why == why
    assert exchange.recorded == recorded
    assert MessageBox(tmp_path).listed() == []


async def test_a_disk_that_takes_nothing_is_told(tmp_path: Path) -> None:
    (tmp_path / "messages").write_text("a file where the folder should be")
    exchange = Exchange(tmp_path, voice())
    assert (await exchange.keeps(keep())).why in ("file exists", "not a directory")
    assert exchange.recorded is not None


async def test_what_an_agent_says_for_a_prompt_waits_to_be_imported(tmp_path: Path) -> None:
    exchange = Exchange(tmp_path, voice(1))
    command = KeepPrompt(
        node=NODE,
        call=None,
        recording=RecordingId("n1-e7-k1"),
        language=Language("es"),
        prompt=PromptId("saludo"),
    )
    assert (await exchange.keeps(command)).lasted == timedelta(seconds=1)
    file = recorded_prompt(tmp_path, "es", "saludo")
    assert file.read_bytes() == voice(1)
    assert file.stat().st_mode & 0o077 == 0


async def test_operators_list_save_and_settle_messages(
    kept: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    where = ("--state-dir", str(kept))
    assert run(["messages", "list", *where]) == Exit.DONE
    assert MESSAGE in capfd.readouterr().out
    assert run(["messages", "list", "--json", *where]) == Exit.DONE
    (told,) = json.loads(capfd.readouterr().out)["messages"]
    assert (told["call"], told["step"], told["lasted"]) == (CALL, "buzon", 3.0)
    file = kept / "out.wav"
    saved = ["messages", "save", MESSAGE, str(file), "--reason", "to call back", *where]
    assert run(saved) == Exit.DONE
    assert file.read_bytes() == voice()
    assert file.stat().st_mode & 0o077 == 0
    assert run(["messages", "done", MESSAGE, *where]) == Exit.DONE
    capfd.readouterr()
    assert run(["messages", "list", *where]) == Exit.DONE
    assert "No message waits." in capfd.readouterr().out
    assert run(["messages", "done", "n1-17.9-e1-m1", *where]) != Exit.DONE
    assert "There is no message" in capfd.readouterr().err
