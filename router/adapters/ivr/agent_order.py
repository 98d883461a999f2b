"""`agent_order`, in the flow files and in model files alike: which term decides first (A1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import PlainValidator

from router.adapters.ivr.problems import listed
from router.adapters.ivr.words import Misread, text_of
from router.core.routing.choice import Term

TERMS = tuple(term.value for term in Term)


def read_term(value: object) -> Term:
    """One word of the order. Raises Misread."""
    text = text_of(value, listed(TERMS))
    if text not in TERMS:
        raise Misread(listed(TERMS))
    return Term(text)


def wrong_with(order: Sequence[Term]) -> tuple[str, str] | None:
    """What of it would decide nothing, and what is expected; the id always comes last by itself."""
    if len(set(order)) < len(order):
        return "`agent_order` names a term twice: the second would decide nothing", "each once"
    if Term.ID in order[:-1]:
        after = listed(order[order.index(Term.ID) + 1 :])
        wrong = f"`agent_order` has {after} behind `id`: no two agents are left to be told apart"
        return wrong, "`id` as the last, or not at all"
    return None


TermWord = Annotated[Term, PlainValidator(read_term)]
