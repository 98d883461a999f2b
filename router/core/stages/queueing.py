"""A caller waits for a person: their place in the queue, and what they hear meanwhile."""

from __future__ import annotations

from datetime import timedelta

from router.core.call import Call, Place
from router.core.deadlines import MessageDue, MusicDue, QueueGivesUp, StaffDue
from router.core.events import PlaybackEnded
from router.core.ivr.speaking.phrase import worded
from router.core.ivr.waits import NobodyStaffed, QueueGaveUp
from router.core.records import Queued, TimedOut
from router.core.routing.estimate import estimate, minutes
from router.core.routing.queue import Queue, Waiting
from router.core.speech import music, say, waits_with_music
from router.core.turn import FlowGiven, OffersWithdrawn, PlaceKept, QueueEntered, Turn

STAFF_AGAIN_AFTER = timedelta(seconds=10)


def enter(turn: Turn, move: QueueEntered) -> None:
    """Take a place, which counts from this moment, and hear the notice or music.

    Who waited in the fallback first, because there was no engine, has waited since they arrived.

    A queue that the newest policy no longer has is replaced by the first resort, never by nothing.
    """
    call, floor = move.call, turn.floor
    queues = floor.policy.queues
    queue = queues.get(move.wait.queue) or queues[floor.policy.first_resort]
    since = call.arrived_at if call.seen_late else turn.at
    call.seen_late = False
    call.place = Place(
        queue=queue.name,
        since=since,
        prefer=move.wait.prefer,
        require=move.wait.require,
        at_head=move.again,
    )
    _note_place(turn, call, call.place, again=move.again)
    if move.again:
        say(turn, call, (floor.policy.lost,), call.run.language)
    elif queue.waiting.notice is not None:
        say(turn, call, (queue.waiting.notice,), call.run.language)
    else:
        music(turn, call)
    _set_clocks(turn, call, queue)
    if move.wait.unless_nobody:
        _look_for_anybody(turn, call, call.place)
    turn.affects(call)


def _look_for_anybody(turn: Turn, call: Call, place: Place) -> None:
    """The flow has another way for callers whom nobody on shift could ever answer."""
    floor = turn.floor
    queue = floor.policy.queues[place.queue].insisting_on(place.require)
    if any(skills.fits(a.skills) for a in floor.staffed() for skills in queue.circles):
        turn.wake(STAFF_AGAIN_AFTER, StaffDue(call=call.id, wait=call.wait))
    else:
        turn.move(FlowGiven(call, NobodyStaffed()))


def staff_is_due(turn: Turn, due: StaffDue) -> None:
    """Who was on shift may have left."""
    call = turn.floor.calls.get(due.call)
    if call is not None and call.place is not None and call.wait == due.wait:
        _look_for_anybody(turn, call, call.place)


def _set_clocks(turn: Turn, call: Call, queue: Queue) -> None:
    if queue.waiting.speaks:
        turn.wake(queue.waiting.first, MessageDue(call=call.id, wait=call.wait))
    if queue.gives_up_after is not None:
        turn.wake(queue.gives_up_after, QueueGivesUp(call=call.id, wait=call.wait))


def keep(turn: Turn, move: PlaceKept) -> None:
    """Music again, and the clocks of the place go on from when it was taken."""
    call = move.call
    assert call.place is not None
    queue, waited = turn.floor.policy.queues[call.place.queue], turn.at - call.place.since
    if move.back:
        _note_place(turn, call, call.place, again=False)
    music(turn, call)
    if queue.waiting.speaks:
        due, every = queue.waiting.first, queue.waiting.every
        if due <= waited:
            due += ((waited - due) // every + 1) * every
        turn.wake(due - waited, MessageDue(call=call.id, wait=call.wait))
    if queue.gives_up_after is not None:
        left = max(queue.gives_up_after - waited, timedelta(0))
        turn.wake(left, QueueGivesUp(call=call.id, wait=call.wait))
    turn.affects(call)


def _note_place(turn: Turn, call: Call, place: Place, *, again: bool) -> None:
    turn.note(
        Queued(
            queue=place.queue,
            order_class=turn.floor.policy.queues[place.queue].order_class,
            place_from=place.since,
            again=again,
        ),
        call.id,
    )


def message_is_due(turn: Turn, due: MessageDue) -> None:
    """A voice for who waits; not over another prompt, nor over a person who is being connected."""
    call = turn.floor.calls.get(due.call)
    if call is None or call.place is None or call.wait != due.wait:
        return
    waiting = turn.floor.policy.queues[call.place.queue].waiting
    if not waiting.speaks:
        return
    if call.playing is None:
        _speak(turn, call, call.place, waiting)
    turn.wake(waiting.every, due)


def _speak(turn: Turn, call: Call, place: Place, waiting: Waiting) -> None:
    """The rounded wait if it is long, else the message; said in the caller's language."""
    wait = _estimate(turn, call, place, waiting) if waiting.estimate is not None else None
    phrases, language = turn.floor.policy.book.phrases, call.run.language
    if waiting.estimate is not None and wait is not None and wait > waiting.above:
        told = {"n": minutes(wait)}
        say(turn, call, worded((waiting.estimate,), language, phrases, told), language)
    elif waiting.message is not None:
        say(turn, call, (waiting.message,), language)


def _estimate(turn: Turn, call: Call, place: Place, waiting: Waiting) -> timedelta | None:
    floor = turn.floor
    queue = floor.policy.queues[place.queue].insisting_on(place.require)
    ahead = sum(
        other.place is not None
        and other.place.queue == place.queue
        and (other.place.since, other.id) < (place.since, call.id)
        for other in floor.calls.values()
    )
    agents = sum(a.paused is None and queue.require.fits(a.skills) for a in floor.staffed())
    takes = floor.takes.get(place.queue, waiting.takes) + (queue.wrap_up or timedelta(0))
    return estimate(ahead, agents, takes)


def prompt_ends(turn: Turn, call: Call, event: PlaybackEnded) -> None:
    """After every prompt, music again."""
    if call.place is not None and call.playing is None:
        music(turn, call)


def music_is_due(turn: Turn, due: MusicDue) -> None:
    """Asterisk refused the music a moment ago; silence is not an answer."""
    call = turn.floor.calls.get(due.call)
    if call is not None and call.playing is None and waits_with_music(call):
        music(turn, call)


def queue_gives_up(turn: Turn, due: QueueGivesUp) -> None:
    """The queue's own time-out: the flow goes on where it says."""
    call = turn.floor.calls.get(due.call)
    if call is None or call.place is None or call.wait != due.wait:
        return
    place, call.place = call.place, None
    turn.note(TimedOut(queue=place.queue, waited=turn.at - place.since), call.id)
    turn.affects(call)
    turn.move(OffersWithdrawn(call))
    turn.move(FlowGiven(call, QueueGaveUp()))
