"""A telephone that sends nothing lives if it answers; only one that does neither is dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import cast

import pytest

from router.adapters.ami import listening
from router.adapters.ami.client import AmiClient, Reply
from router.adapters.ami.listening import CARRIER_SILENT_FOR, MOVED_FOR, NEVER_HEARD_FOR, Listening
from router.core.vocabulary import LegId

LEG = LegId("n1-1795.1-e7-a1")
DESK, CARRIER = "ana@@5f2c", "trunk@@91ab"
TALKS, QUIET = 50, 0


@dataclass(slots=True)
class Telephone:
    """Each look is a second later: `sends` so many packets in each; then the leg is gone. Who looks
    for the first time `sleeps` until the answer is old.

    `answers`, by the second: what Asterisk says of OPTIONS sent there. `asked`: when we had some
    sent beyond Asterisk's own. `dead_at`: the first second in which it was told to be.
    """

    sends: Sequence[int]
    contact: str = DESK
    answers: Callable[[float], str] = lambda second: "Reachable"
    second: float = 0.0
    slept: float = 0.0
    sleeps: float = 0.0
    packets: int = 0
    asked: list[float] = field(default_factory=list)
    dead_at: float | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def act(self, name: str, *, many: bool = False, **fields: str) -> Reply:
        """As an AmiClient does."""
        if name == "PJSIPQualify":
            assert fields["Endpoint"] == self.contact.partition("@@")[0]
            self.asked.append(self.second)
            return Reply(answered=True, success=True)
        match fields["Variable"]:
            case listening.PACKETS:
                if self.second >= len(self.sends):
                    self.over.set()
                    return Reply(answered=True, success=False, message="No such channel")
                self.packets += self.sends[int(self.second)]
                self.slept = self.sleeps
                self.second += 1
                return _value(str(self.packets))
            case listening.CONTACT:
                return _value(self.contact)
            case _:
                return _value(self.answers(self.second))

    def is_told_dead(self, leg: LegId) -> None:
        assert leg == LEG
        self.dead_at = self.dead_at or self.second


def _value(value: str) -> Reply:
    return Reply(answered=True, success=True, fields={"Value": value})


async def lives(telephone: Telephone) -> Telephone:
    """Listened to until its leg is gone."""
    ears = Listening(lambda: telephone.second + telephone.slept)
    ears.begin(LEG)
    following = asyncio.create_task(ears.follow(cast(AmiClient, telephone), telephone.is_told_dead))
    async with asyncio.timeout(5):
        await telephone.over.wait()
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    return telephone


def gone_after(second: float) -> Callable[[float], str]:
    return lambda now: "Reachable" if now < second else "Unreachable"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The looks' own pauses are the telephone's clock here."""
    monkeypatch.setattr(listening, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(listening, "LOOK_CLOSER_EVERY", 0.0)


async def test_agent_who_is_muted_for_two_minutes_keeps_their_caller() -> None:
    phone = await lives(Telephone([TALKS] * 3 + [QUIET] * 120))
    assert phone.dead_at is None
    assert phone.asked == [4]


async def test_a_telephone_that_leaves_silence_out_is_asked_in_each_pause_and_kept() -> None:
    phone = await lives(Telephone([TALKS, *[1, QUIET, QUIET, QUIET, QUIET] * 10]))
    assert phone.dead_at is None
    assert all(after - before == 5 for before, after in pairwise(phone.asked))


async def test_a_telephone_without_audio_and_without_an_answer_is_dead_within_seconds() -> None:
    phone = await lives(Telephone([TALKS] * 10 + [QUIET] * 10, answers=gone_after(13)))
    assert phone.dead_at is not None
    assert 13 <= phone.dead_at <= 14


async def test_a_telephone_that_answers_no_question_but_is_heard_is_kept() -> None:
    phone = await lives(Telephone([TALKS] * 60, answers=lambda second: "Unreachable"))
    assert phone.dead_at is None


async def test_a_hiccup_of_the_network_ends_no_conversation() -> None:
    phone = await lives(Telephone([TALKS, TALKS, QUIET, QUIET, TALKS] * 10, answers=gone_after(0)))
    assert phone.dead_at is None


async def test_a_desk_phone_that_was_never_heard_is_given_up_though_it_answers() -> None:
    phone = await lives(Telephone([QUIET] * 20))
    assert phone.dead_at is not None
    assert NEVER_HEARD_FOR <= phone.dead_at <= NEVER_HEARD_FOR + 1


async def test_an_answer_from_before_a_sleep_makes_no_telephone_dead() -> None:
    phone = await lives(Telephone([QUIET] + [TALKS] * 5, sleeps=30))
    assert phone.dead_at is None


async def test_a_desk_phone_that_moved_is_given_up_later() -> None:
    phone = await lives(
        Telephone([TALKS, *[QUIET] * 40], answers=lambda now: "Reachable" if now < 5 else "")
    )
    assert phone.dead_at is not None
    assert MOVED_FOR <= phone.dead_at <= MOVED_FOR + 2


async def test_an_asterisk_that_cannot_tell_of_contacts_ends_no_conversation() -> None:
    phone = await lives(Telephone([TALKS, *[QUIET] * 120], answers=lambda now: ""))
    assert phone.dead_at is None


async def test_an_agents_mobile_whose_carrier_is_dead_is_given_up() -> None:
    phone = await lives(
        Telephone([TALKS] * 3 + [QUIET] * 30, contact=CARRIER, answers=gone_after(13))
    )
    assert phone.dead_at is not None
    assert 13 <= phone.dead_at <= 14
    assert CARRIER_SILENT_FOR < 10


@pytest.mark.parametrize("status", ["Reachable", "NonQualified", ""])
async def test_an_agents_silent_mobile_is_kept_while_its_carrier_is_not_known_to_be_dead(
    status: str,
) -> None:
    """Mobiles and carriers leave silence out; a carrier that never answers OPTIONS is not asked."""
    phone = await lives(
        Telephone([QUIET] * 5 + [TALKS] + [QUIET] * 60, contact=CARRIER, answers=lambda now: status)
    )
    assert phone.dead_at is None
    assert not phone.asked
