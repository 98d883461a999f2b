"""What an admin wrote: whether the flow files hold, and whom of the roster nobody asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from router import errors
from router.adapters.flow_files import load
from router.adapters.roster_file import RosterFile
from router.core.policy import Policy
from router.core.routing.agent import AgentProfile
from router.doctor.finding import Finding, critical, warning

SOON = timedelta(days=30)


def read(folder: Path) -> tuple[Policy | None, list[Finding]]:
    """The rules, or why there are none."""
    try:
        return load(folder), []
    except errors.FlowFilesInvalid as error:
        return None, [
            critical("flows", str(folder), line, "Correct it; `hotline check` shows the place.")
            for line in str(error).splitlines()
        ]


def roster(file: Path) -> tuple[list[AgentProfile], list[Finding]]:
    """Who works here; a damaged file is looked at, never moved."""
    troubles: list[str] = []
    # Reading sets a damaged one aside: that is the engine's to do, so it is read from a copy.
    with TemporaryDirectory() as aside:
        copy = Path(aside, file.name)
        try:
            copy.write_bytes(file.read_bytes())
        except FileNotFoundError:
            return [], []
        except OSError as refusal:
            return [], [_unreadable(file, f"It cannot be read ({refusal.strerror}).")]
        entries = RosterFile(copy, on_trouble=lambda name, _: troubles.append(name)).load()
    if troubles:
        return [], [_unreadable(file, "It is damaged: after a restart nobody would be logged in.")]
    return [entry.profile for entry in entries], []


def unasked(agents: Sequence[AgentProfile], policy: Policy) -> Iterator[Finding]:
    """Agents of whom no queue asks a skill wait in vain."""
    asked = policy.skills_asked()
    for agent in agents:
        if agent.skills and not asked & agent.skills.keys():
            yield warning(
                "roster",
                str(agent.id),
                f"No queue asks for any skill of this agent ({', '.join(sorted(agent.skills))}).",
                "Correct the roster, or the queues in ivr/queues.yaml.",
            )


def running_out(agents: Sequence[AgentProfile], now: datetime) -> Iterator[Finding]:
    """Skills that end within 30 days: from then on nobody rings the agent for them (S1)."""
    for agent in agents:
        for skill, validity in agent.validity.items():
            ends = validity.ends
            if ends is not None and ends <= now + SOON:
                when = f"in {(ends - now) // timedelta(days=1)} days" if ends > now else "already"
                yield warning(
                    "roster",
                    str(agent.id),
                    f"The skill {skill} of this agent ends {when}.",
                    "Renew it in the roster and import it, or see that somebody else has it.",
                )


def _unreadable(file: Path, what: str) -> Finding:
    return critical("roster", str(file), what, "Run `hotline agents import` again.")
