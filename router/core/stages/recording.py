"""What callers and agents say is recorded and kept; no call suffers if it cannot be."""

from __future__ import annotations

import re
from datetime import timedelta

from router.core.call import Call, Recording
from router.core.commands import (
    DropRecording,
    KeepMessage,
    KeepPrompt,
    RecordSound,
    StopRecording,
)
from router.core.deadlines import RecordingOverdue
from router.core.events import LegsListed, RecordingEnded, RecordingKept
from router.core.ivr.waits import ForKeeping, ForMessage, MessageKept, MessageOver
from router.core.records import MessageLeft, MessageLost, PromptRecorded
from router.core.speech import hush, tell_agent
from router.core.turn import FlowGiven, MessageMeant, MessageWanted, PromptWanted, Turn
from router.core.vocabulary import CallId, LegId, NodeId, PlaybackId, RecordingId, StepName

LATE = timedelta(seconds=5)
"""Beyond the longest that it may be, should Asterisk never tell of the end."""
COUNTED_IN = timedelta(seconds=1)
KEPT_WITHIN = timedelta(seconds=30)
PROMPT_AT_MOST = timedelta(minutes=2)
PROMPT_SILENCE = timedelta(seconds=10)
PROMPT_ENDS_WITH = "#"
ALARM = "messages"
NEVER_TOLD = "never told"
UNKNOWN = StepName("")
"""An earlier life of the engine knew it."""
_MESSAGE = re.compile(r"(?P<call>.+)-e\d+-m\d+")


def begin(turn: Turn, move: MessageWanted) -> None:
    """The caller hears a tone and speaks; what they said before, and did not want, is deleted."""
    call, wait = move.call, move.wait
    _drop(turn, call)
    hush(turn, call)
    call.recordings_made += 1
    recording = Recording(
        id=RecordingId(f"{call.id}-e{turn.floor.epoch}-m{call.recordings_made}"),
        node=call.node,
        call=call.id,
        leg=call.leg,
        step=call.run.step,
        shortest=wait.shortest,
        silence=wait.silence,
    )
    call.recording = recording.id
    _record(turn, recording, wait)


def begin_prompt(turn: Turn, move: PromptWanted) -> None:
    """The same for an agent at a desk phone."""
    leg = move.leg
    turn.floor.codes_dialled += 1
    recording = Recording(
        id=RecordingId(f"{leg.node}-e{turn.floor.epoch}-k{turn.floor.codes_dialled}"),
        node=leg.node,
        call=None,
        leg=leg.id,
        agent=leg.agent,
        prompt=leg.prompt,
    )
    wait = ForMessage(
        longest=PROMPT_AT_MOST,
        shortest=timedelta(0),
        silence=PROMPT_SILENCE,
        ends_with=PROMPT_ENDS_WITH,
    )
    _record(turn, recording, wait)


def _record(turn: Turn, recording: Recording, wait: ForMessage) -> None:
    turn.floor.recordings[recording.id] = recording
    turn.order(
        RecordSound(
            node=recording.node,
            call=recording.call,
            leg=recording.leg,
            recording=recording.id,
            longest=wait.longest,
            silence=wait.silence,
            ends_with=wait.ends_with,
        )
    )
    turn.wake(wait.longest + LATE, RecordingOverdue(recording=recording.id, keeping=False))


def ends(turn: Turn, event: RecordingEnded) -> None:
    """The flow decides; of a caller who hung up, and of an earlier life, all is kept."""
    recording = turn.floor.recordings.get(event.recording)
    if recording is None:
        _keep_unknown(turn, event)
    elif recording.over:
        turn.ignore("RecordingEnded")
    elif event.why:
        _fail(turn, recording, event.why)
    else:
        recording.over, recording.lasted = True, _said(recording, event)
        if recording.prompt is not None:
            _keep(turn, recording)
        elif (call := _speaker(turn, recording)) is None:
            _settle(turn, recording)
        elif isinstance(wait := call.run.wait, ForMessage):
            lasted = wait.longest if recording.lasted is None else recording.lasted
            turn.move(FlowGiven(call, MessageOver(lasted=lasted)))


def _said(recording: Recording, event: RecordingEnded) -> timedelta | None:
    """Without the silence that ended it. Whoever whispers is silent to Asterisk, and not to us."""
    if event.lasted is None or event.silent <= recording.silence - COUNTED_IN:
        return event.lasted
    return max(event.lasted - recording.silence, timedelta(0))


def _keep_unknown(turn: Turn, event: RecordingEnded) -> None:
    """The engine that ordered it died. Of a prompt nobody knows any more which it was."""
    found = _MESSAGE.fullmatch(event.recording)
    if found is None or event.why:
        turn.ignore("RecordingEnded")
        return
    call = CallId(found["call"])
    node = NodeId(call.partition("-")[0])
    leg = LegId(call.partition("-")[2])
    recording = Recording(id=event.recording, node=node, call=call, leg=leg, over=True)
    turn.floor.recordings[recording.id] = recording
    _keep(turn, recording)


def are_listed(turn: Turn, event: LegsListed) -> None:
    """Those that ended unseen."""
    for each in event.recordings:
        known = turn.floor.recordings.get(each)
        if known is None or not known.over:
            ends(turn, RecordingEnded(at=turn.at, recording=each))


