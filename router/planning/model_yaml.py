"""A model file: agents and calls in YAML, for `hotline simulate --model`."""

from __future__ import annotations

from dataclasses import dataclass, field

from router.adapters.ivr.agent_order import TERMS, read_term, wrong_with
from router.adapters.ivr.problems import Place, Problems, shown
from router.adapters.ivr.tree import Scalar, plain, read
from router.adapters.ivr.words import Misread
from router.core.routing.choice import AGENT_ORDER, Term
from router.core.routing.skills import SkillSet
from router.errors import ModelInvalid
from router.planning import reading
from router.planning.durations import duration
from router.planning.reading import Mapped, told
from router.simulator.model import CallKind, Group, Model, Widen

LARGEST = 10_000_000
TOP = ("agent_order", "call_order", "wrap_up", "period", "agents", "calls")
GROUP = ("group", "count", "skills", "speed")
KIND = ("name", "rate", "require", "class", "service", "patience", "widen")


@dataclass(slots=True)
class _Lists:
    """Where lists of rates and counts stand, and how long they are."""

    found: list[tuple[Place, str, int]] = field(default_factory=list)

    def note(self, of: Mapped, key: str, length: int, is_list: bool) -> None:
        if is_list and length:
            self.found.append((of.place(key), key, length))


def read_model(content: bytes, source: str) -> tuple[Model, tuple[str, ...]]:
    """The model, and what to be warned of; `source` names the file. Raises ModelInvalid."""
    problems = Problems()
    model = None
    if len(content) > LARGEST:
        problems.add(Place(file=source), "the file is larger than 10 MB", "agents and calls")
    elif (root := read(content, source, problems)) is not None:
        model = _model(Mapped(root, "the model", problems))
    if problems.found or model is None:
        lines, found = told(problems)
        raise ModelInvalid(problems=lines, found=found)
    return model, tuple(_warnings(model, source))


def _model(top: Mapped) -> Model | None:
    top.only(TOP)
    lists = _Lists()
    order = _order(top) if top.has("agent_order") else AGENT_ORDER
    if top.has("call_order"):
        top.value("call_order", _call_order)
    wrap_up = top.value("wrap_up", reading.not_negative) if top.has("wrap_up") else 0.0
    seen: dict[str, Place] = {}
    groups = [_group(each, seen, lists) for each in top.members("agents", "group")]
    seen = {}
    kinds = [_kind(each, seen, lists) for each in top.members("calls", "call")]
    period = _period(top, lists)
    whole_groups = tuple(each for each in groups if each is not None)
    whole_kinds = tuple(each for each in kinds if each is not None)
    if top.problems.found or wrap_up is None:
        return None
    model = Model(
        groups=whole_groups,
        calls=whole_kinds,
        agent_order=order,
        wrap_up=wrap_up,
        period=period,
    )
    _served(top, model)
    return model


def _order(top: Mapped) -> tuple[Term, ...]:
    names, is_list = top.values("agent_order", _term)
    if not is_list:
        top.problems.add(top.place("agent_order"), "`agent_order` is no list", f"[{TERMS[-2]}]")
    elif (wrong := wrong_with(names)) is not None:
        top.problems.add(top.place("agent_order"), *wrong)
    return names


def _term(key: str, text: str) -> Term:
    try:
        return read_term(text)
    except Misread as misread:
        wrong = f"`{key}` has {shown(text)}: no two agents differ by it"
        raise reading.Misfit(wrong, str(misread)) from None


def _call_order(key: str, text: str) -> str:
    if text != "arrival":
        raise reading.Misfit(
            f"`{key}` is {shown(text)}", "arrival: inside a class, first come first"
        )
    return text


def _group(group: Mapped, seen: dict[str, Place], lists: _Lists) -> Group | None:
    group.only(GROUP)
    name = group.value("group", reading.name)
    if name is not None:
        group.once("group", name, seen)
        group.what = f"the group {name}"
    counts, is_list = group.values("count", reading.head_count)
    lists.note(group, "count", len(counts), is_list)
    skills = group.levels("skills")
    speed = group.value("speed", reading.positive) if group.has("speed") else 1.0
    if name is None or not counts or speed is None:
        return None
    return Group(name=name, counts=counts, skills=skills, speed=speed)


