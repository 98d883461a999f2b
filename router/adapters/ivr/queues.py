"""queues.yaml: who is asked for, how long it rings, what is heard meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field

from router.adapters.ivr.agent_order import TermWord, wrong_with
from router.adapters.ivr.agent_rules import HeavyShape, RespiroShape, StickyShape, WrapUpCapShape
from router.adapters.ivr.overflows import AlarmsShape, OverflowShape
from router.adapters.ivr.problems import Place, Problems, listed, shown
from router.adapters.ivr.shapes import Shape, entries_of, only_sections, shaped
from router.adapters.ivr.tree import Entries, Items, Node, place_of
from router.adapters.ivr.words import (
    Circle,
    Duration,
    Figure,
    LanguageWord,
    Misread,
    Name,
    OrderClass,
    Positive,
    Preferences,
    Prompt,
    Skilled,
    TargetWord,
    Truth,
    UpTo20,
    WrapUp,
    read_name,
)
from router.core.routing.agent_rules import AgentRules, WrapUpCap
from router.core.routing.choice import AGENT_ORDER, Term
from router.core.routing.expiry import Expire, expiring
from router.core.routing.queue import (
    RING_FOR,
    Fanout,
    LostAgent,
    Queue,
    Reserve,
    Waiting,
    WidenStep,
)
from router.core.routing.skills import ANYONE
from router.core.vocabulary import DeviceKind, Language, PromptId, QueueName

FILE = "queues.yaml"
HEAD = ("first_resort", "lost", "agents", "agent_order", "sticky", "heavy", "respiro", "wrap_up")
SECTIONS = (*HEAD, "queues", "reserves")


class RingShape(Shape):
    """How long each kind of telephone rings."""

    desk: Positive = RING_FOR[DeviceKind.DESK]
    phone: Positive = RING_FOR[DeviceKind.PHONE]


class FanoutShape(Shape):
    """Several telephones at once."""

    agents: UpTo20 = 1
    from_offer: UpTo20 = 2


class LostAgentShape(Shape):
    """How long the same agent is rung again."""

    again: Duration = timedelta(seconds=10)
    second: Duration = timedelta(seconds=15)


class WaitingShape(Shape):
    """A voice for who waits."""

    message: Prompt | None = None
    estimate: Prompt | None = None
    above: Duration = timedelta(seconds=60)
    takes: Positive = timedelta(minutes=8)
    first: Positive = timedelta(seconds=25)
    every: Positive = timedelta(seconds=30)


class WidenShape(Shape):
    """More agents after a while."""

    after: Duration
    also: Circle
    alarm: Truth = False


class ExpireShape(Shape):
    """Skills that are asked for until then."""

    after: Positive
    skills: Skilled


class QueueShape(Shape):
    """One queue."""

    order_class: OrderClass = Field(alias="class")
    skills: Skilled
    prefer: Preferences = Field(default_factory=dict)
    never_relax: Skilled = ANYONE
    head_start: Duration = timedelta(0)
    overdue: Positive | None = None
    heavy: Truth = False
    expire: list[ExpireShape] = Field(default_factory=list)
    widen: list[WidenShape] = Field(default_factory=list)
    target: TargetWord
    wrap_up: WrapUp
    ring: RingShape = RingShape()
    rings_within: Positive = timedelta(seconds=3)
    confirm_within: Positive = timedelta(seconds=10)
    offer_again_after: Positive = timedelta(seconds=10)
    fanout: FanoutShape = FanoutShape()
    lost_agent: LostAgentShape = LostAgentShape()
    notice: Prompt | None = None
    waiting: WaitingShape | None = None
    alarms: AlarmsShape = AlarmsShape()
    overflow: list[OverflowShape] = Field(default_factory=list)
    whisper: Prompt
    gives_up_after: Positive | None = None

    def queue(self, name: QueueName) -> Queue:
        """Compiled; alternatives become steps of the same moment."""
        waiting = Waiting(notice=self.notice)
        if self.waiting is not None:
            waiting = Waiting(
                notice=self.notice,
                message=self.waiting.message,
                estimate=self.waiting.estimate,
                above=self.waiting.above,
                takes=self.waiting.takes,
                first=self.waiting.first,
                every=self.waiting.every,
            )
        queue = Queue(
            name=name,
            order_class=self.order_class,
            require=self.skills,
            prefer=self.prefer,
            never_relax=self.never_relax,
            head_start=self.head_start,
            overdue=self.overdue,
            heavy=self.heavy,
            widen=tuple(
                WidenStep(after=step.after, also=skills, alarm=step.alarm)
                for step in self.widen
                for skills in step.also
            ),
            target=self.target,
            wrap_up=self.wrap_up,
            ring_for={DeviceKind.DESK: self.ring.desk, DeviceKind.PHONE: self.ring.phone},
            rings_within=self.rings_within,
            confirm_within=self.confirm_within,
            offer_again_after=self.offer_again_after,
            fanout=Fanout(agents=self.fanout.agents, from_offer=self.fanout.from_offer),
            lost_agent=LostAgent(again=self.lost_agent.again, second=self.lost_agent.second),
            waiting=waiting,
            whisper=self.whisper,
            gives_up_after=self.gives_up_after,
            alerts=self.alarms.alerts(),
            overflow=tuple(each.overflow() for each in self.overflow),
        )
        return expiring(queue, [Expire(after=e.after, skills=e.skills) for e in self.expire])


class AgentPromptsShape(Shape):
    """What an agent hears who dialled a short code."""

    login: Prompt
    logout: Prompt
    pause: Prompt
    resume: Prompt
    ready: Prompt
    refused: Prompt
    respiro: Prompt | None = None
    extend: Prompt | None = None

    def said(self) -> dict[str, PromptId]:
        """By the code's meaning; a respiro is a pause. Without a prompt `extend` is refused."""
        kin: dict[str, PromptId] = {"respiro": self.pause}
        return kin | self.model_dump(exclude_none=True)


