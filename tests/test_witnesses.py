"""Several nodes as one witness: whoever drives any is seen, and none holds up the others."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from router import errors
from router.succession import Outlook, Witness, ground
from router.witnesses import Witnesses

TOKEN = 7


class Node:
    """One Asterisk, as an engine that stands by sees it. `answer` None: it is away."""

    def __init__(self, answer: Witness | Exception | None) -> None:
        self.answer = answer
        self.announced: list[int] = []
        self.stood_down: list[int] = []
        self.is_stuck = False

    async def look(self) -> Witness | None:
        if self.is_stuck:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def announce(self, token: int) -> bool:
        self.announced.append(token)
        return True

    async def stand_down(self, token: int) -> None:
        self.stood_down.append(token)


def told(token: int = TOKEN, *, beat: str = "100.0", age: float | None = 10.0) -> Witness:
    return Witness(token=token, beat=beat, beat_age=None if age is None else timedelta(seconds=age))


def refusal() -> errors.HotlineError:
    return errors.AsteriskRefusedLogin(where="there", user="u", setting="s", file="f")


def goes_on(witness: Witness) -> bool:
    """Without a database, an engine that sees this may take over."""
    outlook = Outlook(
        name="b",
        asterisk=witness,
        lease=None,
        seat=None,
        newest=witness.token,
        unchanged_for=timedelta(seconds=10),
    )
    return ground(outlook) is not None


async def test_one_node_is_seen_as_it_is() -> None:
    assert await Witnesses([Node(told())]).look() == told()


async def test_a_beat_at_any_node_tells_that_somebody_acts() -> None:
    found = await Witnesses([Node(told()), Node(told(age=0.5, beat="109.5"))]).look()
    assert found is not None
    assert found.beat_age == timedelta(seconds=0.5)
    assert found.beat == "100.0 109.5"
    assert found.all_told


async def test_the_newest_token_counts() -> None:
    found = await Witnesses([Node(told(9)), Node(told(0, age=None))]).look()
    assert found is not None
    assert (found.token, found.beat_age) == (9, timedelta(seconds=10))


async def test_an_engine_that_stood_down_is_seen_at_any_node_and_tells_each() -> None:
    there, other = Node(replace(told(), stood_down=TOKEN)), Node(told())
    witness = await Witnesses([there, other]).look()
    assert witness is not None
    assert witness.stood_down == TOKEN
    await Witnesses([there, other]).stand_down(TOKEN)
    assert [there.stood_down, other.stood_down] == [[TOKEN], [TOKEN]]


async def test_a_node_that_is_away_does_not_keep_an_engine_from_the_others() -> None:
    nodes = [Node(told()), Node(None), Node(refusal())]
    seen = Witnesses(nodes)
    found = await seen.look()
    assert found is not None
    assert not found.all_told
    assert await seen.announce(8)
    assert [node.announced for node in nodes] == [[8], [], []]


async def test_without_a_database_nobody_takes_over_what_it_cannot_see() -> None:
    both, one = Witnesses([Node(told()), Node(told())]), Witnesses([Node(told()), Node(None)])
    for seen, may in ((both, True), (one, False)):
        found = await seen.look()
        assert found is not None
        assert goes_on(found) is may


async def test_a_node_that_does_not_answer_is_not_waited_for() -> None:
    stuck = Node(told())
    stuck.is_stuck = True
    found = await Witnesses([Node(told()), stuck], answer_within=0.01).look()
    assert found is not None
    assert not found.all_told


async def test_nothing_is_known_while_all_are_away() -> None:
    seen = Witnesses([Node(None), Node(None)])
    assert await seen.look() is None
    assert not await seen.announce(8)


async def test_a_wrong_password_everywhere_is_told() -> None:
    with pytest.raises(errors.AsteriskRefusedLogin):
        await Witnesses([Node(refusal()), Node(refusal())]).look()