def _kind(kind: Mapped, seen: dict[str, Place], lists: _Lists) -> CallKind | None:
    kind.only(KIND)
    name = kind.value("name", reading.name)
    if name is not None:
        kind.once("name", name, seen)
        kind.what = f"the call {name}"
    rates, is_list = kind.values("rate", reading.rate)
    lists.note(kind, "rate", len(rates), is_list)
    require = kind.levels("require")
    order_class = kind.value("class", reading.whole) if kind.has("class") else 0
    service = duration(kind, "service")
    node = kind.node.items.get("patience")
    patient = node is None or (isinstance(node, Scalar) and plain(node) == "never")
    patience = None if patient else duration(kind, "patience")
    widen = _widen(kind) if kind.has("widen") else ()
    if name is None or not rates or order_class is None or service is None:
        return None
    return CallKind(
        name=name,
        rates=rates,
        require=SkillSet.of(require),
        order_class=order_class,
        service=service,
        patience=patience,
        widen=widen,
    )


def _widen(kind: Mapped) -> tuple[Widen, ...]:
    steps: list[Widen] = []
    for step in kind.members("widen", "step"):
        step.only(("after", "also"))
        after = step.value("after", reading.not_negative)
        also = SkillSet.of(step.levels("also"))
        if after is None:
            continue
        if steps and after < steps[-1].after:
            wrong = f"this step comes {after:g} after the arrival, before the one above it"
            kind.problems.add(step.place("after"), wrong, "steps in the order of their time")
        steps.append(Widen(after=after, also=also))
    return tuple(steps)


def _period(top: Mapped, lists: _Lists) -> float | None:
    period = top.value("period", reading.positive) if top.has("period") else None
    if not lists.found:
        if top.has("period"):
            wrong = "there is a `period`, and no `rate` or `count` is a list: it would do nothing"
            top.problems.add(top.node.keys["period"], wrong, "lists, or no `period`")
        return None
    first, key, length = lists.found[0]
    if not top.has("period"):
        wrong = f"`{key}` is a list, and nothing says how long each of its values lasts"
        top.problems.add(first, wrong, "`period:` at the top of the file")
    for place, other, size in lists.found[1:]:
        if size != length:
            wrong = f"`{other}` has {size} values and `{key}` in line {first.line} has {length}"
            top.problems.add(place, wrong, "one value per period in every list")
    return period


def _served(top: Mapped, model: Model) -> None:
    """Refuse what nobody could ever run to its end."""
    if not any(any(group.counts) for group in model.groups):
        top.problems.add(top.place("agents"), "nobody works: no call is ever answered", "a count")
    elif not any(any(kind.rates) for kind in model.calls):
        top.problems.add(top.place("calls"), "no call ever comes: nothing is simulated", "a rate")
    else:
        for mapped, kind in zip(top.members("calls", "call"), model.calls, strict=True):
            if kind.patience is None and not _eligible(model, kind):
                wrong = f"nobody has what {kind.name} requires: its callers would wait for ever"
                top.problems.add(mapped.place("require"), wrong, "a group with these skills")


def _eligible(model: Model, kind: CallKind) -> list[Group]:
    sets = [kind.require, *(step.also for step in kind.widen)]
    return [
        group
        for group in model.groups
        if any(group.counts) and any(each.fits(group.skills) for each in sets)
    ]


def _warnings(model: Model, source: str) -> list[str]:
    """What runs, and may not be what was meant."""
    warnings = [
        f"{source}: nobody has what {kind.name} requires: all of its callers give up."
        for kind in model.calls
        if not _eligible(model, kind)
    ]
    if model.period is not None:
        return warnings
    patient = [kind for kind in model.calls if kind.patience is None]
    work = sum(kind.rates[0] * (kind.service.mean + model.wrap_up) for kind in patient)
    able = {group.name: group for kind in patient for group in _eligible(model, kind)}
    hands = sum(group.counts[0] * group.speed for group in able.values())
    if patient and work >= hands:
        warnings.append(
            f"{source}: callers who never give up bring {work:g} of work and agents can do "
            f"{hands:g}: their queue grows without end, and its figures depend on --calls."
        )
    return warnings
