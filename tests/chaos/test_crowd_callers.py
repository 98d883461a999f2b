"""The ears of the crowd: what they call silence."""

from __future__ import annotations

import socket
import time
from datetime import timedelta

import pytest

from router.standalone.ulaw import tone
from tests.acceptance.hotline_up import until
from tests.acceptance.people import CALLERS_ADDRESS
from tests.chaos.crowd_callers import AGENT_HZ, HEAD, KeenEar, Waiter
from tests.standalone.test_arrivals import KERNEL_HAS_BEGUN_BY

SOUND = bytes(HEAD) + tone(AGENT_HZ, timedelta(seconds=0.02))
NO_SOUND = bytes(HEAD) + b"\xff" * 160
SOON = 5.0


def waiter(ear: KeenEar, *heard_at: float) -> Waiter:
    ear.heard_at = list(heard_at)
    return Waiter(call_id="one", dialled_at=9.0, up_at=10.0, ear=ear, hung_up_at=20.0)


async def test_what_was_heard_counts_from_when_it_came_however_late_it_is_listened_to() -> None:
    ear = KeenEar()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asterisk:
        for _ in range(KERNEL_HAS_BEGUN_BY):
            ear.heard_at.clear()
            before = time.monotonic()
            asterisk.sendto(NO_SOUND, (CALLERS_ADDRESS, ear.port))
            asterisk.sendto(SOUND, (CALLERS_ADDRESS, ear.port))
            came_by = time.monotonic()
            while time.monotonic() < came_by + 0.2:
                pass  # the test is busy, and does not listen
            await until(lambda: bool(ear.heard_at), within=SOON)
            (heard_at,) = ear.heard_at
            assert before - 0.05 < heard_at
            if heard_at < came_by + 0.05:
                break
        else:
            pytest.fail("it was heard only when it was listened to")
    assert ear.hears_an_agent()
    ear.close()


async def test_silence_is_told_wherever_it_was() -> None:
    ear = KeenEar()
    ear.close()
    lengths = [each.duration for each in waiter(ear, 12.0, 12.5, 19.0).silences()]
    assert [each.total_seconds() for each in lengths] == pytest.approx([2.0, 6.5])
    steady = [10 + n / 50 for n in range(1, 500)]
    assert waiter(ear, *steady, 99.0).silences() == []
    (at_last,) = waiter(ear, *steady[:100]).silences()
    assert at_last.duration.total_seconds() == pytest.approx(8.0)
