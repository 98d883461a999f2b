"""The step that brings the caller to somebody outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from router.core.ivr.flow_run import FlowRun
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Spoken, StepKind, each
from router.core.ivr.waits import ConversationOver, ForPartner, Given, PartnerUnreached
from router.core.vocabulary import ContactName, PromptId, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class DialStep(StepKind):
    """A contact of contacts.yaml: a partner line, 911. The caller hears music until a person is
    there: whoever picks up hears `confirm` and presses 1, so that no machine takes the call.
    Without `confirm` picking up is enough.

    The flow goes on at `next` when they hang up first, at `on_unreached` if nobody takes the call
    within `ring`, or it cannot be placed.

    ```yaml
    dial: linea_de_la_vida
    confirm: susurro_llamada
    ring: 30s
    next: gracias
    on_unreached: crisis
    ```
    """

    kind: ClassVar[str] = "dial"

    contact: ContactName
    confirm: tuple[PromptId, ...] = ()
    ring: timedelta = timedelta(seconds=30)
    next: StepName
    on_unreached: StepName

    def exits(self) -> tuple[Exit, ...]:
        """After the conversation, and without one."""
        return (
            Exit(field=("next",), to=self.next),
            Exit(field=("on_unreached",), to=self.on_unreached),
        )

    def spoken(self) -> tuple[Spoken, ...]:
        return each("confirm", self.confirm)

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Keys typed ahead were meant for a menu, not for the person."""
        run = run.but(typed_ahead="")
        number = moment.contacts.get(self.contact)
        if number is None:
            return Leave(run=run, to=self.on_unreached, after="failure")
        wait = ForPartner(
            contact=self.contact,
            number=number,
            ring_for=self.ring,
            confirm=moment.say(run, self.confirm).prompts if self.confirm else (),
        )
        return Stay(run=run, wait=wait)

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """Keys are the caller's own affair."""
        match given:
            case ConversationOver():
                return Leave(run=run, to=self.next)
            case PartnerUnreached():
                return Leave(run=run, to=self.on_unreached, after="unreached")
            case _:
                return None