def keep(turn: Turn, move: MessageMeant) -> None:
    """The caller waits for it: they are told only what is so."""
    recording = turn.floor.recordings.get(move.call.recording or RecordingId(""))
    if recording is None:
        turn.move(FlowGiven(move.call, MessageKept(kept=False)))
    else:
        _keep(turn, recording)


def is_kept(turn: Turn, event: RecordingKept) -> None:
    """Or cannot be."""
    recording = turn.floor.recordings.get(event.recording)
    if recording is None:
        turn.ignore("RecordingKept")
    elif event.why:
        _fail(turn, recording, event.why)
    else:
        del turn.floor.recordings[recording.id]
        if recording.prompt is not None:
            _tell_agent(turn, recording, lasted=event.lasted)
            return
        turn.clear_alarm(ALARM)
        left = MessageLeft(
            step=recording.step or UNKNOWN, recording=recording.id, lasted=event.lasted
        )
        turn.note(left, recording.call)
        _go_on(turn, recording, kept=True)


def is_overdue(turn: Turn, due: RecordingOverdue) -> None:
    """Asterisk, or whoever keeps it, never told."""
    recording = turn.floor.recordings.get(due.recording)
    if recording is None or (recording.over and not due.keeping):
        return
    if not recording.over:
        stop = StopRecording(node=recording.node, call=recording.call, recording=recording.id)
        turn.order(stop)
    _fail(turn, recording, NEVER_TOLD)


def caller_goes(turn: Turn, call: Call) -> None:
    """What they have said stays; a recording that still runs tells of its own end."""
    recording = turn.floor.recordings.get(call.recording or RecordingId(""))
    call.recording = None
    if recording is not None and recording.over and not recording.keeping:
        _settle(turn, recording)
    elif recording is not None and not recording.over:
        stop = StopRecording(node=recording.node, call=recording.call, recording=recording.id)
        turn.order(stop)


def _settle(turn: Turn, recording: Recording) -> None:
    """Nobody is there to ask: enough of it is kept."""
    if recording.lasted is not None and recording.lasted < recording.shortest:
        del turn.floor.recordings[recording.id]
        turn.order(_dropped(recording))
    else:
        _keep(turn, recording)


def _keep(turn: Turn, recording: Recording) -> None:
    recording.keeping = True
    if recording.prompt is None:
        turn.order(
            KeepMessage(
                node=recording.node,
                call=recording.call,
                recording=recording.id,
                step=recording.step or UNKNOWN,
            )
        )
    else:
        language, prompt = recording.prompt
        turn.order(
            KeepPrompt(
                node=recording.node,
                call=None,
                recording=recording.id,
                language=language,
                prompt=prompt,
            )
        )
    turn.wake(KEPT_WITHIN, RecordingOverdue(recording=recording.id, keeping=True))


def _drop(turn: Turn, call: Call) -> None:
    recording = turn.floor.recordings.pop(call.recording or RecordingId(""), None)
    if recording is not None:
        turn.order(_dropped(recording))


def _dropped(recording: Recording) -> DropRecording:
    return DropRecording(node=recording.node, call=recording.call, recording=recording.id)


def _fail(turn: Turn, recording: Recording, why: str) -> None:
    """No call suffers by it; somebody has to look."""
    del turn.floor.recordings[recording.id]
    if recording.prompt is not None:
        _tell_agent(turn, recording, why=why)
        return
    turn.raise_alarm(
        ALARM,
        f"A caller's message could not be recorded or kept: {why}. See to the disk of the state"
        f" folder; `hotline explain {recording.call}` shows whose it was.",
    )
    turn.note(MessageLost(step=recording.step or UNKNOWN, why=why), recording.call)
    _go_on(turn, recording, kept=False)


def _go_on(turn: Turn, recording: Recording, *, kept: bool) -> None:
    call = _speaker(turn, recording)
    if call is None:
        return
    call.recording = None
    if isinstance(call.run.wait, ForKeeping):
        turn.move(FlowGiven(call, MessageKept(kept=kept)))
    elif isinstance(call.run.wait, ForMessage):
        turn.move(FlowGiven(call, MessageOver(lasted=None)))


def _speaker(turn: Turn, recording: Recording) -> Call | None:
    """The caller who is still there, and says no other message by now."""
    call = turn.floor.calls.get(recording.call or CallId(""))
    return call if call is not None and call.recording == recording.id else None


def _tell_agent(
    turn: Turn, recording: Recording, *, lasted: timedelta = timedelta(0), why: str = ""
) -> None:
    """Heard before the telephone is let go."""
    assert recording.prompt is not None
    assert recording.agent is not None
    language, prompt = recording.prompt
    turn.note(
        PromptRecorded(
            agent=recording.agent, language=language, prompt=prompt, lasted=lasted, why=why
        )
    )
    leg, floor = turn.floor.code_legs.get(recording.leg), turn.floor
    if leg is None:
        return
    leg.prompt = None
    leg.playback = PlaybackId(f"{recording.id}-p")
    said = floor.policy.agent_prompts["refused" if why else "ready"]
    tell_agent(turn, leg, said, floor.policy.agent_language)
