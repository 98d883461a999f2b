"""Asterisk's way of writing a time."""

from __future__ import annotations

from datetime import datetime


def instant(text: str) -> datetime:
    """`2026-11-24T15:07:03.278+0000`; ValueError if it is no time, or has no offset."""
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return read
