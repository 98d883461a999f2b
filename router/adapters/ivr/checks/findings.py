"""What the check finds: a code, where, about what, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from router.adapters.ivr.problems import Place


class Severity(StrEnum):
    """`error`: a caller may be lost by it; `warning`: a caller may be served badly."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What is looked for; `docs/checks/<code>.md` explains it."""

    severity: Severity
    title: str


CODES: Mapping[str, Code] = {
    code: Code(severity=severity, title=title)
    for code, severity, title in (
        ("IVR001", Severity.ERROR, "the files cannot be read as they are written"),
        ("IVR002", Severity.ERROR, "a variable is read before it is set"),
        ("IVR003", Severity.ERROR, "a prompt has no text in a language of the callers"),
        ("IVR004", Severity.ERROR, "a way goes round, and comes to no person and no goodbye"),
        ("IVR005", Severity.ERROR, "a flow never comes to a person"),
        ("IVR006", Severity.ERROR, "two keys of a step clash"),
        ("IVR007", Severity.WARNING, "a step is reached by nobody"),
        ("IVR008", Severity.ERROR, "a caller who presses nothing does not come to crisis"),
        ("IVR009", Severity.WARNING, "crisis is too far away"),
        ("IVR010", Severity.WARNING, "a menu announces more than 6 options"),
        ("IVR011", Severity.WARNING, "a menu is longer than 20 s"),
        ("IVR012", Severity.ERROR, "nobody has the skills that a queue asks for"),
        ("IVR013", Severity.WARNING, "nobody is rostered for a queue at some hour"),
        ("IVR014", Severity.WARNING, "hours that never open"),
        ("IVR015", Severity.ERROR, "a caller in crisis may come to a recorder"),
        ("IVR016", Severity.ERROR, "a web request has no default"),
        ("IVR017", Severity.WARNING, "a queue is asked for by nobody"),
        ("IVR018", Severity.WARNING, "a skill is asked for by nobody"),
        ("IVR019", Severity.WARNING, "a finding is accepted that is not there"),
        ("IVR020", Severity.ERROR, "the system may hang up on a caller in crisis"),
        ("IVR021", Severity.WARNING, "a widening step adds nobody"),
        ("IVR022", Severity.WARNING, "a reserve is larger than the staff"),
        ("IVR023", Severity.WARNING, "two queues of one class share people"),
        ("IVR024", Severity.WARNING, "a queue has nobody of its own"),
        ("IVR025", Severity.WARNING, "a skill runs out"),
        ("IVR026", Severity.WARNING, "limits for heavy calls that come to nothing"),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`of` names what it is about, however the lines of the file move: `step linea.menu`."""

    code: str
    place: Place
    of: str
    wrong: str
    remedy: str

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def docs(self) -> str:
        """The page that explains it."""
        return f"docs/checks/{self.code}.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A finding that is meant so."""

    finding: Finding
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`loads` False: the files cannot be put in force, and nothing else was looked at."""

    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...] = ()
    loads: bool = True


@dataclass(slots=True)
class Findings:
    """Those found so far, each once."""

    found: dict[tuple[str, str], Finding] = field(default_factory=dict)

    def add(self, code: str, place: Place, of: str, wrong: str, remedy: str) -> None:
        finding = Finding(code=code, place=place, of=of, wrong=wrong, remedy=remedy)
        self.found.setdefault((code, of), finding)
