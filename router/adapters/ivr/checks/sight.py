"""All that the check looks at: files that load, with the place of everything in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from router.adapters.ivr.checks.roads import Roads, Spot
from router.adapters.ivr.checks.voices import Voices
from router.adapters.ivr.meaning import Files
from router.adapters.ivr.problems import Place
from router.adapters.ivr.tree import Entries, place_of
from router.core.ivr.hours import Hours
from router.core.ivr.model import Line
from router.core.ivr.steps.language import LanguageStep
from router.core.routing.queue import Queue
from router.core.vocabulary import FlowName, Language, QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """`crisis` is the first resort: the queue of callers whose flow cannot go on."""

    files: Files
    roads: Roads
    voices: Voices
    lines: Mapping[str, Line]
    queues: Mapping[QueueName, Queue]
    hours: Mapping[str, Hours]
    hours_places: Mapping[str, Place]
    crisis: QueueName
    languages: Collection[Language]

    def place(self, spot: Spot, *field: str | int, key: bool = False) -> Place:
        """Of a step, or of something in it."""
        flow = self.files.flows[spot[0]]
        assert flow is not None
        return place_of(flow.root, "steps", spot[1], *field, key=key or not field)

    def called(self, spot: Spot) -> str:
        """`step linea.menu`."""
        return f"step {spot[0]}.{spot[1]}"

    def file_of(self, flow: FlowName) -> Place:
        """The first line of a flow's file."""
        found = self.files.flows[flow]
        assert found is not None
        return Place(file=found.root.place.file)

    def line_place(self, number: str) -> Place:
        assert self.files.lines is not None
        return place_of(self.files.lines.root, "lines", number, key=True)

    def queue_node(self, queue: str) -> Entries:
        """What the file says of it."""
        assert self.files.queues is not None
        queues = self.files.queues.root.items["queues"]
        assert isinstance(queues, Entries)
        found = queues.items[queue]
        assert isinstance(found, Entries)
        return found

    def queue_place(self, queue: str) -> Place:
        assert self.files.queues is not None
        return place_of(self.files.queues.root, "queues", queue, key=True)


def seen(files: Files, folder: Path) -> Sight:
    """Of files in which nothing is wrong."""
    assert files.lines is not None
    assert files.queues is not None
    assert files.hours is not None
    assert files.queues.first_resort is not None
    flows = [each.flow for each in files.flows.values() if each is not None]
    chosen = {s.language for f in flows for s in f.steps.values() if isinstance(s, LanguageStep)}
    return Sight(
        files=files,
        roads=Roads(flows, files.queues.queues),
        voices=Voices(
            {
                (each.language, prompt): text
                for each in files.prompts.values()
                if each is not None
                for prompt, text in each.texts.items()
            },
            folder / "prompts",
        ),
        lines=files.lines.lines,
        queues=files.queues.queues,
        hours=files.hours.hours,
        hours_places=files.hours.places,
        crisis=files.queues.first_resort,
        languages=sorted({line.language for line in files.lines.lines.values()} | chosen),
    )
