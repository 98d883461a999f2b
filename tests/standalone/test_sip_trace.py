"""baresip's trace, cut into SIP messages and read as what happened to which phone."""

from __future__ import annotations

from router.standalone.phone_events import Cancelled, Incoming, Registered, RegistrationRefused
from router.standalone.phone_lines import PhoneLines
from router.standalone.sip_trace import SipMessage, SipTrace

OWN = "127.0.0.3:5080"
ASTERISK = "127.0.0.1:5060"
MOBILE = "+525512345678"


def traced(text: str, source: str = ASTERISK, destination: str = OWN) -> bytes:
    body = text.strip().replace("\n", "\r\n") + "\r\n\r\n"
    return f"noise\r\n\x1b[36;1m#\nUDP {source} -> {destination}\n{body}\x1b[;m\nnoise\n".encode()


INVITE = traced(f"""
INVITE sip:{MOBILE}@{OWN} SIP/2.0
From: "Hotline" <sip:5555335533@127.0.0.1>;tag=1
To: <sip:{MOBILE}@{OWN}>
Call-ID: abc
CSeq: 1 INVITE
P-Asserted-Identity: <sip:5555335533@127.0.0.1>
""")
CANCEL = traced(f"""
CANCEL sip:{MOBILE}@{OWN} SIP/2.0
To: <sip:{MOBILE}@{OWN}>
Call-ID: abc
CSeq: 1 CANCEL
Reason: SIP ;cause=200 ;text="Call completed elsewhere"
""")


def read(*data: bytes) -> list[SipMessage]:
    trace = SipTrace()
    return [message for each in data for message in trace.feed(each)]


def lines() -> PhoneLines:
    return PhoneLines(OWN, [MOBILE, "ana"], clock=lambda: 7.0)


def test_messages_are_whole_however_the_reads_fall() -> None:
    stream = INVITE + CANCEL
    whole = read(stream)
    assert [message.method for message in whole] == ["INVITE", "CANCEL"]
    assert read(*(stream[at : at + 1] for at in range(len(stream)))) == whole


def test_invite_rings_the_phone_whose_number_it_is_for_and_only_once() -> None:
    phones, (invite,) = lines(), read(INVITE)
    ((user, event),) = phones.message(invite)
    assert user == MOBILE
    assert isinstance(event, Incoming)
    assert event.from_header.startswith('"Hotline"')
    assert "p-asserted-identity" in event.headers
    assert phones.message(invite) == []


def test_cancel_tells_why_the_phone_rings_no_more() -> None:
    phones, (invite, cancel) = lines(), read(INVITE, CANCEL)
    phones.message(invite)
    ((user, event),) = phones.message(cancel)
    assert user == MOBILE
    assert isinstance(event, Cancelled)
    assert "completed elsewhere" in event.reason


def test_message_of_a_call_nobody_knows_tells_nothing() -> None:
    assert lines().message(read(CANCEL)[0]) == []


def test_challenge_is_no_refusal_but_a_second_one_is() -> None:
    phones = lines()

    def sent(number: int, credentials: str = "") -> SipMessage:
        text = f"REGISTER sip:{ASTERISK} SIP/2.0\nTo: <sip:ana@{ASTERISK}>\nCall-ID: r\n"
        text += f"CSeq: {number} REGISTER\n{credentials}"
        return read(traced(text, source=OWN, destination=ASTERISK))[0]

    def came(status: str, number: int) -> SipMessage:
        text = f"SIP/2.0 {status}\nTo: <sip:ana@{ASTERISK}>\nCall-ID: r\nCSeq: {number} REGISTER"
        return read(traced(text))[0]

    phones.message(sent(1))
    assert phones.message(came("401 Unauthorized", 1)) == []
    phones.message(sent(2, "Authorization: Digest x"))
    ((user, event),) = phones.message(came("401 Unauthorized", 2))
    assert (user, isinstance(event, RegistrationRefused)) == ("ana", True)
    ((_, event),) = phones.message(came("200 OK", 3))
    assert isinstance(event, Registered)
