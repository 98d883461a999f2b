"""The journal after a storm: each caller's story makes sense, over all lives of the engine."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from router.core.records import (
    Abandoned,
    Adopted,
    AgentLost,
    Answered,
    CallFinished,
    CallStarted,
    Ended,
    Entry,
    HandedToFallback,
    OfferEnded,
    OfferMade,
    Queued,
    Record,
    TimedOut,
)
from router.core.shift_records import WrapUpEnded, WrapUpStarted
from router.core.vocabulary import EndedBy


def faults_in(entries: Iterable[Entry], *, last_epoch: int) -> Iterator[str]:
    """What cannot be, in words. A life that was killed may owe the ends of what it began."""
    stories: dict[str, list[Entry]] = defaultdict(list)
    offers: dict[str, int] = defaultdict(int)
    made: dict[str, int] = {}
    wrap_ups: dict[str, int] = defaultdict(int)
    for entry in sorted(entries, key=lambda e: (e.epoch, e.seq)):
        if entry.call is not None:
            stories[entry.call].append(entry)
        record = entry.record
        if isinstance(record, OfferMade):
            if record.offer in made:
                yield f"offer {record.offer} was made twice"
            made[record.offer] = entry.epoch
        elif isinstance(record, OfferEnded):
            offers[record.offer] += 1
            # A new life cannot know that a telephone which is let go had been answered, nor that
            # the one before, which died as soon, had let it go.
            if offers[record.offer] > 1 and f"-e{entry.epoch}-" in record.offer:
                yield f"offer {record.offer} ended twice"
        elif isinstance(record, WrapUpStarted) and entry.epoch == last_epoch:
            wrap_ups[record.agent] += 1
        elif isinstance(record, WrapUpEnded) and entry.epoch == last_epoch:
            wrap_ups[record.agent] -= 1
    for offer, epoch in made.items():
        if epoch == last_epoch and not offers[offer]:
            yield f"offer {offer} never ended"
    for agent, open_ in wrap_ups.items():
        if open_ > 0:
            yield f"{agent}'s wrap-up never ended"
    for call, story in stories.items():
        yield from _story(call, story, last_epoch)


def _story(call: str, story: list[Entry], last_epoch: int) -> Iterator[str]:
    """One place at a time, one conversation at a time, and one end."""
    waiting = talking = over = adopted = False
    epoch = 0
    for entry in story:
        record = entry.record
        match record:
            case CallStarted():
                waiting = talking = over = False
                epoch = entry.epoch
            case Adopted():
                # Who comes back from the dialplan takes the place anew: `Queued` says so, unless
                # the life that saw it was killed before that was written.
                waiting, talking = record.place_from is not None, bool(record.agent)
                adopted, over, epoch = over, False, entry.epoch
            case Queued():
                if waiting and not adopted and not over and record.again is False:
                    yield f"{call} took two places"
                waiting, over, adopted = True, False, False
            case Answered():
                if not waiting:
                    yield f"{call} was answered and did not wait"
                if talking:
                    yield f"{call} was answered twice"
                waiting, talking = False, True
            case Abandoned() | TimedOut():
                if not waiting:
                    yield f"{call} left a place that it did not have"
                waiting = False
            case Ended() | AgentLost():
                if not talking:
                    yield f"{call} ended a conversation that it did not have"
                talking = False
            case CallFinished() | HandedToFallback():
                if over and not _again(record):
                    yield f"{call} ended twice"
                over, waiting = True, False
            case _:
                pass
    if epoch == last_epoch and not over:
        yield f"{call} never ended"


def _again(record: Record) -> bool:
    """A new life that finds a caller in the dialplan says so once more."""
    return isinstance(record, HandedToFallback)


def unlisted(entries: Iterable[Entry], lost: Mapping[str, float]) -> Iterator[str]:
    """Who died with Asterisk and is not told of as `hotline calls --lost` does: as lost, or as one
    whose end nobody saw."""
    ends: dict[str, list[EndedBy]] = {call: [] for call in lost}
    for entry in entries:
        if entry.call in ends and isinstance(entry.record, CallFinished):
            ends[entry.call].append(entry.record.by)
    for call, by in ends.items():
        if by and by[-1] is not EndedBy.LOST:
            yield f"{call} ended by {by[-1].value}, and died with Asterisk at {lost[call]:.2f}"
