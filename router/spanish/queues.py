"""What happened in a queue, and while an agent was rung, in Spanish."""

from __future__ import annotations

from typing import assert_never

from router.core.records import (
    Abandoned,
    Answered,
    HandedToFallback,
    OfferEnded,
    OfferMade,
    OfferPickedUp,
    OfferRang,
    Overflowed,
    Queued,
    TimedOut,
    Widened,
)
from router.core.routing.explain import KeptWaiting
from router.core.vocabulary import OfferOutcome
from router.durations import span
from router.spanish.glossary import DEVICES
from router.spanish.grammar import skills
from router.spanish.why import because, because_nobody
from router.story import OfOffer, OfQueue

_LEFT = {
    "time": "se agota el tiempo en {queue} tras {waited}; el flujo sigue",
    "key": "deja {queue} con una tecla tras {waited}; el flujo sigue",
    "overflow": "deja {queue} tras {waited}: se desborda",
    "partner": "deja {queue} tras {waited}: ya le atiende alguien de fuera",
    "nobody": "no hay nadie en turno para {queue} tras {waited}; el flujo sigue",
}
_OVERFLOWS = {
    "alarm": "una alarma",
    "widen": "también puede atender {into}",
    "on_call": "se marca también a quienes están de guardia ({into})",
    "partner": "se marca fuera, a {into}",
    "step": "el flujo sigue en {into}",
}
_CONDITIONS = {
    "wait": "espera",
    "expected": "espera prevista",
    "length": "personas en cola",
    "nobody": "nadie en turno",
}
_HANDED = {
    "not a call of ours": "no es una llamada nuestra",
    "found in the dialplan": "se encontró en el plan de marcación",
    "left the application": "salió de la aplicación",
    "defect": "defecto del motor",
}
_OUTCOME = {
    OfferOutcome.ACCEPTED: "{agent} toma la llamada",
    OfferOutcome.NO_ANSWER: "{agent} no contesta",
    OfferOutcome.DECLINED: "{agent} rechaza la llamada",
    OfferOutcome.UNREACHABLE: "no hay conexión con el teléfono de {agent}",
    OfferOutcome.MACHINE: "nadie marca 1 en el teléfono de {agent}: una contestadora",
    OfferOutcome.WITHDRAWN: "se retira la llamada que timbraba a {agent}",
}


def of_queue(record: OfQueue) -> str:
    """What a record says, without its time."""
    match record:
        case Queued(queue=queue, order_class=order_class, again=again):
            verb = "vuelve a esperar en" if again else "espera en"
            return f"{verb} {queue} (clase {order_class})"
        case Overflowed(queue=queue, action=action, into=into):
            whom = skills(into) if action in ("widen", "on_call") else into
            known = _OVERFLOWS.get(action)
            done = action if known is None else known.format(into=whom)
            return f"{queue} se desborda ({_conditions(record.because)}): {done}"
        case KeptWaiting():
            return f"nadie aún: {because_nobody(record)}"
        case Widened(queue=queue, step=step, also=also, skipped=skipped):
            empty = "no había nadie en turno para el paso anterior"
            reason = f", de inmediato: {empty}" if skipped else ""
            return f"{queue} se amplía a {skills(also)} (paso {step}){reason}"
        case Answered(agent=agent, waited=waited, to_voice=to_voice):
            return (
                f"{agent} conversa con quien llama: {span(to_voice)} hasta oír una voz,"
                f" {span(waited)} de ese tiempo en la cola"
            )
        case Abandoned(queue=queue, waited=waited, offered=offered):
            rung = ", mientras timbraba un agente" if offered else ""
            return f"quien llama desiste tras {span(waited)} en {queue}{rung}: abandono"
        case TimedOut(queue=queue, waited=waited, why=why):
            return _LEFT.get(why, _LEFT["time"]).format(queue=queue, waited=span(waited))
        case HandedToFallback(queue=queue, reason=reason):
            whence = f" de {queue}" if queue else ""
            return f"pasa{whence} al respaldo del plan de marcación: {_HANDED.get(reason, reason)}"
        case _:
            assert_never(record)


def of_offer(record: OfOffer) -> str:
    """What a record says, without its time."""
    match record:
        case OfferMade(agent=agent, device=device, queue=queue, why=why):
            return f"se marca a {agent} ({DEVICES[device]}) para {queue}: {because(why, queue)}"
        case OfferRang(agent=agent):
            return f"timbra el teléfono de {agent}"
        case OfferPickedUp(agent=agent):
            return f"contestan el teléfono de {agent}; falta que una persona marque 1"
        case OfferEnded(agent=agent, outcome=outcome, after=after, cause=cause):
            network = f" (causa {cause})" if cause and outcome != OfferOutcome.ACCEPTED else ""
            return f"{_OUTCOME[outcome].format(agent=agent)}, tras {span(after)}{network}"
        case _:
            assert_never(record)


def _conditions(because: str) -> str:
    """`wait 90 s, length 3`, as an overflow writes what held, in Spanish."""
    told = []
    for condition in because.split(", "):
        word, _, figure = condition.partition(" ")
        known = _CONDITIONS.get(word)
        if known is None:
            told.append(condition)
        else:
            told.append(known if word == "nobody" else f"{known}: {figure}")
    return ", ".join(told)
