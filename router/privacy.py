"""The last net: what looks like a telephone number does not leave the engine in a text."""

from __future__ import annotations

import re

HIDDEN = "[number]"

# A number in international form, or one that a channel or a SIP address is named after. Bare runs
# of digits are left alone: Asterisk's own ids are such runs.
_NUMBER = re.compile(
    r"\+\d{7,15}|(?i:(?<=\bPJSIP/)|(?<=\bsips:)|(?<=\bsip:)|(?<=\btel:))\d{7,15}"
)


def scrub(text: str) -> str:
    """The text with numbers hidden."""
    return _NUMBER.sub(HIDDEN, text)
