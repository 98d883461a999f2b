"""What goes over the control socket: one JSON value a line, and the version in the greeting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from router.core.plain import NotReadable, Plain, from_plain, to_plain
from router.core.routing.explain import StillWaiting
from router.core.snapshot import AgentView
from router.core.vocabulary import AgentId, CallId, QueueName

VERSION = 1
SOCKET_NAME = "engine.sock"
MOST_BYTES = 4 * 1024 * 1024
"""The longest request; a roster of thousands of agents is far below it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeting:
    """The engine's first line on every connection."""

    version: int
    pid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The whole floor, numbers masked. Answered by a Snapshot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAgent:
    """One agent with numbers and passwords. Answered by an AgentView."""

    agent: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWhy:
    """Why callers are still waiting. Answered by a WhyAnswered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """Start the shift of these agents, or of everyone. Answered by a ShiftChange."""

    agents: tuple[AgentId, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOut:
    """End their shift. Answered by a ShiftChange."""

    agents: tuple[AgentId, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Send them on a break. Answered by a ShiftChange."""

    agents: tuple[AgentId, ...] = ()
    everyone: bool = False
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """End their break. Answered by a ShiftChange."""

    agents: tuple[AgentId, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishWrapUp:
    """End their wrap-up. Answered by a ShiftChange."""

    agents: tuple[AgentId, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeRespiro:
    """A break after a hard call, never refused; `lasts` None: as the policy says. Answered by a
    ShiftChange."""

    agents: tuple[AgentId, ...] = ()
    everyone: bool = False
    lasts: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendWrapUp:
    """More time to write, up to the policy's cap. Answered by a ShiftChange."""

    agents: tuple[AgentId, ...] = ()
    everyone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRoster:
    """Replace the roster. Answered by a RosterImported."""

    text: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """Put the flow files in force as they are now. Answered by a PolicyReloaded."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Trouble that was seen from outside, or None: it is over. Answered by a Reported."""

    alarm: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPairs:
    """Look up again who is kept apart. Answered by a PairsInForce."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The journal as it is written, without end. Only lines that match everything given."""

    call: CallId | None = None
    queue: QueueName | None = None
    agent: AgentId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStanding:
    """Whether this engine is the active one, and who else is there. Answered by a Standing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Let the next engine be the active one, `heir` if that is named. Answered by a Standing.

    `leaves`: the process ends once somebody else is active; else it stands by.
    """

    heir: str = ""
    leaves: bool = False


ShiftRequest = LogIn | LogOut | Pause | Resume | FinishWrapUp | TakeRespiro | ExtendWrapUp
OfficeRequest = AskStanding | HandOver
FloorRequest = (
    Look | ShowAgent | AskWhy | ShiftRequest | ImportRoster | Reload | Report | ReadPairs | Tail
)
Request = FloorRequest | OfficeRequest

REQUESTS: Mapping[str, type[Request]] = {
    "look": Look,
    "agents.show": ShowAgent,
    "agents.login": LogIn,
    "agents.logout": LogOut,
    "agents.pause": Pause,
    "agents.resume": Resume,
    "agents.ready": FinishWrapUp,
    "agents.respiro": TakeRespiro,
    "agents.extend": ExtendWrapUp,
    "agents.import": ImportRoster,
    "reload": Reload,
    "pairs.read": ReadPairs,
    "why": AskWhy,
    "report": Report,
    "tail": Tail,
    "standing": AskStanding,
    "hand_over": HandOver,
}
_VERBS = {kind: verb for verb, kind in REQUESTS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hindrance:
    """Why an agent is not where the request wanted them; `what` ends "Ana (ana) ..."."""

    agent: AgentId
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftChange:
    """The agents after the request, numbers masked, and those for whom it has not come true."""

    agents: tuple[AgentView, ...]
    hindrances: tuple[Hindrance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterImported:
    """The roster in force. `warnings`: what is odd about it, with file, line and column."""

    agents: int
    added: tuple[AgentId, ...]
    removed: tuple[AgentId, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReloaded:
    """The policy in force, and the files that changed; none: it was in force already."""

    version: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """The alarms that stand now."""

    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairsInForce:
    """How many callers know somebody, and how many pairs are kept apart."""

    known: int
    apart: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAnswered:
    """Everybody who waits, in the order in which they came to their queue."""

    calls: tuple[StillWaiting, ...]


def to_wire(value: Plain) -> bytes:
    """One line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def from_wire(line: bytes) -> dict[str, Plain]:
    """The object on a line. Raises NotReadable."""
    try:
        value = json.loads(line)
    except ValueError:
        raise NotReadable("the line is no JSON") from None
    if not isinstance(value, dict):
        raise NotReadable("the line is no JSON object")
    return value


def write_request(request: Request) -> bytes:
    """`{"do": "agents.login", "with": {...}}`."""
    return to_wire({"do": _VERBS[type(request)], "with": to_plain(request)})


def read_request(line: bytes) -> Request:
    """The request back. Raises NotReadable."""
    value = from_wire(line)
    kind = REQUESTS.get(str(value.get("do")))
    if kind is None:
        raise NotReadable(f"there is no request {value.get('do')!r}")
    request: Request = from_plain(kind, value.get("with", {}))
    return request
