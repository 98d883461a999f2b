"""Two policies for the very same callers and agents: differences with intervals, by class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from router.core.vocabulary import QueueName
from router.metrics.figures import Values
from router.metrics.report import Figures
from router.simulator.hotline_plan import Plan
from router.simulator.hotline_report import LEVEL, Replication
from router.simulator.intervals import Estimate, estimate
from router.simulator.replications import Progress, replicate

COMPARED = (
    "service_level",
    "abandonment",
    "net_abandonment",
    "asa",
    "voice_mean",
    "voice_p90",
    "voice_p99",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A figure before and after; `change` is of the paired replications (common random numbers)."""

    before: Estimate
    after: Estimate
    change: Estimate

    @property
    def certain(self) -> bool:
        """Whether the interval of the change leaves 0 out."""
        low, high = self.change.low, self.change.high
        return low is not None and high is not None and not low <= 0 <= high


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassChange:
    """What changes for the callers of a queue; `sentence` says it."""

    order_class: int
    differences: Mapping[str, Difference]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """By queue, the highest class first, and for all."""

    before: str
    after: str
    queues: Mapping[QueueName, ClassChange]
    overall: Mapping[str, Difference]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Both:
    """Replications of one plan, then of the other."""

    before: Replication
    after: Replication
    count: int

    def __call__(self, number: int) -> Figures:
        one = self.before if number < self.count else self.after
        return one(number % self.count)


def compare(
    before: Plan,
    after: Plan,
    replications: int,
    *,
    workers: int | None = None,
    progress: Progress,
) -> Comparison:
    """The plans differ in their policy, and share seed, roster and traffic."""
    both = _Both(before=Replication(plan=before), after=Replication(plan=after), count=replications)
    figures = replicate(both, 2 * replications, workers=workers, progress=progress)
    first, second = figures[:replications], figures[replications:]
    names = {name for one in figures for name in one.queues}
    classes = {name: before.policy.queues.get(name) or after.policy.queues[name] for name in names}
    changes = {}
    for name in sorted(names, key=lambda each: (-classes[each].order_class, each)):
        differences = _differences(first, second, _of_queue(name))
        changes[name] = ClassChange(
            order_class=classes[name].order_class,
            differences=differences,
            sentence=_sentence(name, differences),
        )
    return Comparison(
        before=before.policy.version,
        after=after.policy.version,
        queues=changes,
        overall=_differences(first, second, lambda one: one.overall),
    )


def _of_queue(name: QueueName) -> Callable[[Figures], Values]:
    return lambda one: one.queues.get(name, {})


def _differences(
    first: Sequence[Figures], second: Sequence[Figures], part: Callable[[Figures], Values]
) -> Mapping[str, Difference]:
    found = {}
    for key in COMPARED:
        before = [part(one).get(key) for one in first]
        after = [part(one).get(key) for one in second]
        pairs = zip(before, after, strict=True)
        changes = [b - a if a is not None and b is not None else None for a, b in pairs]
        found[key] = Difference(
            before=estimate(before, LEVEL),
            after=estimate(after, LEVEL),
            change=estimate(changes, LEVEL),
        )
    return found


def _sentence(queue: QueueName, differences: Mapping[str, Difference]) -> str:
    """For a supervisor: who waits how much longer or shorter, and whether that is sure."""
    level, voice = differences["service_level"], differences["voice_mean"]
    left = differences["abandonment"]
    if level.before.mean is None or level.after.mean is None or voice.change.mean is None:
        return f"{queue}: one of the policies has no callers in this queue."
    if not (level.certain or voice.certain or left.certain):
        return f"{queue}: no difference that these replications could tell from chance."
    parts = []
    if voice.certain:
        longer = "later" if voice.change.mean > 0 else "sooner"
        parts.append(f"callers hear a person {abs(voice.change.mean):.0f} s {longer}")
    if level.certain and level.change.mean is not None:
        parts.append(
            f"{_percent(level.after.mean)} instead of {_percent(level.before.mean)} are answered "
            "in time"
        )
    if left.certain and left.change.mean is not None:
        more = "more" if left.change.mean > 0 else "fewer"
        parts.append(f"{abs(left.change.mean) * 1000:.0f} {more} of 1,000 give up")
    return f"{queue}: {', '.join(parts)}."


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("%", " %")
