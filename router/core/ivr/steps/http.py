"""The step that asks another system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar

from router.core.ivr.expressions import Source, names_read, worth
from router.core.ivr.flow_run import FlowRun
from router.core.ivr.sayings import Saying
from router.core.ivr.steps.decision import Decision, Leave, Moment, Stay
from router.core.ivr.steps.kind import Exit, Needed, Spoken, StepKind, each
from router.core.ivr.values import Value, ValueKind
from router.core.ivr.waits import ForLookup, Given, LookupOver
from router.core.vocabulary import PromptId, StepName


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpStep(StepKind):
    """`send` goes into the query of a GET, and as JSON into a POST; the answer is JSON that fits
    `schema` (https://json-schema.org), and `into` names the variables for properties of it.

    The caller hears `meanwhile`, then music. No answer within `timeout`, `retries` times again, an
    error, and an answer that does not fit lead to `on_failure`.

    ```yaml
    http: https://folios.example.org/api/folio
    method: GET
    send: {folio: "712345"}
    timeout: 3s
    retries: 1
    schema:
      type: object
      required: [vigente]
      properties:
        vigente: {type: boolean}
    into: {vigente: vigente}
    meanwhile: un_momento
    next: menu
    on_failure: orientacion
    ```
    """

    kind: ClassVar[str] = "http"

    url: str
    method: str = "GET"
    send: Mapping[str, Source] = field(default_factory=dict)
    timeout: timedelta = timedelta(seconds=3)
    retries: int = 0
    schema: str
    """JSON, as text: it never changes."""
    into: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, ValueKind] = field(default_factory=dict)
    """Of the properties that `into` takes."""
    meanwhile: tuple[PromptId, ...] = ()
    next: StepName
    on_failure: StepName

    def exits(self) -> tuple[Exit, ...]:
        """With an answer, and without."""
        return (
            Exit(field=("next",), to=self.next),
            Exit(field=("on_failure",), to=self.on_failure, fills=False),
        )

    def spoken(self) -> tuple[Spoken, ...]:
        return each("meanwhile", self.meanwhile)

    def needs(self) -> tuple[Needed, ...]:
        return tuple(
            Needed(field=("send", key), name=name)
            for key, source in self.send.items()
            for name in names_read(source)
        )

    def sets(self, known: Mapping[str, ValueKind]) -> Mapping[str, ValueKind]:
        return {
            ours: self.kinds[theirs] for ours, theirs in self.into.items() if theirs in self.kinds
        }

    def enter(self, run: FlowRun, moment: Moment) -> Decision:
        """Ask, while something is to be heard."""
        send: dict[str, Value] = {}
        for key, source in self.send.items():
            value = worth(source, run.known)
            if value is None:
                return Leave(run=run, to=self.on_failure, after="failure")
            send[key] = value
        said: tuple[Saying, ...] = (moment.say(run, self.meanwhile),) if self.meanwhile else ()
        wait = ForLookup(
            url=self.url,
            method=self.method,
            send=send,
            timeout=self.timeout,
            retries=self.retries,
            schema=self.schema,
            wanted=tuple(self.into.values()),
        )
        return Stay(run=run, said=said, wait=wait)

    def given(self, run: FlowRun, given: Given, moment: Moment) -> Decision | None:
        """Keys do not hurry it."""
        if not isinstance(given, LookupOver):
            return None
        if given.values is None:
            return Leave(run=run, to=self.on_failure, after="failure")
        found: dict[str, Value] = {}
        for ours, theirs in self.into.items():
            value = given.values.get(theirs)
            if value is None:
                return Leave(run=run, to=self.on_failure, after="failure")
            found[ours] = value
        sent = (name for source in self.send.values() for name in names_read(source))
        fleeting = dict.fromkeys(found, run.again_at(sent) or self.name)
        return Leave(run=run.remembering(found, fleeting), to=self.next)
