"""The hotline's words in Spanish, each chosen once, of whatever has a closed list."""

from __future__ import annotations

from router.core.vocabulary import AgentState, DeviceKind, EndedBy

STATES = {
    AgentState.LOGGED_OUT: "fuera de turno",
    AgentState.READY: "disponible",
    AgentState.OFFERED: "timbrando",
    AgentState.TALKING: "en llamada",
    AgentState.WRAP_UP: "en notas",
    AgentState.PAUSED: "en pausa",
}
DEVICES = {
    DeviceKind.DESK: "teléfono de escritorio",
    DeviceKind.PHONE: "teléfono externo",
}
ENDED = {
    EndedBy.CALLER: "quien llama cuelga",
    EndedBy.AGENT: "el agente cuelga",
    EndedBy.SYSTEM: "el sistema la termina",
    EndedBy.LOST: "se pierde la conexión",
}
_LANGUAGES = {"es": "español", "en": "inglés"}
_PAUSES = {
    "own": "por decisión propia",
    "missed_offers": "llamadas sin contestar",
    "break": "descanso",
}


OUTCOMES = {
    "menu": "en el menú",
    "queued": "en espera",
    "waiting": "en espera",
    "offered": "timbrando",
    "talking": "en conversación",
    "after": "en la despedida",
    "answered": "atendida",
    "abandoned": "abandonada",
    "timed_out": "salió sin agente",
    "handed_to_fallback": "en el respaldo",
    "left": "colgó en el menú",
    "open": "sin final",
}
"""Stages of a live call, and what became of one."""


def language(code: str) -> str:
    """One of the admin's own, by its code."""
    return _LANGUAGES.get(code, code)


def reason(given: str) -> str:
    """Why an agent stands as they do: what a person typed is theirs, and stays."""
    return _PAUSES.get(given, given)
