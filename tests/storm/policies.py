"""What the flow files may say in a storm: each takes force in the middle of calls."""

from __future__ import annotations

from dataclasses import replace

from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.play import PlayStep
from router.core.policy import Policy
from router.core.routing.overflow import Outside, Overflow
from router.core.routing.queue import Queue
from router.core.vocabulary import ContactName, StepName
from tests.core.house import CRISIS, JURIDICO, ORIENTACION, policy, prompts, seconds

VIDA = ContactName("vida")
JURIDICO_OR_VIDA = replace(
    JURIDICO,
    overflow=(
        Overflow(
            wait=seconds(15),
            outside=Outside(contact=VIDA, confirm=prompts("acepta"), ring_for=seconds(12)),
        ),
    ),
)
"""After a while somebody outside is rung, too."""


def _policy(*queues: Queue, version: str, without: str = "") -> Policy:
    usual = policy(*queues, version=version, without=without)
    return replace(usual, book=replace(usual.book, contacts={VIDA: "+525512340000"}))


def _another_menu() -> Policy:
    """The menu is a step of another name: who is in the old one has it in their version only."""
    usual = _policy(version="another menu")
    name, flow = next(iter(usual.book.flows.items()))
    steps = dict(flow.steps)
    menu, greeting = steps.pop(StepName("menu")), steps[StepName("saludo")]
    assert isinstance(menu, MenuStep)
    assert isinstance(greeting, PlayStep)
    steps[StepName("opciones")] = replace(menu, name=StepName("opciones"))
    steps[StepName("saludo")] = replace(greeting, next=StepName("opciones"))
    return replace(usual, book=replace(usual.book, flows={name: replace(flow, steps=steps)}))


THE_USUAL = _policy(version="usual")
ALL = (
    THE_USUAL,
    _policy(version="no juridico", without="juridico"),
    _policy(
        replace(CRISIS, order_class=40),
        replace(JURIDICO_OR_VIDA, order_class=100, waiting=replace(JURIDICO.waiting, notice=None)),
        replace(ORIENTACION, ring_for=dict.fromkeys(CRISIS.ring_for, seconds(5))),
        version="somebody outside",
    ),
    _another_menu(),
)
"""By number (plan.Kind.POLICY); the first is in force when a storm begins."""
