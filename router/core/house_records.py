"""What happened to the house and not to a call: agents, telephones, policies, nodes, alarms."""

from __future__ import annotations

from dataclasses import dataclass

from router.core.vocabulary import (
    AgentId,
    AgentState,
    DeviceKind,
    NodeId,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStateChanged:
    """An agent's own doing or a rule's: log-in, log-out, pause, back, automatic pause."""

    agent: AgentId
    state: AgentState
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStateChanged:
    """A telephone of an agent can or cannot be reached."""

    agent: AgentId
    device: DeviceKind
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterChanged:
    """The roster was replaced."""

    agents: int
    added: tuple[AgentId, ...]
    removed: tuple[AgentId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged:
    """Another policy is in force: the files in which it differs, and who put it there."""

    version: str
    files: tuple[str, ...] = ()
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeConnected:
    """A node's channels were listed and reconciled; `adopted` callers are of an earlier life.

    `restarted`: Asterisk is a new process. Whoever was in the old one is gone, the fallback's too.
    """

    node: NodeId
    legs: int
    handed: int
    kept: int
    adopted: int = 0
    restarted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeLost:
    """The connection to a node broke; its calls go on, unseen."""

    node: NodeId


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRaised:
    """Something a supervisor must know now. No personal data in it (domain.md, Law)."""

    alarm: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmCleared:
    """The cause of an alarm is gone."""

    alarm: str
