"""One thing, said in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """Mexican Spanish, which is shown first, and the English that stands beside it."""

    es: str
    en: str
