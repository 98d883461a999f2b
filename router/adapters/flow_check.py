"""Whether the flow files serve callers well: meaning, not only shape."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from router.adapters.flow_files import read_files
from router.adapters.ivr.checks.acceptance import in_order, read_accepted, weighed
from router.adapters.ivr.checks.classes import look_at_classes, look_at_heavy, look_at_widening
from router.adapters.ivr.checks.findings import Checked, Finding, Findings
from router.adapters.ivr.checks.menus import (
    look_at_clashes,
    look_at_defaults,
    look_at_menus,
)
from router.adapters.ivr.checks.people import look_at_hours, look_at_queues, look_at_roster
from router.adapters.ivr.checks.rota import Rota, read_rota
from router.adapters.ivr.checks.sight import seen
from router.adapters.ivr.checks.staffing import look_at_ends, look_at_reserves, look_at_starving
from router.adapters.ivr.checks.ways import look_at_crisis, look_at_hang_ups, look_at_reach
from router.adapters.ivr.problems import Problem, Problems
from router.adapters.roster_yaml import read_roster
from router.errors import FlowFilesInvalid, RosterInvalid


def check(folder: Path, roster: Path | None = None, *, now: datetime | None = None) -> Checked:
    """Everything that is found `now`, and what of it is accepted. Raises RosterInvalid."""
    now = now or datetime.now(UTC)
    problems, rota = Problems(), None if roster is None else _rota(roster, now)
    try:
        files = read_files(folder, problems)
    except FlowFilesInvalid:
        return _unread(problems)
    flows = [each.root for each in files.flows.values() if each is not None]
    look_at_clashes(flows, problems)
    look_at_defaults(flows, problems)
    acceptances = read_accepted(folder, problems)
    if problems.found:
        return _unread(problems)
    sight, findings = seen(files, folder), Findings()
    look_at_reach(sight, findings)
    look_at_crisis(sight, findings)
    look_at_hang_ups(sight, findings)
    look_at_menus(sight, findings)
    look_at_hours(sight, findings)
    look_at_queues(sight, findings)
    look_at_widening(sight, findings)
    look_at_classes(sight, findings)
    look_at_heavy(sight, findings)
    if rota is not None:
        look_at_roster(sight, rota, findings)
        look_at_reserves(sight, rota, findings)
        look_at_starving(sight, rota, findings)
        look_at_ends(rota, findings, now)
    return weighed(findings, acceptances, rostered=rota is not None)


def _unread(problems: Problems) -> Checked:
    return Checked(findings=in_order(_finding(each) for each in problems.found), loads=False)


def _finding(problem: Problem) -> Finding:
    guess = "" if problem.guess is None else f" Did you mean {problem.guess}?"
    return Finding(
        code=problem.code,
        place=problem.place,
        of=str(problem.place),
        wrong=problem.wrong,
        remedy=f"Expected {problem.expected}.{guess}",
    )


def _rota(file: Path, now: datetime) -> Rota:
    try:
        text = file.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as failure:
        raise RosterInvalid(
            problems=f"{file} cannot be read ({failure.strerror}). Name a file of agents."
        ) from failure
    return read_rota(text, str(file), read_roster(text, str(file)), now)
