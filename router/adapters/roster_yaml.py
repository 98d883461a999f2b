"""The roster that an admin writes in YAML, or every problem in it with line and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from typing import TypeVar

from router.adapters.ivr.checks.rota import read_week
from router.adapters.ivr.problems import TOLD_AT_MOST, Place, Problem, Problems, listed, shown
from router.adapters.ivr.tree import Entries, Items, Node, Scalar, place_of, plain, read
from router.adapters.ivr.words import Misread
from router.adapters.roster_skills import MEXICO_CITY, read_skills
from router.core.routing.agent import AgentProfile
from router.core.vocabulary import AgentId, Device, DeviceKind, SkillName
from router.errors import RosterInvalid
from router.numbers import e164

T = TypeVar("T")

LARGEST = 1_000_000
MOST_DEVICES = 5
LONGEST_WRAP_UP = 3600
RESERVED = frozenset({"trunk", "anonymous"})
"""Endpoints of Asterisk's own configuration; an agent's id is an endpoint too."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
_SIP = re.compile(
    r"sip:(?:[A-Za-z0-9._~!*'()&=+$,-]{1,64}@)?"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])"
    r"(?::(\d{1,5}))?(?:;transport=(?:udp|tcp|tls))?",
    re.ASCII,
)
_PASSWORD = re.compile(r"[!-~]{6,64}", re.ASCII)
_SECONDS = re.compile(r"(\d{1,4}(?:\.\d{1,3})?) ?s?", re.ASCII)

_AGENT_KEYS = (
    "id",
    "name",
    "skills",
    "devices",
    "wrap_up",
    "works",
    "records_prompts",
    "on_call",
)
_DEVICE_KEYS = {
    DeviceKind.DESK: ("kind", "address", "password"),
    DeviceKind.PHONE: ("kind", "number"),
}


def read_roster(text: str, source: str, zone: tzinfo = MEXICO_CITY) -> list[AgentProfile]:
    """The agents of a roster, in its order; `source` names it in what is told.

    A day on which a skill begins or ends is one of `zone`. A desk phone with neither address nor
    password has none yet (router.desk_passwords). Raises RosterInvalid with everything that is
    wrong.
    """
    problems = Problems()
    agents = _roster(text, source, zone, problems)
    if problems.found:
        found = sorted(problems.found, key=lambda each: (each.place.line, each.place.column))
        raise RosterInvalid(problems=_told(found), found=tuple(found))
    return agents


def read_with_demand(
    text: str, source: str, asked: Collection[SkillName], zone: tzinfo = MEXICO_CITY
) -> tuple[list[AgentProfile], list[str]]:
    """As `read_roster`, and a sentence for each skill that is none of those `asked` for."""
    agents = read_roster(text, source, zone)
    unasked = Problems()
    root = read(text.encode("utf-8", "surrogateescape"), source, Problems())
    nodes = root.items.get("agents") if root is not None else None
    for agent, node in zip(agents, nodes.items if isinstance(nodes, Items) else (), strict=True):
        skills = node.items.get("skills") if isinstance(node, Entries) else None
        for skill, place in skills.keys.items() if isinstance(skills, Entries) else ():
            if skill not in asked:
                wrong = f"no queue asks for {shown(skill)}: it brings {agent.name} no call"
                unasked.add(place, wrong, listed(asked), word=skill, known=asked)
    return agents, [str(each) for each in unasked.found]


def _told(found: list[Problem]) -> str:
    lines = [str(each) for each in found[:TOLD_AT_MOST]]
    if len(found) > TOLD_AT_MOST:
        lines.append(f"... and {len(found) - TOLD_AT_MOST} more")
    return "\n".join(lines)


def _roster(text: str, source: str, zone: tzinfo, problems: Problems) -> list[AgentProfile]:
    start = Place(file=source)
    if len(text) > LARGEST:
        problems.add(start, "the roster is larger than 1 MB", "a file of agents")
        return []
    root = read(text.encode("utf-8", "surrogateescape"), source, problems)
    if root is None:
        return []
    _only(root, ("agents",), problems)
    agents = root.items.get("agents")
    if not isinstance(agents, Items):
        place = start if agents is None else place_of(root, "agents")
        problems.add(place, "there is no list of agents", "`agents:` and a list")
        return []
    seen = _Seen()
    read_ones = [_agent(node, seen, zone, problems) for node in agents.items]
    return [each for each in read_ones if each is not None]


@dataclass(slots=True)
class _Seen:
    """Where an id or an address was written first."""

    ids: dict[str, Place] = field(default_factory=dict)
    addresses: dict[str, Place] = field(default_factory=dict)


