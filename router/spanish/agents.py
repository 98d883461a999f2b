"""What happened to agents, in Spanish."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from router.core.house_records import AgentStateChanged, DeviceStateChanged
from router.core.records import AgentLost, Ended, LadderLeft, PromptRecorded
from router.core.shift_records import (
    PairsRead,
    RestBegan,
    RestEnded,
    ShiftRecord,
    SkillsChanged,
    WrapUpEnded,
    WrapUpExtended,
    WrapUpStarted,
)
from router.core.vocabulary import AgentState, EndedBy
from router.durations import span
from router.spanish.glossary import DEVICES, ENDED, STATES, language, reason
from router.spanish.grammar import counted
from router.story import OfAgent

MINUTE = timedelta(minutes=1)

_LEFT_LADDER = {
    "declined": "no retoma la llamada",
    "machine": "no marca 1",
    "not_reached": "no contestó cuando se le volvió a marcar",
    "away": "ya no está atendiendo",
}


def of_agent(record: OfAgent) -> str:
    """What a record says, without its time."""
    match record:
        case AgentLost(agent=agent, cause=cause, talked=talked):
            cut = f"se corta la conexión de {agent} tras {span(talked)} (causa {cause})"
            return f"{cut}: quien llama sigue en la línea"
        case LadderLeft(agent=agent, why=why):
            return f"{agent} {_LEFT_LADDER.get(why, why)}: la llamada es de quien esté libre"
        case Ended(agent=agent, by=EndedBy.AGENT, talked=talked):
            return f"{agent} cuelga tras {span(talked)} de conversación"
        case Ended(agent=agent, by=by, talked=talked):
            return f"{ENDED[by]} tras {span(talked)} con {agent}"
        case WrapUpStarted(agent=agent, lasts=lasts):
            end = f"durante {span(lasts)}" if lasts is not None else "hasta que las termine"
            return f"{agent} escribe sus notas, {end}"
        case WrapUpEnded(agent=agent, by=by, lasted=lasted):
            ended = "da por terminadas sus notas" if by == EndedBy.AGENT else "termina sus notas"
            return f"{agent} {ended} tras {span(lasted)}"
        case AgentStateChanged(agent=agent, state=state, reason=given):
            stands = "tiene una llamada timbrando"
            if state is not AgentState.OFFERED:
                stands = f"está {STATES[state]}"
            return f"{agent} {stands}" + (f" ({reason(given)})" if given else "")
        case PromptRecorded(agent=agent, prompt=prompt, why=why):
            failed = f", pero no se pudo guardar ({why})" if why else ""
            return f"{agent} graba el mensaje {prompt} en {language(record.language)}{failed}"
        case DeviceStateChanged(agent=agent, device=device, reachable=reachable):
            has = "tiene conexión" if reachable else "no tiene conexión"
            return f"el {DEVICES[device]} de {agent} {has}"
        case _:
            assert_never(record)


def of_shift(record: ShiftRecord) -> str:
    """What a record says, without its time."""
    match record:
        case PairsRead(known=known, apart=apart):
            pairs = "1 par se mantiene" if apart == 1 else f"{apart} pares se mantienen"
            talked = "1 persona usuaria" if known == 1 else f"{known} personas usuarias"
            return f"{pairs} aparte; de {talked} se sabe con qué agente fue su última conversación"
        case SkillsChanged(agent=agent, begun=begun, ended=ended):
            parts = [f"{skill} empieza a contar" for skill in begun]
            parts += [f"{skill} ha terminado" for skill in ended]
            return f"habilidades de {agent} según la plantilla: {', '.join(parts)}"
        case RestBegan(agent=agent, in_a_row=in_a_row, talked=talk):
            calls = counted(in_a_row, "llamada seguida", "llamadas seguidas")
            return (
                f"{agent} no recibe llamadas de alta carga hasta que tome un descanso: {calls},"
                f" {talk // MINUTE} min de conversación"
            )
        case RestEnded(agent=agent, why="needed"):
            due = "aunque le toca un descanso: no hay nadie más en turno"
            return f"{agent} vuelve a recibir llamadas de alta carga, {due}"
        case RestEnded(agent=agent):
            return f"{agent} vuelve a recibir llamadas de alta carga"
        case WrapUpExtended(agent=agent):
            return f"{agent} toma más tiempo para sus notas"
        case _:
            assert_never(record)
