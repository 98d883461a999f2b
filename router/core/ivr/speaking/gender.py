"""The gender of what a number counts."""

from __future__ import annotations

from enum import StrEnum


class Gender(StrEnum):
    """Un minuto, una hora."""

    MASCULINE = "masculine"
    FEMININE = "feminine"
