"""What happened, in sentences: for `explain`, `tail` and whoever stands beside the demo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from typing import assert_never

from router.core.house_records import (
    AgentStateChanged,
    AlarmCleared,
    AlarmRaised,
    DeviceStateChanged,
    NodeConnected,
    NodeLost,
    PolicyChanged,
    RosterChanged,
)
from router.core.journal_lines import Line, UnreadableRecord
from router.core.records import (
    Abandoned,
    Adopted,
    AgentLost,
    Answered,
    CallbackRequested,
    CallFinished,
    CallStarted,
    CommandRefused,
    Ended,
    Entry,
    HandedToFallback,
    LadderLeft,
    LookedUp,
    MessageLeft,
    MessageLost,
    OfferEnded,
    OfferMade,
    OfferPickedUp,
    OfferRang,
    Overflowed,
    PartnerAnswered,
    PartnerLeft,
    PartnerMissed,
    PromptMissing,
    PromptRecorded,
    Queued,
    Record,
    StepEntered,
    SurveyAnswered,
    Tagged,
    TimedOut,
    Widened,
)
from router.core.routing.explain import KeptWaiting
from router.core.shift_records import (
    PairsRead,
    RestBegan,
    RestEnded,
    SkillsChanged,
    WrapUpEnded,
    WrapUpExtended,
    WrapUpStarted,
)
from router.core.vocabulary import AgentId, AgentState, EndedBy, OfferOutcome
from router.durations import span
from router.shift_story import of_shift
from router.why import because, because_nobody

OfCaller = (
    CallStarted
    | Adopted
    | StepEntered
    | Tagged
    | CallbackRequested
    | LookedUp
    | MessageLeft
    | MessageLost
    | PartnerAnswered
    | PartnerMissed
    | PartnerLeft
    | SurveyAnswered
    | PromptMissing
    | CommandRefused
    | CallFinished
)
OfQueue = (
    Queued | Widened | KeptWaiting | Overflowed | Answered | Abandoned | TimedOut | HandedToFallback
)
OfOffer = OfferMade | OfferRang | OfferPickedUp | OfferEnded
OfAgent = (
    AgentLost
    | LadderLeft
    | Ended
    | WrapUpStarted
    | WrapUpEnded
    | AgentStateChanged
    | DeviceStateChanged
    | PromptRecorded
)
OfHouse = RosterChanged | PolicyChanged | NodeConnected | NodeLost | AlarmRaised | AlarmCleared

_LEFT_STEP = {
    "key": "{keys} pressed",
    "wrong_key": "a wrong key",
    "silence": "no key",
}
_LEFT_QUEUE = {
    "time": "{queue} gives up after {waited}; the flow goes on",
    "key": "leaves {queue} by a key after {waited}; the flow goes on",
    "overflow": "leaves {queue} after {waited}: it overflows",
    "partner": "leaves {queue} after {waited}: somebody outside is there",
    "nobody": "nobody is on shift for {queue} after {waited}; the flow goes on",
}
_OUTCOME = {
    OfferOutcome.ACCEPTED: "{agent} takes the call",
    OfferOutcome.NO_ANSWER: "{agent} does not answer",
    OfferOutcome.DECLINED: "{agent} declines",
    OfferOutcome.UNREACHABLE: "{agent}'s telephone cannot be reached",
    OfferOutcome.MACHINE: "nobody presses 1 at {agent}'s telephone: a machine",
    OfferOutcome.WITHDRAWN: "the offer to {agent} is withdrawn",
}
_OVERFLOWS = {
    "alarm": "an alarm",
    "widen": "{into} may take it, too",
    "on_call": "those on call are rung as well ({into})",
    "partner": "{into} is rung outside",
    "step": "the flow goes on at {into}",
}
_LEFT_LADDER = {
    "declined": "does not take the caller back",
    "machine": "does not press 1",
    "not_reached": "was rung again in vain",
    "away": "has stopped working",
}
_STATE = {
    AgentState.LOGGED_OUT: "{agent} is logged out",
    AgentState.READY: "{agent} is ready",
    AgentState.OFFERED: "{agent} is being rung",
    AgentState.TALKING: "{agent} talks",
    AgentState.WRAP_UP: "{agent} is in wrap-up",
    AgentState.PAUSED: "{agent} is paused",
}
_BY = {
    EndedBy.CALLER: "the caller hangs up",
    EndedBy.AGENT: "{agent} hangs up",
    EndedBy.SYSTEM: "the system ends it",
    EndedBy.LOST: "the connection is lost",
}


def line(entry: Entry | Line, zone: tzinfo = UTC) -> str:
    """One line of the tail: the time of day, the call, and what happened."""
    at = entry.at.astimezone(zone).strftime("%H:%M:%S.%f")[:-3]
    return f"{at}  {entry.call or 'house'}  {sentence(entry.record)}"


def story(entries: Iterable[Entry | Line]) -> list[str]:
    """A call's lines, each with the seconds since its first."""
    told = list(entries)
    return [
        f"{(each.at - told[0].at).total_seconds():9.3f} s  {sentence(each.record)}" for each in told
    ]


