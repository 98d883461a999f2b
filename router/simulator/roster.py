"""Who works when: agents with skills, shifts that may pass midnight, breaks, and seats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from router.core.routing.agent import AgentProfile
from router.core.routing.skills import Skills
from router.core.vocabulary import AgentId, Device, DeviceKind

DAY = timedelta(days=1)
NOBODYS_NUMBER = "+525500000000"
"""No telephone is dialled in a simulation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Counted from the midnight that begins the shift's day."""

    start: timedelta
    lasts: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """`end` is after `start`: a shift that passes midnight ends after more than 24 h."""

    name: str
    start: timedelta
    end: timedelta
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """`week`: the shift of each day from Monday on, or None. `office`: they need a seat."""

    id: AgentId
    name: str
    skills: Skills
    device: DeviceKind
    week: tuple[Shift | None, ...]
    office: bool = False

    @property
    def profile(self) -> AgentProfile:
        """As the engine knows them."""
        number = NOBODYS_NUMBER if self.device is DeviceKind.PHONE else None
        device = Device(kind=self.device, number=number)
        return AgentProfile(id=self.id, name=self.name, skills=self.skills, devices=(device,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stint:
    """One shift on one day, as instants."""

    worker: Worker
    start: datetime
    end: datetime
    breaks: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`seats`: how many may work in the office at once."""

    workers: tuple[Worker, ...]
    seats: int | None = None

    def stints(self, first: date, days: int, zone: tzinfo) -> Iterator[Stint]:
        """All that touch these days, those that began the day before as well."""
        for number in range(-1, days):
            day = first + number * DAY
            for worker in self.workers:
                shift = worker.week[day.weekday()]
                if shift is not None:
                    yield _stint(worker, shift, day, zone)


def _stint(worker: Worker, shift: Shift, day: date, zone: tzinfo) -> Stint:
    def at(since_midnight: timedelta) -> datetime:
        """Wall-clock time: the day on which the clock changes has another length."""
        whole_days, clock = divmod(since_midnight, DAY)
        local = datetime.combine(day + whole_days * DAY, time(0)) + clock
        return local.replace(tzinfo=zone)

    return Stint(
        worker=worker,
        start=at(shift.start),
        end=at(shift.end),
        breaks=tuple((at(each.start), at(each.start + each.lasts)) for each in shift.breaks),
    )


def planned(
    roster: Roster, first: date, days: int, zone: tzinfo
) -> Mapping[AgentId, Sequence[tuple[datetime, datetime]]]:
    """When each is to work within these days, breaks left out."""
    found: defaultdict[AgentId, list[tuple[datetime, datetime]]] = defaultdict(list)
    begins, ends = (
        datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)
        for day in (first, first + days * DAY)
    )
    for stint in roster.stints(first, days, zone):
        since = stint.start
        for start, end in (*stint.breaks, (stint.end, stint.end)):
            span = (max(since.astimezone(UTC), begins), min(start.astimezone(UTC), ends))
            if span[0] < span[1]:
                found[stint.worker.id].append(span)
            since = end
    return found


def staffed(roster: Roster, hour_of_week: timedelta) -> Mapping[AgentId, Worker]:
    """Who works at a time of the week, from Monday 0 h, breaks left out."""
    at_work: dict[AgentId, Worker] = {}
    week = 7 * DAY
    for worker in roster.workers:
        for day, shift in enumerate(worker.week):
            if shift is None:
                continue
            since = (hour_of_week - day * DAY) % week
            on_break = any(b.start <= since < b.start + b.lasts for b in shift.breaks)
            if shift.start <= since < shift.end and not on_break:
                at_work[worker.id] = worker
    return at_work
