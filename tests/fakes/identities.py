"""Callers' keys without numbers: a fake that remembers only what it gave out."""

from __future__ import annotations

import hashlib

from router.core.vocabulary import CallerKey, CallId


class FakeIdentities:
    """The same number has the same key; a withheld one has none."""

    def __init__(self) -> None:
        self.sealed: dict[CallId, CallerKey] = {}
        self.to_call: dict[CallId, str] = {}

    def seal(self, call: CallId, number: str) -> CallerKey | None:
        if not any(character.isdigit() for character in number):
            return None
        key = CallerKey(hashlib.sha256(number.encode()).hexdigest()[:16])
        self.sealed[call] = key
        return key

    def keep_for_callback(self, call: CallId, number: str) -> None:
        self.to_call[call] = number