def _agent(node: Node, seen: _Seen, zone: tzinfo, problems: Problems) -> AgentProfile | None:
    if not isinstance(node, Entries):
        problems.add(node.place, f"{shown(plain(node))} is no agent", "id, name, skills, devices")
        return None
    _only(node, _AGENT_KEYS, problems)
    agent = _read(node, "id", _id, problems)
    if agent is not None:
        _once(agent.casefold(), agent, place_of(node, "id"), seen.ids, problems)
    name = _read(node, "name", _name, problems) if "name" in node.items else agent
    wrap_up = _read(node, "wrap_up", _wrap_up, problems) if "wrap_up" in node.items else None
    on_call = bool(_read(node, "on_call", _truth, problems)) if "on_call" in node.items else False
    devices = _devices(node, seen, problems)
    if on_call and devices and all(each.kind is not DeviceKind.PHONE for each in devices):
        place = place_of(node, "on_call")
        problems.add(place, "on call without a telephone number", "{kind: phone, number: ...}")
    if (works := node.items.get("works")) is not None:
        read_week(works, problems)  # for the check of the flow files: the engine has log-ins
    skills, validity = read_skills(node, zone, problems)
    return AgentProfile(
        id=AgentId(agent or ""),
        name=name or "",
        skills=skills,
        validity=validity,
        devices=devices,
        wrap_up=wrap_up,
        records_prompts="records_prompts" in node.items
        and bool(_read(node, "records_prompts", _truth, problems)),
        on_call=on_call,
    )


def _devices(agent: Entries, seen: _Seen, problems: Problems) -> tuple[Device, ...]:
    node = agent.items.get("devices")
    if not isinstance(node, Items) or not node.items:
        place = agent.place if node is None else place_of(agent, "devices")
        problems.add(place, "the agent has no devices", "`devices:` and a list, at least one")
        return ()
    if len(node.items) > MOST_DEVICES:
        problems.add(node.place, f"{len(node.items)} devices", f"at most {MOST_DEVICES}")
    devices: list[Device] = []
    for each in node.items:
        device = _device(each, seen, problems)
        if device is None:
            continue
        if device.kind is DeviceKind.DESK and any(d.kind is DeviceKind.DESK for d in devices):
            problems.add(each.place, "a second desk phone", "one desk phone per agent")
        devices.append(device)
    return tuple(devices)


def _device(node: Node, seen: _Seen, problems: Problems) -> Device | None:
    if not isinstance(node, Entries):
        problems.add(node.place, f"{shown(plain(node))} is no device", "{kind: desk} or a phone")
        return None
    kind = _read(node, "kind", _kind, problems)
    if kind is None:
        return None
    _only(node, _DEVICE_KEYS[kind], problems)
    if kind is DeviceKind.PHONE:
        return Device(kind=kind, number=_read(node, "number", _number, problems))
    address = _read(node, "address", _address, problems) if "address" in node.items else None
    password = _read(node, "password", _password, problems) if "password" in node.items else None
    if address is not None:
        _once(address, address, place_of(node, "address"), seen.addresses, problems)
        if "password" in node.items:
            place = place_of(node, "password", key=True)
            problems.add(
                place,
                "an address and a password",
                "one of them: a phone that registers has no address",
            )
    return Device(kind=kind, address=address, password=password)


def _read(entries: Entries, key: str, meaning: Callable[[str], T], problems: Problems) -> T | None:
    """The value's meaning; None with a problem noted."""
    node = entries.items.get(key)
    if node is None:
        problems.add(entries.place, f"there is no `{key}`", f"`{key}:`")
        return None
    place = place_of(entries, key)
    try:
        if not isinstance(node, Scalar):
            raise Misread(f"one value for `{key}`")
        return meaning(node.text.strip())
    except Misread as misread:
        # A password, even a wrong one, is not shown.
        what = "this password" if key == "password" else shown(plain(node))
        problems.add(place, f"{what} cannot be `{key}`", str(misread))
        return None


def _only(entries: Entries, known: Iterable[str], problems: Problems) -> None:
    known = tuple(known)
    for key, place in entries.keys.items():
        if key not in known:
            problems.add(
                place, f"{shown(key)} is not known here", ", ".join(known), word=key, known=known
            )


def _once(key: str, text: str, place: Place, seen: dict[str, Place], problems: Problems) -> None:
    if key in seen:
        problems.add(
            place, f"{shown(text)} is taken already, in line {seen[key].line}", "another one"
        )
    seen.setdefault(key, place)


def _id(text: str) -> str:
    if text.casefold() in RESERVED:
        raise Misread(f"another id: {text} is an endpoint of Asterisk's own")
    if _ID.fullmatch(text) is None:
        raise Misread("letters without accents, digits and . _ -, at most 40, as in ana.lopez")
    return text


def _name(text: str) -> str:
    if not 1 <= len(text) <= 80:
        raise Misread("a name of 1 to 80 letters")
    return " ".join(text.split())


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise Misread("true or false")
    return text == "true"


def _kind(text: str) -> DeviceKind:
    try:
        return DeviceKind(text)
    except ValueError:
        raise Misread("desk or phone") from None


def _address(text: str) -> str:
    found = _SIP.fullmatch(text)
    if found is None or (found[1] is not None and not 0 < int(found[1]) < 65536):
        raise Misread("a SIP address such as sip:ana@192.0.2.10:5060")
    return text


def _number(text: str) -> str:
    number = e164(text)
    if number is None:
        raise Misread("a telephone number with its country, as in +525512345678")
    return number


def _password(text: str) -> str:
    if _PASSWORD.fullmatch(text) is None:
        raise Misread("6 to 64 letters, digits and signs, without spaces or accents")
    return text


def _wrap_up(text: str) -> timedelta:
    found = _SECONDS.fullmatch(text)
    if found is None or float(found[1]) > LONGEST_WRAP_UP:
        raise Misread(f"seconds, from 0 to {LONGEST_WRAP_UP}")
    return timedelta(seconds=float(found[1]))
