"""What a real Asterisk said over AMI, in the core's words."""

from __future__ import annotations

import pytest

from router.adapters.ami.translate import translate
from router.core.vocabulary import DeviceKind, NodeId
from tests.adapters.ami.ami_server import captured, events, now

NODE = NodeId("n1")


def told(story: str) -> list[tuple[str, bool]]:
    at = now()
    changes = [translate(message, NODE, at) for message in events(captured(story))]
    assert all(each is None or each.kind is DeviceKind.DESK for each in changes)
    return [(each.agent, each.reachable) for each in changes if each is not None]


def test_desk_phone_comes_and_goes() -> None:
    assert told("phone_comes_and_goes") == [("ana", True), ("ana", True), ("ana", False)]


def test_desk_phone_that_registers_elsewhere_is_never_gone() -> None:
    assert told("phone_registers_elsewhere") == [("beto", True), ("beto", True)]


def test_carrier_and_queues_are_nobodys_phone() -> None:
    assert told("carrier_and_queue") == []


@pytest.mark.parametrize(
    ("state", "reachable"),
    [
        ("NOT_INUSE", True),
        ("INUSE", True),
        ("BUSY", True),
        ("RINGING", True),
        ("RINGINUSE", True),
        ("ONHOLD", True),
        ("UNAVAILABLE", False),
        ("INVALID", False),
    ],
)
def test_phone_in_a_call_is_reachable(state: str, reachable: bool) -> None:
    message = {"Event": "DeviceStateChange", "Device": "PJSIP/ana", "State": state}
    change = translate(message, NODE, now())
    assert change is not None
    assert change.reachable is reachable


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"Event": "DeviceStateChange"},
        {"Event": "DeviceStateChange", "Device": "PJSIP/", "State": "INUSE"},
        {"Event": "DeviceStateChange", "Device": "PJSIP/ana", "State": "UNKNOWN"},
        {"Event": "ContactStatus"},
        {"Event": "ContactStatus", "ContactStatus": "Reachable"},
        {"Event": "FullyBooted"},
    ],
)
def test_what_tells_nothing_is_nothing(message: dict[str, str]) -> None:
    assert translate(message, NODE, now()) is None