def sentence(record: Record | UnreadableRecord) -> str:
    """What a record says, without its time."""
    match record:
        case (
            CallStarted()
            | Adopted()
            | StepEntered()
            | Tagged()
            | CallbackRequested()
            | LookedUp()
            | MessageLeft()
            | MessageLost()
            | PartnerAnswered()
            | PartnerMissed()
            | PartnerLeft()
            | SurveyAnswered()
            | PromptMissing()
            | CommandRefused()
            | CallFinished()
        ):
            return _of_caller(record)
        case (
            Queued()
            | Widened()
            | KeptWaiting()
            | Overflowed()
            | Answered()
            | Abandoned()
            | TimedOut()
            | HandedToFallback()
        ):
            return _of_queue(record)
        case OfferMade() | OfferRang() | OfferPickedUp() | OfferEnded():
            return _of_offer(record)
        case (
            AgentLost()
            | LadderLeft()
            | Ended()
            | WrapUpStarted()
            | WrapUpEnded()
            | AgentStateChanged()
            | DeviceStateChanged()
            | PromptRecorded()
        ):
            return _of_agent(record)
        case (
            RosterChanged()
            | PolicyChanged()
            | NodeConnected()
            | NodeLost()
            | AlarmRaised()
            | AlarmCleared()
        ):
            return _of_house(record)
        case PairsRead() | SkillsChanged() | RestBegan() | RestEnded() | WrapUpExtended():
            return of_shift(record)
        case UnreadableRecord(kind=kind, problem=problem):
            return f"{kind}: written by another version ({problem})"
        case _:
            assert_never(record)


def _of_caller(record: OfCaller) -> str:
    match record:
        case CallStarted(flow=flow, known_line=known, language=language, policy=policy):
            who = "the test call" if record.synthetic else "the caller"
            line_known = "" if known else " (the number dialled is in no line file)"
            return f"{who} is heard: {flow}{line_known}, in {language}, policy {policy}"
        case Adopted(step=step, queue=queue, agent=agent):
            where = f"talking to {agent}" if agent else f"waiting in {queue}" if queue else step
            return f"taken over from an earlier life of the engine, {where}"
        case StepEntered(step=step, step_kind=kind, after=after, digits=digits):
            keys = f"{digits} key" if digits == 1 else f"{digits} keys"
            left = _LEFT_STEP.get(after, "").format(keys=keys)
            return f"{step} ({kind})" + (f", after {left}" if left else "")
        case Tagged(tag=tag):
            return f"tagged {tag}"
        case CallbackRequested(queue=queue, other_number=other):
            where = " on another telephone" if other else ""
            return f"asks to be called{where} about {queue}; it is safe"
        case LookedUp(step=step, why=why, took=took):
            answer = f"no answer that fits ({why})" if why else "an answer that fits"
            return f"{step}: {answer} of the other system after {span(took)}"
        case MessageLeft(step=step, lasted=lasted):
            return f"{step}: leaves a message of {span(lasted)}"
        case MessageLost(step=step, why=why):
            return f"{step}: the message could not be recorded or kept ({why}); the flow goes on"
        case PartnerAnswered(contact=contact, to_voice=to_voice):
            return f"{contact} takes the call, {span(to_voice)} after it came"
        case PartnerMissed(contact=contact, why=why):
            return f"{contact} does not take the call ({why.replace('_', ' ')}); the flow goes on"
        case PartnerLeft(contact=contact, by=EndedBy.LOST, talked=talked):
            return f"the line to {contact} breaks after {span(talked)}; the caller is kept"
        case PartnerLeft(contact=contact, by=by, talked=talked):
            return f"{by.value} ends the conversation with {contact} after {span(talked)}"
        case SurveyAnswered(question=question, figure=figure):
            return f"answers {question}: {figure}"
        case PromptMissing(prompts=prompts, language=language):
            return f"{', '.join(prompts)} cannot be played in {language}; the call goes on"
        case CommandRefused(command=command, why=why, detail=detail):
            return f"Asterisk does not carry out {command} ({why}: {detail}); the call goes on"
        case CallFinished(by=by, at_step=step, lasted=lasted):
            ended = _BY[by].format(agent="the agent")
            return f"{ended} at {step}, after {span(lasted)}: over"
        case _:
            assert_never(record)


