"""How agents look: a table of all, a sheet of one, a line after a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo

from rich.console import Console, Group, RenderableType
from rich.text import Text

from router.cli.both import Both, both, column, label
from router.cli.look import STATE_STYLES, clock, counted, facts, lasted, listed, narrow, table
from router.core.routing.agent import Validity
from router.core.snapshot import AgentView
from router.core.vocabulary import AgentId, AgentState, Device, DeviceKind
from router.spanish import grammar as spanish
from router.spanish.glossary import STATES, reason

TELEPHONES = {DeviceKind.DESK: "escritorio", DeviceKind.PHONE: "externo"}
"""Short, for a column that is headed so."""


def agents_table(views: Iterable[AgentView], at: datetime, console: Console) -> RenderableType:
    """Everyone; on a narrow terminal only what matters most."""
    small = narrow(console)
    columns = [
        column("clave", "id"),
        column("nombre", "name", whole=False),
        column("situación", "state", whole=False),
        column("teléfonos", "telephones"),
    ]
    if not small:
        columns += [
            column("desde hace", "for", right=True),
            column("habilidades", "skills", whole=False),
        ]
    shown = table(*columns, tight=small)
    for view in views:
        row: list[RenderableType] = [
            Text(view.profile.id),
            Text(view.profile.name),
            _state_and_reason(view),
            _telephones(view, "\n" if small else "  "),
            Text(lasted(at - view.since)),
            Text(_skills(view), "dim"),
        ]
        shown.add_row(*row[: len(shown.columns)])
    return shown


def agent_sheet(view: AgentView, zone: tzinfo) -> RenderableType:
    """One agent, with what only `show` may tell."""
    sheet = facts()
    since = clock(view.since, zone)
    stands = _state_and_reason(view).said
    sheet.add_row(
        label("situación", "state"),
        both(
            f"{stands.es} desde las {since}",
            f"{stands.en} since {since}",
            STATE_STYLES[view.state],
        ),
    )
    if view.until is not None and view.state in (AgentState.WRAP_UP, AgentState.PAUSED):
        sheet.add_row(label("hasta", "until"), clock(view.until, zone))
    if view.resting:
        heavy = "de llamadas de alta carga, hasta que tome un descanso (A3)"
        told = both(heavy, "from heavy calls, until a break (A3)")
        sheet.add_row(label("descansa", "rests"), told)
    if view.call is not None:
        sheet.add_row(label("llamada", "call"), Text(view.call))
    sheet.add_row(label("habilidades", "skills"), Text(_skills(view)))
    for skill, validity in view.profile.validity.items():
        sheet.add_row("", _counts(skill, validity, zone))
    for device, (_, reachable) in zip(view.profile.devices, view.reachable, strict=True):
        told = _device(device, view.profile.id, reachable)
        sheet.add_row(label("teléfono", "telephone"), told)
    wrap_up = view.profile.wrap_up
    lasts = both("según la cola", "as the queue says") if wrap_up is None else lasted(wrap_up)
    sheet.add_row(label("notas", "wrap-up"), lasts)
    return Group(Text.assemble((view.profile.name, "bold"), f" ({view.profile.id})"), sheet)


def agent_line(view: AgentView) -> Text:
    """Where an agent stands now."""
    who = Text(f"{view.profile.name} ({view.profile.id}) ")
    return who + _state_and_reason(view).on_one_row() + Text("  ") + _telephones(view, "  ")


def imported_line(agents: int, added: Sequence[AgentId], removed: Sequence[AgentId]) -> Both:
    """How many the roster has now, who is new and who is gone."""
    nuevos = [f"altas: {spanish.listed(added)}"] if added else []
    new = [f"new: {listed(added)}"] if added else []
    nuevos += [f"bajas: {spanish.listed(removed)}"] if removed else []
    new += [f"gone: {listed(removed)}"] if removed else []
    es = f"{spanish.counted(agents, 'agente')} en la plantilla. {'; '.join(nuevos)}"
    en = f"{counted(agents, 'agent')} on the roster. {'; '.join(new)}"
    return both(es.rstrip(), en.rstrip())


def _state_and_reason(view: AgentView) -> Both:
    es, en = STATES[view.state], view.state.value
    en = en.replace("_", "-" if view.state is AgentState.WRAP_UP else " ")
    if view.reason:
        es, en = f"{es} ({reason(view.reason)})", f"{en} ({view.reason})"
    return both(es, en, STATE_STYLES[view.state])


def _skills(view: AgentView) -> str:
    return ", ".join(f"{skill} {level}" for skill, level in view.profile.skills.items())


def _counts(skill: str, validity: Validity, zone: tzinfo) -> Both:
    """From the day on which it begins to the last on which it counts."""
    es, en = [skill], [skill]
    if validity.begins is not None:
        begins = f"{validity.begins.astimezone(zone):%Y-%m-%d}"
        es.append(f"desde el {begins}")
        en.append(f"from {begins}")
    if validity.ends is not None:
        last = validity.ends.astimezone(zone) - timedelta(microseconds=1)
        es.append(f"hasta el {last:%Y-%m-%d}")
        en.append(f"until {last:%Y-%m-%d}")
    return both(" ".join(es), " ".join(en))


def _telephones(view: AgentView, between: str) -> Text:
    parts = [
        Text("● " if reachable else "○ ", "green" if reachable else "red")
        + both(TELEPHONES[kind], kind.value, "" if reachable else "dim").on_one_row()
        for kind, reachable in view.reachable
    ]
    return Text(between).join(parts) if parts else both("ninguno", "none", "red").on_one_row()


def _device(device: Device, agent: str, reachable: bool) -> Both:
    if device.kind is DeviceKind.PHONE:
        es, en = f"externo {device.number}", f"phone {device.number}"
    elif device.address is not None:
        es, en = f"de escritorio {device.address}", f"desk {device.address}"
    else:
        es = f"de escritorio, se registra como {agent} con la contraseña {device.password}"
        en = f"desk, registers as user {agent} with password {device.password}"
    if reachable:
        return both(f"● {es}, con conexión", f"{en}, reachable", "green")
    return both(f"○ {es}, sin conexión", f"{en}, not reachable", "red")
