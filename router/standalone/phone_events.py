"""What happens to a telephone, as it happens; every instant `at` is `time.monotonic()` seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneEvent:
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEvent(PhoneEvent):
    call_id: str
    """The SIP Call-ID of this leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled(CallEvent):
    """The phone's INVITE has left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming(CallEvent):
    """An INVITE arrived; the phone answers 180 Ringing in the same millisecond."""

    from_header: str
    headers: Mapping[str, str]
    """By lower-case name, all that the INVITE carried: P-Asserted-Identity, Diversion and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ringing(CallEvent):
    """The far end rings (180)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Established(CallEvent):
    """The call is up: 200 and ACK."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioArrived(CallEvent):
    """The call's first RTP packet came in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitBegan(CallEvent):
    """The first RFC 2833 packet of a digit that the far end pressed."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitEnded(CallEvent):
    """Its last packet; told only of far ends that send sound between a digit's packets, as baresip
    does and Asterisk does not (baresip looks for digits only where the payload type changes)."""

    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancelled(CallEvent):
    """CANCEL arrived: from here on the phone does not ring any more."""

    reason: str
    """The Reason header (`SIP;cause=200;text="Call completed elsewhere"`), or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(CallEvent):
    """The call is over, whoever ended it."""

    reason: str
    status: int | None
    """The SIP status of a call that was refused, else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered(PhoneEvent):
    """The registrar accepted the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationRefused(PhoneEvent):
    reason: str
