"""From what baresip reports and traces to what happened to which of its phones."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection

from router.standalone import phone_events as events
from router.standalone.baresip_control import LineEvent
from router.standalone.sip_trace import SipMessage

_USER = re.compile(r"sips?:([^@;>]+)@")
_STATUS = re.compile(r"(\d{3}) ")

# A phone's user, and what happened to it.
Told = tuple[str, events.PhoneEvent]


class PhoneLines:
    """SIP messages tell what comes in and goes out; baresip's events tell what became of it."""

    def __init__(
        self,
        own: str,
        users: Collection[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._own = own
        self._users = users
        self._clock = clock
        self._calls: dict[str, str] = {}
        # Events and traces come by different ways: an event may overtake its call's INVITE.
        self._early: dict[str, list[events.CallEvent]] = {}
        self._digit: dict[str, str] = {}
        self._with_credentials: set[str] = set()

    def message(self, message: SipMessage) -> list[Told]:
        received = message.source != self._own
        match message.method, received:
            case "INVITE", True:
                return self._invited(message)
            case "INVITE", False:
                return self._inviting(message)
            case "CANCEL", True:
                return self._of_call(
                    message.call_id,
                    events.Cancelled(
                        at=self._clock(),
                        call_id=message.call_id,
                        reason=message.headers.get("reason", ""),
                    ),
                )
            case "REGISTER", False if "authorization" in message.headers:
                self._with_credentials.add(_transaction(message))
            case "", True if message.headers.get("cseq", "").endswith(" REGISTER"):
                return self._registered(message)
        return []

    def event(self, event: LineEvent) -> list[Told]:
        at, call_id = self._clock(), event.call_id
        told: events.CallEvent
        match event.kind:
            case "CALL_RINGING":
                told = events.Ringing(at=at, call_id=call_id)
            case "CALL_ESTABLISHED":
                told = events.Established(at=at, call_id=call_id)
            case "CALL_RTPESTAB":
                told = events.AudioArrived(at=at, call_id=call_id)
            case "CALL_DTMF_START":
                self._digit[call_id] = event.detail
                told = events.DigitBegan(at=at, call_id=call_id, digit=event.detail)
            case "CALL_DTMF_END":
                digit = self._digit.pop(call_id, "")
                told = events.DigitEnded(at=at, call_id=call_id, digit=digit)
            case "CALL_CLOSED":
                status = _STATUS.match(event.detail)
                told = events.Closed(
                    at=at,
                    call_id=call_id,
                    reason=event.detail,
                    status=int(status[1]) if status else None,
                )
            case _:
                return []
        if call_id not in self._calls:
            self._early.setdefault(call_id, []).append(told)
            return []
        return self._of_call(call_id, told)

    def _invited(self, message: SipMessage) -> list[Told]:
        called = _user(message.first_line)
        # Again: sent twice, or a re-INVITE within the call.
        if message.call_id in self._calls or not message.opens_dialog:
            return []
        self._calls[message.call_id] = self._known(called)
        return self._begun(
            events.Incoming(
                at=self._clock(),
                call_id=message.call_id,
                from_header=message.headers.get("from", message.headers.get("f", "")),
                headers=message.headers,
            ),
        )

    def _inviting(self, message: SipMessage) -> list[Told]:
        # Again: with credentials, after a 401, or sent twice.
        if message.call_id in self._calls or not message.opens_dialog:
            return []
        self._calls[message.call_id] = self._known(_user(message.headers.get("from", "")))
        return self._begun(events.Dialled(at=self._clock(), call_id=message.call_id))

    def _begun(self, first: events.CallEvent) -> list[Told]:
        """The call's first event, and those that came before it."""
        user = self._calls[first.call_id]
        early = self._early.pop(first.call_id, [])
        return [(user, first), *((user, event) for event in early)]

    def _registered(self, message: SipMessage) -> list[Told]:
        status = message.first_line.removeprefix("SIP/2.0 ")
        user = self._known(_user(message.headers.get("to", message.headers.get("t", ""))))
        if status.startswith("200"):
            return [(user, events.Registered(at=self._clock()))]
        # A 401 before any credentials were sent is only the challenge.
        proved = _transaction(message) in self._with_credentials
        if status.startswith("1") or (status.startswith(("401", "407")) and not proved):
            return []
        return [(user, events.RegistrationRefused(at=self._clock(), reason=status))]

    def _of_call(self, call_id: str, told: events.PhoneEvent) -> list[Told]:
        user = self._calls.get(call_id)
        return [(user, told)] if user is not None else []

    def _known(self, user: str) -> str:
        """baresip adds a suffix of its own to the user in Contact, and the far end calls that."""
        return next(
            (own for own in self._users if user == own or user.startswith(f"{own}-0x")),
            user,
        )


def _transaction(message: SipMessage) -> str:
    return f"{message.call_id} {message.headers.get('cseq', '')}"


def _user(text: str) -> str:
    found = _USER.search(text)
    return found[1] if found else ""
