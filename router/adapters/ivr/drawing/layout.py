"""Where cards stand: in columns from left to right, and so that ways cross little and run straight.

The layered drawing of Sugiyama, Tagawa and Toda (1981): ways back are set aside, cards stand in
columns by their longest way from the first, a column is ordered by where its neighbours are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

SWEEPS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What has to be placed: `ports` are the heights at which its ways leave it."""

    name: str
    width: float
    height: float
    ports: Sequence[float]
    ways: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """From a box's port to another box; `bends` are points between, `back` leads leftwards."""

    box: str
    port: int
    to: str
    bends: tuple[tuple[float, float], ...] = ()
    back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`at` is the upper left corner of each box."""

    at: Mapping[str, tuple[float, float]]
    ways: Sequence[Way]
    width: float
    height: float


@dataclass(slots=True)
class _Slot:
    """A box in its column, or the place where a long way passes through it."""

    column: int
    height: float
    width: float
    y: float = 0.0
    before: list[tuple[_Slot, float]] = field(default_factory=list)
    after: list[tuple[_Slot, float]] = field(default_factory=list)


def laid_out(boxes: Sequence[Box], *, between: float, gap: float, bend: float = 14) -> Layout:
    """`between` columns, and `gap` between two boxes of one; each way leads to a box."""
    known = {box.name: box for box in boxes}
    back = _ways_back(boxes)
    columns = _columns(boxes, back)
    slots = {
        box.name: _Slot(column=columns[box.name], height=box.height, width=box.width)
        for box in boxes
    }
    rows: list[list[_Slot]] = [[] for _ in range(max(columns.values(), default=0) + 1)]
    for slot in slots.values():
        rows[slot.column].append(slot)
    passing: dict[tuple[str, int], list[_Slot]] = {}
    for box in boxes:
        for port, to in enumerate(box.ways):
            if (box.name, port) not in back:
                passing[box.name, port] = _joined(
                    slots[box.name], box.ports[port], slots[to], rows, bend
                )
    _order(rows)
    _place(rows, gap)
    xs = _column_starts(rows, between)
    top = min((slot.y - slot.height / 2 for row in rows for slot in row), default=0)
    ways = []
    for box in boxes:
        for port, to in enumerate(box.ways):
            through = passing.get((box.name, port), [])
            bends = tuple(
                point
                for slot in through
                for point in _across(xs[slot.column], rows[slot.column], slot.y - top)
            )
            if (box.name, port) not in back:
                bends = (*_out(xs, rows, slots[box.name], box.ports[port], top), *bends)
            ways.append(
                Way(box=box.name, port=port, to=to, bends=bends, back=(box.name, port) in back)
            )
    at = {name: (xs[slot.column], slot.y - slot.height / 2 - top) for name, slot in slots.items()}
    return Layout(
        at=at,
        ways=ways,
        width=max((x + known[name].width for name, (x, _) in at.items()), default=0),
        height=max((y + known[name].height for name, (_, y) in at.items()), default=0),
    )


def _ways_back(boxes: Sequence[Box]) -> set[tuple[str, int]]:
    """Those that lead to a box on the way to themselves; without recursion."""
    known = {box.name: box for box in boxes}
    back, on_the_way, done = set[tuple[str, int]](), set[str](), set[str]()
    for first in boxes:
        if first.name in done:
            continue
        on_the_way.add(first.name)
        stack = [(first.name, iter(enumerate(first.ways)))]
        while stack:
            name, ways = stack[-1]
            way = next(ways, None)
            if way is None:
                stack.pop()
                on_the_way.discard(name)
                done.add(name)
            elif way[1] in on_the_way:
                back.add((name, way[0]))
            elif way[1] not in done:
                on_the_way.add(way[1])
                stack.append((way[1], iter(enumerate(known[way[1]].ways))))
    return back


def _columns(boxes: Sequence[Box], back: set[tuple[str, int]]) -> dict[str, int]:
    """The longest way from a box that nothing leads to."""
    waits = {box.name: 0 for box in boxes}
    for box in boxes:
        for port, to in enumerate(box.ways):
            waits[to] += (box.name, port) not in back
    columns = dict.fromkeys(waits, 0)
    known = {box.name: box for box in boxes}
    ready = [name for name, count in waits.items() if count == 0]
    while ready:
        name = ready.pop()
        for port, to in enumerate(known[name].ways):
            if (name, port) in back:
                continue
            columns[to] = max(columns[to], columns[name] + 1)
            waits[to] -= 1
            if waits[to] == 0:
                ready.append(to)
    return columns


def _joined(
    start: _Slot, port: float, end: _Slot, rows: list[list[_Slot]], height: float
) -> list[_Slot]:
    """The slots that a way passes through between its two boxes."""
    passing: list[_Slot] = []
    before, offset = start, port - start.height / 2
    for column in range(start.column + 1, end.column):
        slot = _Slot(column=column, height=height, width=0)
        rows[column].append(slot)
        before.after.append((slot, offset))
        slot.before.append((before, offset))
        before, offset = slot, 0.0
        passing.append(slot)
    before.after.append((end, offset))
    end.before.append((before, offset))
    return passing


def _order(rows: list[list[_Slot]]) -> None:
    """Each column by the mean of its neighbours' places, forth and back."""
    for row in rows:
        _stack(row, 1)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        for row in rows if forth else reversed(rows):
            row.sort(key=_left_mean if forth else _right_mean)
            _stack(row, 1)


