"""A small hotline to test the core with: two lines of policy, made in code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta

from router.core.ivr.hours import Hours
from router.core.ivr.model import Flow, FlowBook, Line, Step
from router.core.ivr.steps.goodbye import GoodbyeStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.play import PlayStep
from router.core.ivr.steps.queue import QueueStep
from router.core.policy import Policy
from router.core.routing.agent import AgentProfile
from router.core.routing.queue import Fanout, Queue, Reserve, Target, Waiting, WidenStep
from router.core.routing.skills import SkillSet
from router.core.vocabulary import (
    AgentId,
    ContactName,
    Device,
    DeviceKind,
    FlowName,
    Language,
    PromptId,
    QueueName,
    SkillName,
    StepName,
)

ES = Language("es")
LINE = "5555335533"


def skills(**levels: int) -> SkillSet:
    return SkillSet.of({SkillName(s): level for s, level in levels.items()})


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


CRISIS = Queue(
    name=QueueName("crisis"),
    order_class=100,
    require=skills(psicologia=1, crisis=1),
    widen=(
        WidenStep(after=seconds(20), also=skills(psicologia=1, juridico=1)),
        WidenStep(after=seconds(60), also=skills(supervisor=1)),
        WidenStep(after=seconds(90), also=skills(guardia=1), alarm=True),
    ),
    target=Target(share=0.9, within=seconds(20)),
    wrap_up=None,
    ring_for={DeviceKind.DESK: seconds(8), DeviceKind.PHONE: seconds(12)},
    fanout=Fanout(agents=2, from_offer=2),
    waiting=Waiting(message=PromptId("espera_crisis")),
    whisper=PromptId("susurro_crisis"),
)
JURIDICO = Queue(
    name=QueueName("juridico"),
    order_class=50,
    require=skills(juridico=1),
    target=Target(share=0.8, within=seconds(30)),
    wrap_up=seconds(240),
    waiting=Waiting(notice=PromptId("aviso")),
    whisper=PromptId("susurro_juridico"),
)
ORIENTACION = Queue(
    name=QueueName("orientacion"),
    order_class=30,
    require=SkillSet(),
    target=Target(share=0.8, within=seconds(30)),
    wrap_up=seconds(60),
    whisper=PromptId("susurro_orientacion"),
)


def prompts(*names: str) -> tuple[PromptId, ...]:
    return tuple(PromptId(n) for n in names)


def flow() -> Flow:
    steps = (
        PlayStep(name=StepName("saludo"), prompts=prompts("saludo"), next=StepName("menu")),
        MenuStep(
            name=StepName("menu"),
            prompts=prompts("menu"),
            keys={
                "1": StepName("crisis"),
                "4": StepName("juridico"),
                "5": StepName("orientacion"),
            },
            repeat="*",
            on_timeout=StepName("crisis"),
            wrong=prompts("no_entendi"),
            on_wrong=StepName("crisis"),
        ),
        QueueStep(name=StepName("crisis"), queue=QueueName("crisis"), next=StepName("gracias")),
        QueueStep(name=StepName("juridico"), queue=QueueName("juridico"), next=StepName("gracias")),
        QueueStep(
            name=StepName("orientacion"),
            queue=QueueName("orientacion"),
            next=StepName("gracias"),
        ),
        GoodbyeStep(name=StepName("gracias"), prompts=prompts("gracias")),
    )
    return Flow(name=FlowName("linea"), start=StepName("saludo"), steps={s.name: s for s in steps})


def policy(
    *queues: Queue,
    reserves: tuple[Reserve, ...] = (),
    version: str = "test",
    night: bool = False,
    without: str = "",
) -> Policy:
    """The small hotline; `queues` replace those of the same name, `without` takes one away."""
    replaced = {q.name: q for q in (CRISIS, JURIDICO, ORIENTACION, *queues)}
    replaced.pop(QueueName(without), None)
    noche = Hours(name="noche", tz=UTC, week=((),) * 7, forced=night)
    book = FlowBook(
        lines={LINE: Line(number=LINE, name="seguridad", flow=FlowName("linea"), language=ES)},
        default_line=LINE,
        flows={FlowName("linea"): flow()},
        hours={"noche": noche},
        first_resort=QueueName("crisis"),
    )
    codes = ("login", "logout", "pause", "resume", "ready", "refused", "respiro", "extend")
    return Policy(
        version=version,
        book=book,
        queues=replaced,
        reserves=reserves,
        first_resort=QueueName("crisis"),
        lost=PromptId("caida"),
        agent_language=ES,
        agent_prompts={c: PromptId(f"agente_{c}") for c in codes},
    )


def policy_of(*steps: Step, contacts: Mapping[ContactName, str] | None = None) -> Policy:
    """The small hotline, but its line begins at the first of these steps."""
    usual = policy()
    name = next(iter(usual.book.flows))
    flow = Flow(name=name, start=steps[0].name, steps={step.name: step for step in steps})
    book = replace(usual.book, flows={name: flow}, contacts=contacts or {})
    return replace(usual, book=book)


def agent(
    name: str, *, on: str = "desk", wrap_up: float | None = None, **levels: int
) -> AgentProfile:
    """`on` names telephones in order: `desk`, `phone` or `desk+phone`."""
    devices = {
        "desk": Device(kind=DeviceKind.DESK, address=f"sip:{name}@127.0.0.1:6001"),
        "phone": Device(kind=DeviceKind.PHONE, number="+525512345678"),
    }
    return AgentProfile(
        id=AgentId(name),
        name=name.title(),
        skills={SkillName(s): level for s, level in levels.items()},
        devices=tuple(devices[kind] for kind in on.split("+")),
        wrap_up=seconds(wrap_up) if wrap_up is not None else None,
    )
