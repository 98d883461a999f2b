"""What the doctor finds: how grave, where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How soon somebody has to act."""

    CRITICAL = "critical"
    """Callers are lost, or strangers may do harm."""
    WARNING = "warning"
    """Nobody suffers yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not well. `check` is its stable name, for programs."""

    check: str
    severity: Severity
    where: str
    what: str
    remedy: str


def critical(check: str, where: str, what: str, remedy: str) -> Finding:
    """Act now."""
    return Finding(check=check, severity=Severity.CRITICAL, where=where, what=what, remedy=remedy)


def warning(check: str, where: str, what: str, remedy: str) -> Finding:
    """Act soon."""
    return Finding(check=check, severity=Severity.WARNING, where=where, what=what, remedy=remedy)
