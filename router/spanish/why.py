"""Why this agent was rung, and why nobody yet, in Spanish: as `router.why` says it in English."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.routing.explain import Exclusion, KeptWaiting, Stands, StillWaiting, Why
from router.core.vocabulary import AgentId, QueueName
from router.durations import rounded
from router.spanish.grammar import counted, skills

NAMED_AT_MOST = 4

_EXCLUDED = {
    Exclusion.NOT_QUALIFIED: "sin las habilidades que se piden",
    Exclusion.RESTING: "en descanso de llamadas de alta carga",
    Exclusion.BUSY: "en otra llamada",
    Exclusion.RETURNING: "en reserva para la llamada que perdió su línea",
    Exclusion.PAUSED: "en pausa",
    Exclusion.WRAP_UP: "en notas",
    Exclusion.UNREACHABLE: "sin teléfono al que se pueda marcar",
    Exclusion.NEVER_PAIR: "con indicación de no atender a quien llama",
    Exclusion.SKIPPED: "con un intento previo",
    Exclusion.COOLING_DOWN: "con una llamada recién perdida",
    Exclusion.RESERVED: "en reserva para llamadas más graves",
}

_STANDS = {
    None: "está libre y puede atender: se le está ofreciendo la llamada, o hay quien va antes",
    Exclusion.NOT_QUALIFIED: "no tiene las habilidades que se piden ahora (S1, S2)",
    Exclusion.RESTING: "no recibe llamadas de alta carga hasta que tome un descanso (A3)",
    Exclusion.BUSY: "está en otra llamada",
    Exclusion.RETURNING: "espera recuperar la llamada que perdió al cortarse su línea (P3)",
    Exclusion.PAUSED: "está en pausa",
    Exclusion.WRAP_UP: "está escribiendo sus notas (P1)",
    Exclusion.UNREACHABLE: "no tiene teléfono al que se le pueda marcar (F5)",
    Exclusion.NEVER_PAIR: "no debe atender a esta persona (A2)",
    Exclusion.SKIPPED: "no tomó antes esta llamada y no se le insiste (F6)",
    Exclusion.COOLING_DOWN: "acaba de dejar una llamada sin contestar (F5)",
    Exclusion.RESERVED: "está libre, en reserva para llamadas más graves (O4)",
}

_DECIDED = {
    "only_one": "única persona libre",
    "sticky": "ya conoce a quien llama",
    "preferred": "nivel en lo que prefiere la llamada",
    "least_scarce": "habilidades menos escasas",
    "longest_idle": "más tiempo libre",
    "id": "orden de las claves",
    "same_telephone": "mismo teléfono",
    "second_telephone": "siguiente teléfono",
    "nobody": "nadie",
}


def because(why: Why, queue: QueueName) -> str:
    """The reason first, then the widening, then who was left out and why."""
    parts = [_decision(why, queue)]
    if why.widening:
        parts.append(f"ampliada {counted(why.widening, 'vez', 'veces')}")
    parts += _left_out(why.excluded)
    return "; ".join(parts)


def because_nobody(why: KeptWaiting) -> str:
    """What is asked for, how many have it, what will widen it, and who is left out and why."""
    can = "puede" if why.eligible == 1 else "pueden"
    parts = [f"{why.eligible} de {why.staffed} en turno {can} atender ({skills(why.accepts)})"]
    if why.reserved:
        parts.append("hay alguien libre, en reserva para llamadas más graves")
    if why.widens_after is not None:
        parts.append(f"se amplía a los {rounded(why.widens_after)} de iniciada la llamada")
    parts += _left_out(why.excluded)
    return "; ".join(parts)


def standing(stands: Stands, waiting: StillWaiting) -> str:
    """One agent and one caller who waits: why they do not talk."""
    if stands.agent in waiting.ringing:
        return f"{stands.agent} tiene esta llamada timbrando en su teléfono"
    words = _STANDS[stands.excluded]
    if stands.until is not None:
        words += f", por {rounded(stands.until - waiting.at)} más"
    return f"{stands.agent} {words}"


def excluded_words(why: Exclusion) -> str:
    """A reason by itself."""
    return _EXCLUDED[why]


def decided(term: str) -> str:
    """What decided, by itself; a term that another version wrote, as it is."""
    return _DECIDED.get(term, term.replace("_", " "))


def _decision(why: Why, queue: QueueName) -> str:
    if why.runner_up is None:
        return _only(why, queue)
    of = f"de {counted(why.candidates, 'persona libre', 'personas libres')}"
    match why.decided_by:
        case "sticky":
            return f"conoce a quien llama, antes que {why.runner_up}, {of}"
        case "preferred":
            best = "tiene el mejor nivel en lo que prefiere la llamada"
            return f"{best} ({why.preferred}), antes que {why.runner_up}, {of}"
        case "least_scarce":
            return f"así quedan libres habilidades más escasas que con {why.runner_up}, {of}"
        case "longest_idle":
            idle = rounded(why.idle)
            return f"lleva más tiempo libre ({idle}), antes que {why.runner_up}, {of}"
        case "id":
            return f"a la par de {why.runner_up}, va primero por su clave, {of}"
        case other:
            return f"antes que {why.runner_up} por {other}, {of}"


def _only(why: Why, queue: QueueName) -> str:
    match why.decided_by:
        case "same_telephone":
            return "hablaba con quien llama cuando se cortó su línea (P3)"
        case "second_telephone":
            cut = "hablaba con quien llama cuando se cortó su línea"
            return f"{cut}: ahora en su siguiente teléfono (P3)"
        case _:
            return f"la única persona libre para {queue}"


def _left_out(excluded: Sequence[tuple[AgentId, Exclusion]]) -> list[str]:
    parts = []
    for reason, words in _EXCLUDED.items():
        names: list[str] = [agent for agent, why in excluded if why == reason]
        if len(names) > NAMED_AT_MOST:
            names = [*names[:NAMED_AT_MOST], f"{len(names) - NAMED_AT_MOST} más"]
        if names:
            parts.append(f"{words}: {', '.join(names)}")
    return parts
