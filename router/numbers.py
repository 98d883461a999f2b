"""Telephone numbers as they are written: to E.164 short codes kept apart."""

from __future__ import annotations

import re

import phonenumbers

HOME = "MX"
"""Where a number without a country code belongs."""

# Mexico dropped these in 2019; some carriers still send them: `+52 1` and 044, 045 (mobiles), 01.
_OLD_PREFIX = re.compile(r"^(?:\+?521|04[45]|01)(\d{10})$")
# The usual form, which every call of the carrier has: no need to parse it (40 us, measured).
_HOME_E164 = re.compile(r"\+52[2-9]\d{9}", re.ASCII)
_DIALLED = re.compile(r"[+\d][\d ().\-/]*")


def e164(text: str) -> str | None:
    """`+525512345678` for any way to write it; None if it cannot be such a number."""
    if _HOME_E164.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(_OLD_PREFIX.sub(r"+52\1", text), HOME)
    except phonenumbers.NumberParseException:
        return None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def caller_number(text: str) -> str | None:
    """What a network says the caller's number is, so that one telephone has one spelling.

    Short codes and numbers of a private exchange stay as they are, without a plus sign. None: the
    caller withheld it (`anonymous`, `Restricted`, nothing).
    """
    text = text.strip()
    if _DIALLED.fullmatch(text) is None:
        return None
    return e164(text) or re.sub(r"\D", "", text) or None
