"""Whether the files mean something together: whatever one names exists in another."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from router.adapters.ivr.contacts import ContactsFile
from router.adapters.ivr.flows import FlowFile
from router.adapters.ivr.hours import HoursFile
from router.adapters.ivr.lines import LinesFile
from router.adapters.ivr.nesting import look_at_nesting
from router.adapters.ivr.problems import Problems, listed, shown
from router.adapters.ivr.prompts import PromptsFile
from router.adapters.ivr.queues import QueuesFile
from router.adapters.ivr.tree import Entries, Items, place_of
from router.adapters.ivr.variables import look_at_variables
from router.adapters.ivr.voicemail import look_at_voicemail
from router.adapters.ivr.ways import look_at_ways
from router.core.ivr.model import Step
from router.core.ivr.speaking.phrase import Gap
from router.core.ivr.steps.callback import CallbackStep
from router.core.ivr.steps.dial import DialStep
from router.core.ivr.steps.hours import HoursStep
from router.core.ivr.steps.http import HttpStep
from router.core.ivr.steps.language import LanguageStep
from router.core.ivr.steps.menu import MenuStep
from router.core.ivr.steps.queue import QueueStep
from router.core.routing.queue import Queue
from router.core.vocabulary import Language, PromptId, QueueName

Path = tuple[str | int, ...]
"""Keys and numbers from the root of a file to something in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """All that was read. None: the file cannot be read, and what it would define is not missed."""

    lines: LinesFile | None
    queues: QueuesFile | None
    hours: HoursFile | None
    contacts: ContactsFile | None
    flows: Mapping[str, FlowFile | None]
    prompts: Mapping[str, PromptsFile | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One file, seen among all; `callers` are the languages that a caller can be in."""

    files: Files
    callers: Collection[Language]
    root: Entries
    problems: Problems

    def miss(
        self,
        path: Path,
        says: str,
        word: str,
        what: str,
        known: Collection[str],
        *,
        key: bool = False,
    ) -> None:
        """Something is named that does not exist; `key`: on the left of the colon."""
        wrong = f"{says} {shown(word)}, which is no {what}"
        place = place_of(self.root, *path, key=key)
        self.problems.add(place, wrong, listed(known), word=word, known=known)


def look_at_meaning(files: Files, problems: Problems) -> None:
    """Note what is wrong between the files."""
    callers = _caller_languages(files)

    def reading(root: Entries) -> Reading:
        return Reading(files=files, callers=callers, root=root, problems=problems)

    if files.lines is not None:
        _look_at_lines(reading(files.lines.root), files.lines)
    if files.queues is not None:
        _look_at_queues(reading(files.queues.root), files.queues)
    look_at_nesting(files.flows, files.lines, problems)
    for flow in files.flows.values():
        if flow is not None:
            before = len(problems.found)
            for step in flow.steps.values():
                _look_at_step(reading(flow.root), flow, step)
            if flow.whole and len(problems.found) == before:
                look_at_variables(flow, files.prompts, callers, problems)
            if flow.whole and len(problems.found) == before:
                look_at_ways(flow, problems)
    if not problems.found and files.lines is not None and files.queues is not None:
        flows = {name: flow for name, flow in files.flows.items() if flow is not None}
        look_at_voicemail(flows, files.lines, files.queues, problems)


def _caller_languages(files: Files) -> Collection[Language]:
    lines = files.lines.lines.values() if files.lines is not None else ()
    steps = (step for flow in files.flows.values() if flow for step in flow.steps.values())
    chosen = {step.language for step in steps if isinstance(step, LanguageStep)}
    return sorted({line.language for line in lines} | chosen)


def _look_at_lines(reading: Reading, lines: LinesFile) -> None:
    flows = reading.files.flows
    for number, line in lines.lines.items():
        who = f"the line {shown(number)}"
        if line.flow not in flows:
            reading.miss(("lines", number, "flow"), f"{who} begins", line.flow, "flow", flows)
        _look_at_language(reading, ("lines", number, "language"), who, line.language)


def _look_at_queues(reading: Reading, queues: QueuesFile) -> None:
    agents: list[Language] = []
    if queues.agent_language is not None:
        agents = [queues.agent_language]
        _look_at_language(reading, ("agents", "language"), "the file", queues.agent_language)
    if queues.lost is not None:
        _look_at_prompt(reading, ("lost",), "the file says", queues.lost, reading.callers)
        _look_at_gaps(reading, ("lost",), "the file says", queues.lost)
    for name, prompt in queues.agent_prompts.items():
        _look_at_prompt(reading, ("agents", "prompts", name), "agents hear", prompt, agents)
        _look_at_gaps(reading, ("agents", "prompts", name), "agents hear", prompt)
    for queue in queues.queues.values():
        says, at = f"the queue {shown(queue.name)} says", ("queues", queue.name)
        _look_at_prompt(reading, (*at, "whisper"), says, queue.whisper, agents)
        _look_at_gaps(reading, (*at, "whisper"), says, queue.whisper)
        for path, said in (
            ((*at, "notice"), queue.waiting.notice),
            ((*at, "waiting", "message"), queue.waiting.message),
            ((*at, "waiting", "estimate"), queue.waiting.estimate),
        ):
            if said is not None:
                _look_at_prompt(reading, path, says, said, reading.callers)
                filled = ("n",) if path[-1] == "estimate" else ()
                _look_at_gaps(reading, path, says, said, filled)
        _look_at_overflow(reading, queue, agents)
    _look_at_reserves(reading)


def _look_at_overflow(reading: Reading, queue: Queue, agents: Collection[Language]) -> None:
    """Whoever outside is rung exists, and hears something in a language that callers have."""
    known = reading.files.contacts
    says = f"the queue {shown(queue.name)} overflows to"
    for number, overflow in enumerate(queue.overflow):
        outside = overflow.outside
        if outside is None:
            continue
        at = ("queues", queue.name, "overflow", number, "do")
        if known is not None and outside.contact not in known.names:
            what = "entry of contacts.yaml"
            reading.miss((*at, "partner"), says, outside.contact, what, known.names)
        for prompt in outside.confirm:
            _look_at_prompt(reading, (*at, "confirm"), says, prompt, reading.callers)
            _look_at_gaps(reading, (*at, "confirm"), says, prompt)


def _look_at_reserves(reading: Reading) -> None:
    reserves, known = reading.root.items.get("reserves"), reading.files.hours
    if not isinstance(reserves, Items) or known is None:
        return
    for number, reserve in enumerate(reserves.items):
        during = reserve.items.get("during") if isinstance(reserve, Entries) else None
        for hours in during.items if isinstance(during, Entries) else ():
            if hours not in known.names:
                path = ("reserves", number, "during", hours)
                what = "entry of hours.yaml"
                says = "the reserve changes during"
                reading.miss(path, says, hours, what, known.names, key=True)


def _look_at_step(reading: Reading, flow: FlowFile, step: Step) -> None:
    who, at = f"the step {shown(step.name)}", ("steps", step.name)
    for way in step.exits():
        if way.to not in flow.names:
            what = "step of this flow"
            reading.miss((*at, *way.field), f"{who} leads to", way.to, what, flow.names)
    for said in step.spoken():
        _look_at_prompt(reading, (*at, *said.field), f"{who} says", said.prompt, reading.callers)
    match step:
        case QueueStep():
            _look_at_queue_step(reading, flow, who, step)
        case CallbackStep(queue=queue):
            _look_at_queue(reading, (*at, "queue"), f"{who} is for", queue)
        case DialStep(contact=contact):
            known_contacts = reading.files.contacts
            if known_contacts is not None and contact not in known_contacts.names:
                what = "entry of contacts.yaml"
                reading.miss((*at, "dial"), f"{who} calls", contact, what, known_contacts.names)
        case HttpStep(into=into, kinds=kinds):
            for ours, theirs in into.items():
                if theirs not in kinds:
                    what = "text, number or truth of its schema"
                    reading.miss((*at, "into", ours), f"{who} takes", theirs, what, kinds)
        case HoursStep(hours=hours):
            known = reading.files.hours
            if known is not None and hours not in known.names:
                reading.miss(
                    (*at, "hours"), f"{who} looks at", hours, "entry of hours.yaml", known.names
                )
        case LanguageStep(language=language):
            _look_at_language(reading, (*at, "language"), who, language)
        case MenuStep(repeat=str(repeat), keys=keys) if repeat in keys:
            reading.problems.add(
                place_of(reading.root, *at, "keys", repeat, key=True),
                f"{who} has {shown(repeat)} among its keys, and as the key that repeats it",
                "one meaning for each key",
                code="IVR006",
            )
        case _:
            pass


def _look_at_queue_step(reading: Reading, flow: FlowFile, who: str, step: QueueStep) -> None:
    known, path = reading.files.queues, ("steps", step.name, "queue")
    if known is None:
        return
    if not _look_at_queue(reading, path, f"{who} asks for", step.queue):
        return
    queue = known.queues.get(QueueName(step.queue))
    if queue is not None and queue.gives_up_after is not None and step.on_timeout is None:
        reading.problems.add(
            place_of(reading.root, *path),
            f"{who} does not say what follows when the queue {shown(queue.name)} gives up",
            "a line `on_timeout: ...`",
        )
    for overflow in queue.overflow if queue is not None else ():
        if overflow.step is not None and overflow.step not in flow.names:
            says = f"{who} asks for the queue {shown(step.queue)}, which overflows to"
            reading.miss(path, says, overflow.step, "step of this flow", flow.names)


def _look_at_queue(reading: Reading, path: Path, says: str, queue: str) -> bool:
    """Whether it exists, as far as one can tell."""
    known = reading.files.queues
    if known is None or queue in known.names:
        return True
    reading.miss(path, says, queue, "queue", known.names)
    return False


def _look_at_language(reading: Reading, path: Path, who: str, language: str) -> None:
    known = reading.files.prompts
    if language not in known:
        reading.miss(path, f"{who} speaks", language, "language of the folder prompts", known)


def _look_at_gaps(
    reading: Reading, path: Path, says: str, prompt: str, filled: Collection[str] = ()
) -> None:
    """Outside the flows nothing is known of a call, so nothing else can fill a gap."""
    for file in reading.files.prompts.values():
        phrase = file.phrases.get(PromptId(prompt), ()) if file is not None else ()
        gaps = {part.name for part in phrase if isinstance(part, Gap)}
        for name in sorted(gaps - set(filled)):
            wrong = f"{says} {shown(prompt)}, in which {{{name}}} is not known"
            expected = f"gaps for {listed(filled)}" if filled else "a prompt without gaps"
            reading.problems.add(place_of(reading.root, *path), wrong, expected)


def _look_at_prompt(
    reading: Reading, path: Path, says: str, prompt: str, languages: Collection[Language]
) -> None:
    """A prompt has a text in each of the languages in which it can be said."""
    spoken = reading.files.prompts
    if None in spoken.values():
        return
    names = {language: read.names for language, read in spoken.items() if read is not None}
    if not any(prompt in each for each in names.values()):
        known = frozenset[str]().union(*names.values())
        reading.miss(path, says, prompt, "prompt", known)
        return
    for language in languages:
        if language in names and prompt not in names[language]:
            reading.problems.add(
                place_of(reading.root, *path),
                f"{says} {shown(prompt)}, which has no text in {shown(language)}",
                f"a line `{prompt}: ...` in prompts/{language}.yaml",
                code="IVR003",
            )
