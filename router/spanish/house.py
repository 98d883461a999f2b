"""What happened to the house and not to a call, in Spanish; an alarm's own text stays English."""

from __future__ import annotations

from typing import assert_never

from router.core.house_records import (
    AlarmCleared,
    AlarmRaised,
    NodeConnected,
    NodeLost,
    PolicyChanged,
    RosterChanged,
)
from router.spanish.grammar import counted, listed
from router.story import OfHouse


def of_house(record: OfHouse) -> str:
    """What a record says, without its time."""
    match record:
        case RosterChanged(agents=agents, added=added, removed=removed):
            new = f"; altas: {listed(added)}" if added else ""
            gone = f"; bajas: {listed(removed)}" if removed else ""
            return f"la plantilla tiene {counted(agents, 'agente')}{new}{gone}"
        case PolicyChanged(version=version, files=files, by=by):
            changed = f", con cambios en {listed(files)}" if files else ""
            return f"rige la política {version}{changed}{f', por {by}' if by else ''}"
        case NodeConnected(node=node, legs=legs, handed=handed, kept=kept, adopted=adopted):
            taken = counted(adopted, "llamada retomada", "llamadas retomadas")
            return (
                f"hay conexión con Asterisk {node}: {counted(legs, 'canal', 'canales')},"
                f" {counted(kept, 'conservado')}, {taken},"
                f" {counted(handed, 'entregada')} al respaldo"
            )
        case NodeLost(node=node):
            return f"se pierde la conexión con Asterisk {node}; sus llamadas siguen"
        case AlarmRaised(alarm=alarm, text=text):
            return f"ALARMA {alarm}: {text}"
        case AlarmCleared(alarm=alarm):
            return f"termina la alarma {alarm}"
        case _:
            assert_never(record)