class AgentsShape(Shape):
    """How agents are spoken to."""

    language: LanguageWord
    prompts: AgentPromptsShape


class ReserveShape(Shape):
    """Agents who stay free for a queue."""

    keep: Figure
    skills: Skilled
    for_queue: Name = Field(alias="for")
    during: dict[Name, Figure] = Field(default_factory=dict)


class HeadShape(Shape):
    """What the file says besides its queues."""

    first_resort: Name
    lost: Prompt
    agents: AgentsShape
    agent_order: list[TermWord] = Field(default_factory=lambda: list(AGENT_ORDER))
    sticky: StickyShape | None = None
    heavy: HeavyShape | None = None
    respiro: RespiroShape = RespiroShape()
    wrap_up: WrapUpCapShape = WrapUpCapShape()

    def rules(self) -> AgentRules:
        """Compiled."""
        return AgentRules(
            sticky=None if self.sticky is None else self.sticky.sticky(),
            heavy=None if self.heavy is None else self.heavy.limits(),
            respiro=self.respiro.lasts,
            wrap_up=WrapUpCap(extend_by=self.wrap_up.extend_by, at_most=self.wrap_up.at_most),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesFile:
    """What could be read of it; `names` are all that are written, readable or not."""

    root: Entries
    names: tuple[str, ...]
    queues: Mapping[QueueName, Queue]
    reserves: tuple[Reserve, ...]
    first_resort: QueueName | None
    lost: PromptId | None
    agent_language: Language | None
    agent_prompts: Mapping[str, PromptId]
    agent_order: tuple[Term, ...]
    rules: AgentRules


def read_queues(root: Entries, file: str, problems: Problems) -> QueuesFile:
    """Everything in it that is right, and the problems of the rest."""
    only_sections(root, SECTIONS, problems)
    written = entries_of(root, "queues", file, problems)
    queues: dict[QueueName, Queue] = {}
    for name, at, node in written:
        if (queue := _queue(name, at, node, problems)) is not None:
            queues[queue.name] = queue
    names = tuple(name for name, _, _ in written)
    _look_at_first_class(root, queues, problems)
    head = _head(root, file, problems)
    if head is not None and names and head.first_resort not in names:
        problems.add(
            place_of(root, "first_resort"),
            f"the first resort is {shown(head.first_resort)}, which is no queue",
            listed(names),
            word=head.first_resort,
            known=names,
        )
    if head is not None:
        _look_at_sticky(root, head, names, problems)
    return QueuesFile(
        root=root,
        names=names,
        queues=queues,
        reserves=_reserves(root, names, queues, problems),
        first_resort=None if head is None else QueueName(head.first_resort),
        lost=None if head is None else head.lost,
        agent_language=None if head is None else head.agents.language,
        agent_prompts={} if head is None else head.agents.prompts.said(),
        agent_order=AGENT_ORDER if head is None else tuple(head.agent_order),
        rules=AgentRules() if head is None else head.rules(),
    )


def _look_at_sticky(
    root: Entries, head: HeadShape, names: tuple[str, ...], problems: Problems
) -> None:
    for number, queue in enumerate((head.sticky.queues or ()) if head.sticky is not None else ()):
        if names and queue not in names:
            problems.add(
                place_of(root, "sticky", "queues", number),
                f"callers of {shown(queue)} shall get whom they know, and it is no queue",
                listed(names),
                word=queue,
                known=names,
            )


def _queue(name: str, at: Place, node: Node, problems: Problems) -> Queue | None:
    what = f"the queue {shown(name)}"
    try:
        read_name(name)
    except Misread as misread:
        problems.add(at, f"{what} cannot be named so", str(misread))
    shape = shaped(QueueShape, node, what, at, problems)
    if shape is None:
        return None
    for number, (one, next_one) in enumerate(zip(shape.widen, shape.widen[1:], strict=False)):
        if next_one.after < one.after:
            problems.add(
                place_of(node, "widen", number + 1, "after"),
                f"{what} widens earlier here than in the line above",
                "the steps in the order of their times",
            )
    for number, step in enumerate(shape.expire):
        kept = {skill for skill, _ in (*shape.skills.levels, *shape.never_relax.levels)}
        for skill, _ in step.skills.levels:
            if skill in kept:
                problems.add(
                    place_of(node, "expire", number, "skills"),
                    f"{what} stops asking for {shown(skill)} here, and asks for it for ever in"
                    " `skills` or `never_relax`: the step would change nothing",
                    "it in one place",
                )
    for number, overflow in enumerate(shape.overflow):
        overflow.look(what, place_of(node, "overflow", number), problems)
    return shape.queue(QueueName(name))


def _look_at_first_class(
    root: Entries, queues: Mapping[QueueName, Queue], problems: Problems
) -> None:
    """Who is served first is never sent away from people: no voicemail on crisis (V1)."""
    first = max((queue.order_class for queue in queues.values()), default=0)
    for queue in queues.values():
        for number, overflow in enumerate(queue.overflow):
            if queue.order_class == first and overflow.step is not None:
                problems.add(
                    place_of(root, "queues", queue.name, "overflow", number, "do", "step"),
                    f"the queue {shown(queue.name)} is served first, and here its callers would"
                    " leave it with nobody",
                    "people: `widen`, `on_call` or `partner`",
                )


def _head(root: Entries, file: str, problems: Problems) -> HeadShape | None:
    head = Entries(
        place=root.place,
        items={key: node for key, node in root.items.items() if key in HEAD},
        keys={key: place for key, place in root.keys.items() if key in HEAD},
    )
    shape = shaped(HeadShape, head, "the file", Place(file=file), problems)
    if shape is not None and (wrong := wrong_with(shape.agent_order)) is not None:
        problems.add(place_of(root, "agent_order"), *wrong)
    return shape


def _reserves(
    root: Entries, names: tuple[str, ...], queues: Mapping[QueueName, Queue], problems: Problems
) -> tuple[Reserve, ...]:
    node = root.items.get("reserves")
    if node is None:
        return ()
    if not isinstance(node, Items):
        problems.add(place_of(root, "reserves"), "`reserves` is no list", "`- keep: ...` lines")
        return ()
    reserves = []
    for item in node.items:
        shape = shaped(ReserveShape, item, "the reserve", item.place, problems)
        if shape is None:
            continue
        if shape.for_queue not in names:
            problems.add(
                place_of(item, "for"),
                f"the reserve is for {shown(shape.for_queue)}, which is no queue",
                listed(names),
                word=shape.for_queue,
                known=names,
            )
        elif (queue := queues.get(QueueName(shape.for_queue))) is not None:
            reserves.append(
                Reserve(
                    skills=shape.skills,
                    for_class=queue.order_class,
                    free=shape.keep,
                    free_by_hours=shape.during,
                )
            )
    return tuple(reserves)