def _stack(row: list[_Slot], gap: float) -> None:
    y = -(sum(slot.height for slot in row) + gap * (len(row) - 1)) / 2
    for slot in row:
        slot.y = y + slot.height / 2
        y += slot.height + gap


def _left_mean(slot: _Slot) -> float:
    places = [other.y + offset for other, offset in slot.before]
    return sum(places) / len(places) if places else slot.y


def _right_mean(slot: _Slot) -> float:
    places = [other.y - offset for other, offset in slot.after]
    return sum(places) / len(places) if places else slot.y


def _both_means(slot: _Slot) -> float:
    if not slot.before or not slot.after:
        return _left_mean(slot) if slot.before else _right_mean(slot)
    return (_left_mean(slot) + _right_mean(slot)) / 2


def _place(rows: list[list[_Slot]], gap: float) -> None:
    """As near to the neighbours as the order and the gaps allow."""
    wishes: list[Callable[[_Slot], float]] = [_left_mean, _right_mean, _both_means]
    for row in rows:
        _stack(row, gap)
    for sweep in range(SWEEPS):
        wish = wishes[sweep % 3]
        for row in rows if sweep % 2 == 0 else reversed(rows):
            _settle(row, [wish(slot) for slot in row], gap)


def _settle(row: list[_Slot], wished: list[float], gap: float) -> None:
    """The least squared distance from what is wished, in order: pools of adjacent violators."""
    offsets, y = [], 0.0
    for number, slot in enumerate(row):
        y += slot.height / 2 + (gap if number and slot.width + row[number - 1].width else gap / 3)
        offsets.append(y)
        y += slot.height / 2
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, offsets, strict=True):
        total, count = wish - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    places = [total / count for total, count in pools for _ in range(count)]
    for slot, place, offset in zip(row, places, offsets, strict=True):
        slot.y = place + offset


def _column_starts(rows: list[list[_Slot]], between: float) -> list[float]:
    xs, x = [], 0.0
    for row in rows:
        xs.append(x)
        x += max((slot.width for slot in row), default=0) + between
    return xs


def _out(
    xs: list[float], rows: list[list[_Slot]], slot: _Slot, port: float, top: float
) -> Iterator[tuple[float, float]]:
    """Out of a column that is wider than the box, before it bends."""
    widest = max(each.width for each in rows[slot.column])
    if widest > slot.width:
        yield xs[slot.column] + widest, slot.y - slot.height / 2 - top + port


def _across(x: float, row: list[_Slot], y: float) -> list[tuple[float, float]]:
    """Straight through the column."""
    return [(x, y), (x + max(slot.width for slot in row), y)]
