"""Why a leg ended: what Asterisk tells, in the core's words (each row seen on 22.10.1)."""

from __future__ import annotations

from dataclasses import dataclass

from router.core.vocabulary import LegEnding

NORMAL = 16
"""Q.850: normal clearing."""

# Q.850's "normal class" as far as a person's doing goes, and 0: a BYE without a reason. An
# established leg that ends with anything else (44: no RTP, 18: the session timer's 408) is lost.
_HUNG_UP = frozenset({0, 16, 17, 21, 26, 31})

_DECLINED = frozenset({17, 21})
_NO_ANSWER = frozenset({18, 19})
# A leg that did not answer yet was withdrawn by us; 26: "answered elsewhere".
_WITHDRAWN = frozenset({0, 16, 26})

# 408 without ringing is a phone that was never reached; Asterisk's own time-out says 19 and 480.
_REQUEST_TIMEOUT = 408


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """`q850` as Asterisk maps it, `sip` the final response if there was one."""

    q850: int = 0
    sip: int = 0


def ending(cause: Cause, *, channel_state: str) -> LegEnding:
    """`channel_state` is the last one: a leg that is `Up` was answered, a `Ringing` one rang."""
    if channel_state == "Up":
        return LegEnding.HUNG_UP if cause.q850 in _HUNG_UP else LegEnding.LOST
    if cause.q850 in _WITHDRAWN:
        return LegEnding.HUNG_UP
    if cause.q850 in _DECLINED:
        return LegEnding.DECLINED
    if cause.sip == _REQUEST_TIMEOUT and channel_state != "Ringing":
        return LegEnding.UNREACHABLE
    if cause.q850 in _NO_ANSWER:
        return LegEnding.NO_ANSWER
    return LegEnding.UNREACHABLE
