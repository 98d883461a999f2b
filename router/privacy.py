"""The last net: what looks like a telephone number does not leave the engine in a text."""

from __future__ import annotations

import re

HIDDEN = "[number]"

# A number in international form, or one that a channel (`PJSIP/55...`) or an address (`sip:55...`)
# is named after. Other runs of digits are left alone, and so are Asterisk's ids (`1772388000.12`).
_NUMBER = re.compile(r"([+/:]\+?)\d{7,15}(?!\d|\.\d)")


def scrub(text: str) -> str:
    """The text with numbers hidden."""
    return _NUMBER.sub(rf"\1{HIDDEN}", text)
