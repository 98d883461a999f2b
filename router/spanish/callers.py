"""What happened to a caller outside queues, in Spanish."""

from __future__ import annotations

from typing import assert_never

from router.core.records import (
    Adopted,
    CallbackRequested,
    CallFinished,
    CallStarted,
    CommandRefused,
    LookedUp,
    MessageLeft,
    MessageLost,
    PartnerAnswered,
    PartnerLeft,
    PartnerMissed,
    PromptMissing,
    StepEntered,
    SurveyAnswered,
    Tagged,
)
from router.core.vocabulary import EndedBy
from router.durations import span
from router.spanish.glossary import ENDED, language
from router.spanish.grammar import counted, listed
from router.story import OfCaller

_PARTNER_MISSED = {
    "rang_out": "no contestaron",
    "unconfirmed": "nadie marcó 1",
    "refused": "no se pudo hacer la llamada",
    "hung_up": "colgaron",
    "declined": "rechazaron la llamada",
    "no_answer": "no contestaron",
    "unreachable": "no hubo conexión",
    "lost": "se cortó la línea",
}
_PARTNER_LEFT = {
    EndedBy.CALLER: "quien llama termina la conversación",
    EndedBy.AGENT: "la otra persona termina la conversación",
    EndedBy.SYSTEM: "el sistema termina la conversación",
}


def of_caller(record: OfCaller) -> str:
    """What a record says, without its time."""
    match record:
        case CallStarted(flow=flow, known_line=known, policy=policy):
            who = "entra la llamada de prueba" if record.synthetic else "entra la llamada"
            unknown = "" if known else " (el número marcado no está en ningún archivo de líneas)"
            return f"{who}: {flow}{unknown}, en {language(record.language)}, política {policy}"
        case Adopted(step=step, queue=queue, agent=agent):
            waits = f"en espera en {queue}" if queue else f"en {step}"
            where = f"en conversación con {agent}" if agent else waits
            return f"se retoma de una vida anterior del motor, {where}"
        case StepEntered(step=step, step_kind=kind, after=after, digits=digits):
            return f"{step} ({kind}){_after(after, digits)}"
        case Tagged(tag=tag):
            return f"lleva la etiqueta {tag}"
        case CallbackRequested(queue=queue, other_number=other):
            where = " a otro teléfono" if other else ""
            return f"pide que se le llame{where} sobre {queue}; es seguro hacerlo"
        case LookedUp(step=step, why=why, took=took):
            answer = f"no da respuesta útil ({why})" if why else "da una respuesta útil"
            return f"{step}: el otro sistema {answer} tras {span(took)}"
        case MessageLeft(step=step, lasted=lasted):
            return f"{step}: deja un recado de {span(lasted)}"
        case MessageLost(step=step, why=why):
            return f"{step}: el recado no se pudo grabar o guardar ({why}); el flujo sigue"
        case PartnerAnswered(contact=contact, to_voice=to_voice):
            return f"{contact} toma la llamada, {span(to_voice)} después de que entró"
        case PartnerMissed(contact=contact, why=why):
            missed = _PARTNER_MISSED.get(why, why.replace("_", " "))
            return f"{contact} no toma la llamada ({missed}); el flujo sigue"
        case PartnerLeft(contact=contact, by=EndedBy.LOST, talked=talked):
            return f"se corta la línea con {contact} tras {span(talked)}; quien llama sigue aquí"
        case PartnerLeft(contact=contact, by=by, talked=talked):
            return f"{_PARTNER_LEFT[by]} con {contact} tras {span(talked)}"
        case SurveyAnswered(question=question, figure=figure):
            return f"responde a {question}: {figure}"
        case PromptMissing(prompts=prompts):
            can = "no se puede" if len(prompts) == 1 else "no se pueden"
            played = f"{can} reproducir en {language(record.language)}"
            return f"{listed(prompts)} {played}; la llamada sigue"
        case CommandRefused(command=command, why=why, detail=detail):
            return f"Asterisk no ejecuta {command} ({why}: {detail}); la llamada sigue"
        case CallFinished(by=by, at_step=step, lasted=lasted):
            return f"{ENDED[by]} en {step}, tras {span(lasted)}: fin de la llamada"
        case _:
            assert_never(record)


def _after(way: str, digits: int) -> str:
    """How the flow left the step before: so many keys, never which."""
    match way:
        case "key":
            return f", tras {counted(digits, 'tecla')}"
        case "wrong_key":
            return ", tras una tecla equivocada"
        case "silence":
            return ", sin tecla"
        case _:
            return ""