def _of_queue(record: OfQueue) -> str:
    match record:
        case Queued(queue=queue, order_class=order_class, again=again):
            verb = "is back in" if again else "waits in"
            return f"{verb} {queue} (class {order_class})"
        case Overflowed(queue=queue, action=action, into=into, because=because):
            done = _OVERFLOWS[action].format(into=into) if action in _OVERFLOWS else action
            return f"{queue} overflows ({because}): {done}"
        case KeptWaiting():
            return f"nobody yet: {because_nobody(record)}"
        case Widened(queue=queue, step=step, also=also, skipped=skipped):
            reason = ", at once: nobody was logged in for the step before" if skipped else ""
            return f"{queue} widens to {also} (step {step}){reason}"
        case Answered(agent=agent, waited=waited, to_voice=to_voice):
            return (
                f"{agent} and the caller talk: {span(to_voice)} to a voice,"
                f" {span(waited)} of it in the queue"
            )
        case Abandoned(queue=queue, waited=waited, offered=offered):
            rung = ", while an agent was rung" if offered else ""
            return f"the caller gives up after {span(waited)} in {queue}{rung}: abandoned"
        case TimedOut(queue=queue, waited=waited, why=why):
            return _LEFT_QUEUE.get(why, _LEFT_QUEUE["time"]).format(
                queue=queue, waited=span(waited)
            )
        case HandedToFallback(queue=queue, reason=reason):
            whence = f" from {queue}" if queue else ""
            return f"handed{whence} to the dialplan's fallback: {reason}"
        case _:
            assert_never(record)


def _of_offer(record: OfOffer) -> str:
    match record:
        case OfferMade(agent=agent, device=device, queue=queue, why=why):
            return f"rings {agent} ({device}) for {queue}: {because(why, queue)}"
        case OfferRang(agent=agent):
            return f"{agent}'s telephone rings"
        case OfferPickedUp(agent=agent):
            return f"{agent}'s telephone is picked up; a person has yet to press 1"
        case OfferEnded(agent=agent, outcome=outcome, after=after, cause=cause):
            network = f" (cause {cause})" if cause and outcome != OfferOutcome.ACCEPTED else ""
            return f"{_OUTCOME[outcome].format(agent=agent)}, after {span(after)}{network}"
        case _:
            assert_never(record)


def _of_agent(record: OfAgent) -> str:
    match record:
        case AgentLost(agent=agent, cause=cause, talked=talked):
            return f"{agent}'s connection breaks after {span(talked)} (cause {cause}): caller kept"
        case LadderLeft(agent=agent, why=why):
            return f"{agent} {_LEFT_LADDER.get(why, why)}: whoever is free gets the caller"
        case Ended(agent=agent, by=by, talked=talked):
            return f"{_BY[by].format(agent=agent)} after {span(talked)} with {agent}"
        case WrapUpStarted(agent=agent, lasts=lasts):
            end = f"for {span(lasts)}" if lasts is not None else "until they end it"
            return f"{agent} wraps up, {end}"
        case WrapUpEnded(agent=agent, by=by, lasted=lasted):
            ended = "ends the wrap-up" if by == EndedBy.AGENT else "is done with wrap-up"
            return f"{agent} {ended} after {span(lasted)}"
        case AgentStateChanged(agent=agent, state=state, reason=reason):
            return f"{_STATE[state].format(agent=agent)}" + (f" ({reason})" if reason else "")
        case PromptRecorded(agent=agent, language=language, prompt=prompt, why=why):
            failed = f", but it could not be kept ({why})" if why else ""
            return f"{agent} records the prompt {prompt} in {language}{failed}"
        case DeviceStateChanged(agent=agent, device=device, reachable=reachable):
            return f"{agent}'s {device} {'can' if reachable else 'cannot'} be reached"
        case _:
            assert_never(record)


def _of_house(record: OfHouse) -> str:
    match record:
        case RosterChanged(agents=agents, added=added, removed=removed):
            return (
                f"the roster has {agents} agents{_names(', new', added)}{_names(', gone', removed)}"
            )
        case PolicyChanged(version=version, files=files, by=by):
            changed = f", changed in {', '.join(files)}" if files else ""
            return f"policy {version} is in force{changed}{f' by {by}' if by else ''}"
        case NodeConnected(node=node, legs=legs, handed=handed, kept=kept, adopted=adopted):
            return (
                f"connected to Asterisk {node}: {legs} legs there, {kept} kept, {adopted} callers"
                f" taken over, {handed} handed to the fallback"
            )
        case NodeLost(node=node):
            return f"the connection to Asterisk {node} is lost; its calls go on"
        case AlarmRaised(alarm=alarm, text=text):
            return f"ALARM {alarm}: {text}"
        case AlarmCleared(alarm=alarm):
            return f"alarm {alarm} is over"
        case _:
            assert_never(record)


def _names(title: str, agents: Sequence[AgentId]) -> str:
    return f"{title}: {', '.join(agents)}" if agents else ""
