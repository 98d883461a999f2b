"""What Asterisk is told of agents' telephones."""

from __future__ import annotations

import pytest

from router.adapters.ari.endpoints import SipObject, desk, dial_string
from router.core.vocabulary import AgentId, Device, DeviceKind

ANA = AgentId("ana")
LINE = "5555335533"


def objects(device: Device) -> dict[str, SipObject]:
    made = desk(ANA, device, number=LINE, media_address="192.0.2.1")
    assert all(each.id == ANA for each in made)
    return {each.kind: each for each in made}


def test_desk_with_an_address_is_let_in_from_there_alone() -> None:
    made = objects(Device(kind=DeviceKind.DESK, address="sip:ana@192.0.2.7:6001"))
    assert list(made) == ["aor", "endpoint"]
    assert ("contact", "sip:ana@192.0.2.7:6001") in made["aor"].fields
    # Asterisk's last match wins: the order is deny, then permit.
    assert made["endpoint"].fields[-2:] == (("deny", "0.0.0.0/0"), ("permit", "192.0.2.7"))


@pytest.mark.parametrize(
    ("address", "permitted"),
    [
        ("sip:192.0.2.7", "192.0.2.7"),
        ("SIP:ana@192.0.2.7;transport=udp", "192.0.2.7"),
        ("sip:ana@[2001:db8::7]:5060", "2001:db8::7"),
    ],
)
def test_address_may_be_written_in_every_way_of_a_sip_uri(address: str, permitted: str) -> None:
    endpoint = objects(Device(kind=DeviceKind.DESK, address=address))["endpoint"]
    assert endpoint.fields[-1] == ("permit", permitted)


@pytest.mark.parametrize("address", ["sip:ana@phone.example", "sip:ana@phone.example:6001", "ana"])
def test_desk_at_a_name_can_be_rung_but_calls_nothing(address: str) -> None:
    endpoint = objects(Device(kind=DeviceKind.DESK, address=address))["endpoint"]
    assert endpoint.fields[-1] == ("context", "nowhere")


def test_desk_that_registers_has_a_password_and_one_contact() -> None:
    made = objects(Device(kind=DeviceKind.DESK, password="s3cret"))
    assert list(made) == ["auth", "aor", "endpoint"]
    assert ("password", "s3cret") in made["auth"].fields
    assert ("max_contacts", "1") in made["aor"].fields
    assert ("auth", ANA) in made["endpoint"].fields


def test_every_desk_phone_shows_the_hotlines_number_and_none_other() -> None:
    for device in (
        Device(kind=DeviceKind.DESK, password="s3cret"),
        Device(kind=DeviceKind.DESK, address="sip:ana@192.0.2.7"),
    ):
        fields = dict(objects(device)["endpoint"].fields)
        assert fields["from_user"] == LINE
        assert {fields[each] for each in ("send_pai", "send_rpid", "send_connected_line")} == {"no"}


def test_telephone_is_dialled_through_the_trunk_and_a_desk_phone_by_its_agent() -> None:
    number = Device(kind=DeviceKind.PHONE, number="+525512345678")
    assert dial_string(ANA, number) == "PJSIP/+525512345678@trunk"
    assert dial_string(ANA, Device(kind=DeviceKind.DESK, password="x")) == "PJSIP/ana"


def test_request_carries_the_fields_in_their_order() -> None:
    made = SipObject(kind="aor", id="ana", fields=(("contact", "sip:a"), ("qualify_timeout", "2")))
    assert made.body() == {
        "fields": [
            {"attribute": "contact", "value": "sip:a"},
            {"attribute": "qualify_timeout", "value": "2"},
        ]
    }
