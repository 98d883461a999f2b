"""How agents look: a table of all, a sheet of one, a line after a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo

from rich.console import Console, Group, RenderableType
from rich.table import Column
from rich.text import Text

from router.cli.look import clock, facts, lasted, narrow, state, table
from router.core.routing.agent import Validity
from router.core.snapshot import AgentView
from router.core.vocabulary import AgentState, Device, DeviceKind


def agents_table(views: Iterable[AgentView], at: datetime, console: Console) -> RenderableType:
    """Everyone; on a narrow terminal only what matters most."""
    small = narrow(console)
    shown = table(
        Column("id", no_wrap=True),
        "name",
        Column("state", no_wrap=True),
        Column("telephones", no_wrap=True),
        tight=small,
    )
    if not small:
        shown.add_column("for", justify="right", no_wrap=True)
        shown.add_column("skills", style="dim")
    for view in views:
        row: list[RenderableType] = [
            Text(view.profile.id),
            Text(view.profile.name),
            _state_and_reason(view),
            _telephones(view),
            Text(lasted(at - view.since)),
            Text(_skills(view)),
        ]
        shown.add_row(*row[: len(shown.columns)])
    return shown


def agent_sheet(view: AgentView, zone: tzinfo) -> RenderableType:
    """One agent, with what only `show` may tell."""
    sheet = facts()
    since = Text(f" since {clock(view.since, zone)}")
    sheet.add_row("state", _state_and_reason(view) + since)
    if view.until is not None and view.state in (AgentState.WRAP_UP, AgentState.PAUSED):
        sheet.add_row("until", clock(view.until, zone))
    if view.resting:
        sheet.add_row("rests", "from heavy calls, until a break (A3)")
    if view.call is not None:
        sheet.add_row("call", Text(view.call))
    sheet.add_row("skills", Text(_skills(view)))
    for skill, validity in view.profile.validity.items():
        sheet.add_row("", Text(f"{skill} {_counts(validity, zone)}"))
    for device, (_, reachable) in zip(view.profile.devices, view.reachable, strict=True):
        sheet.add_row("telephone", _device(device, view.profile.id) + _reach(reachable))
    wrap_up = view.profile.wrap_up
    sheet.add_row("wrap-up", "as the queue says" if wrap_up is None else lasted(wrap_up))
    return Group(Text.assemble((view.profile.name, "bold"), f" ({view.profile.id})"), sheet)


def agent_line(view: AgentView) -> Text:
    """Where an agent stands now."""
    who = f"{view.profile.name} ({view.profile.id}) "
    return Text(who) + _state_and_reason(view) + Text("  ") + _telephones(view)


def _state_and_reason(view: AgentView) -> Text:
    shown = state(view.state)
    return shown + Text(f" ({view.reason})", "dim") if view.reason else shown


def _skills(view: AgentView) -> str:
    return ", ".join(f"{skill} {level}" for skill, level in view.profile.skills.items())


def _counts(validity: Validity, zone: tzinfo) -> str:
    """From the day on which it begins to the last on which it counts."""
    parts = []
    if validity.begins is not None:
        parts.append(f"from {validity.begins.astimezone(zone):%Y-%m-%d}")
    if validity.ends is not None:
        last = validity.ends.astimezone(zone) - timedelta(microseconds=1)
        parts.append(f"until {last:%Y-%m-%d}")
    return " ".join(parts)


def _telephones(view: AgentView) -> Text:
    parts = [
        Text.assemble(
            ("● ", "green") if reachable else ("○ ", "red"),
            (kind.value, "" if reachable else "dim"),
        )
        for kind, reachable in view.reachable
    ]
    return Text(" ").join(parts) if parts else Text("none", "red")


def _reach(reachable: bool) -> Text:
    return Text("  ● reachable", "green") if reachable else Text("  ○ not reachable", "red")


def _device(device: Device, agent: str) -> Text:
    if device.kind is DeviceKind.PHONE:
        return Text(f"phone {device.number}")
    if device.address is not None:
        return Text(f"desk {device.address}")
    return Text(f"desk, registers as user {agent} with password {device.password}")
