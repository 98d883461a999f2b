"""Each command goes to the node that it names, and to no other."""

from __future__ import annotations

from typing import cast

import pytest

from router.adapters.ami.node import AmiNode
from router.adapters.ari.node import AriNode
from router.adapters.http_lookup import HttpLookups
from router.adapters.recording_box import RecordingBox
from router.core.commands import Admit, Command, Hangup, KeepNumber
from router.core.vocabulary import CallId, LegId, NodeId, Refusal
from router.nodes import Asterisk, Nodes
from router.ports import Failure
from tests.fakes.identities import FakeIdentities

HERE, THERE = NodeId("n1"), NodeId("n2")


class Node:
    """One Asterisk that writes down what it is told."""

    def __init__(self) -> None:
        self.performed: list[Command] = []
        self.beats: list[float] = []
        self.started_over = 0

    async def perform(self, command: Command) -> Failure | None:
        self.performed.append(command)
        return None

    async def beat(self, stamp: float) -> None:
        self.beats.append(stamp)

    def start_over(self) -> None:
        self.started_over += 1


class Memory:
    """AMI, as far as it remembers for legs what it could not write yet."""

    def __init__(self) -> None:
        self.waiting = {LegId("1.1"), LegId("1.2")}

    def forget(self, leg: LegId) -> None:
        self.waiting.discard(leg)


class House:
    def __init__(self) -> None:
        self.here, self.there, self.identities = Node(), Node(), FakeIdentities()
        self.nodes = Nodes(
            {HERE: cast(Asterisk, self.here), THERE: cast(Asterisk, self.there)},
            self.identities,
            cast(HttpLookups, None),
            cast(RecordingBox, None),
        )


@pytest.fixture
def house() -> House:
    return House()


def hang_up(node: NodeId) -> Hangup:
    return Hangup(node=node, call=CallId(f"{node}-1.1"), leg=LegId("1.1"))


async def test_a_command_is_for_its_own_node_alone(house: House) -> None:
    assert await house.nodes.perform(hang_up(THERE)) is None
    assert house.there.performed == [hang_up(THERE)]
    assert not house.here.performed


async def test_a_node_that_is_in_no_setting_any_more_is_a_refusal(house: House) -> None:
    failure = await house.nodes.perform(hang_up(NodeId("n3")))
    assert failure == Failure(why=Refusal.REFUSED, detail="there is no node n3")


async def test_a_beat_is_written_where_it_came_from(house: House) -> None:
    await house.nodes.beat(THERE, 7.0)
    assert (house.here.beats, house.there.beats) == ([], [7.0])


async def test_after_a_sleep_every_node_is_listed_anew(house: House) -> None:
    house.nodes.start_over()
    assert (house.here.started_over, house.there.started_over) == (1, 1)


async def test_a_number_to_be_kept_goes_to_no_node(house: House) -> None:
    call = CallId("n2-1.1")
    await house.nodes.perform(KeepNumber(node=THERE, call=call, number="+525512345678"))
    assert not house.there.performed


async def test_what_waits_to_be_written_gives_way_to_what_a_caller_is_admitted_with() -> None:
    ari, ami = Node(), Memory()
    asterisk = Asterisk(cast(AriNode, ari), cast(AmiNode, ami))
    for leg, carried in (("1.1", "where they are"), ("1.2", "")):
        admitted = Admit(node=HERE, call=None, leg=LegId(leg), carried=carried)
        assert await asterisk.perform(admitted) is None
    assert ami.waiting == {LegId("1.2")}
    assert len(ari.performed) == 2
