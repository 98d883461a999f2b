"""The operator's side of the control socket, blocking: one connection for each request."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

from router import errors
from router.adapters.control import socket_file
from router.adapters.control.protocol import (
    MOST_BYTES,
    SOCKET_NAME,
    VERSION,
    AskStanding,
    AskWhy,
    Greeting,
    HandOver,
    ImportRoster,
    Look,
    PairsInForce,
    PolicyReloaded,
    ReadPairs,
    Reload,
    Report,
    Reported,
    Request,
    RosterImported,
    ShiftChange,
    ShiftRequest,
    ShowAgent,
    Tail,
    WhyAnswered,
    from_wire,
    write_request,
)
from router.core.journal_lines import Line, from_line
from router.core.plain import NotReadable, Plain, from_plain
from router.core.routing.explain import StillWaiting
from router.core.snapshot import AgentView, Snapshot
from router.core.vocabulary import AgentId, CallId, QueueName
from router.succession import Standing

ANSWERED_WITHIN = 5.0
LOOK_WITHIN = 1.0
SHIFT_WITHIN = 20.0
"""A log-in waits 10 s for desk phones before it is answered."""

T = TypeVar("T")


class ControlClient:
    """Talks to the engine whose state folder this is.

    Every method raises EngineNotRunning, EngineSilent, EngineOfAnotherUser,
    EngineSpeaksOtherVersion, or RequestRefused with the engine's own words.
    """

    def __init__(
        self, folder: Path, *, name: str = SOCKET_NAME, answered_within: float = ANSWERED_WITHIN
    ) -> None:
        """`name`: of the socket, the active engine's if not said otherwise."""
        self._folder = folder
        self._name = name
        self._answered_within = answered_within

    def floor(self) -> Snapshot:
        """The floor now, agents' numbers masked."""
        return self._ask(Look(), Snapshot)

    def still_waiting(self) -> tuple[StillWaiting, ...]:
        """Everybody who waits for an agent, and why they still do."""
        return self._ask(AskWhy(), WhyAnswered).calls

    def agent(self, agent: AgentId) -> AgentView:
        """One agent, with numbers and passwords."""
        return self._ask(ShowAgent(agent=agent), AgentView)

    def change_shift(self, request: ShiftRequest) -> ShiftChange:
        """Log in or out, pause, resume, end wrap-up. A log-in takes up to 10 s."""
        return self._ask(request, ShiftChange, within=SHIFT_WITHIN)

    def import_roster(self, text: str, source: str) -> RosterImported:
        """Replace the roster by this YAML; `source` is named in complaints."""
        return self._ask(
            ImportRoster(text=text, source=source), RosterImported, within=SHIFT_WITHIN
        )

    def reload(self, by: str) -> PolicyReloaded:
        """Put the flow files in force; a refusal names every problem in them."""
        return self._ask(Reload(by=by), PolicyReloaded, within=SHIFT_WITHIN)

    def report(self, alarm: str, text: str | None) -> Reported:
        """Raise an alarm for trouble that was seen from outside; None: it is over."""
        return self._ask(Report(alarm=alarm, text=text), Reported)

    def read_pairs(self) -> PairsInForce:
        """Have the engine look up again who is kept apart."""
        return self._ask(ReadPairs(), PairsInForce, within=SHIFT_WITHIN)

    def standing(self) -> Standing:
        """Whether it is the active engine, and who else is there."""
        return self._ask(AskStanding(), Standing)

    def hand_over(self, heir: str = "", *, leaves: bool = False) -> Standing:
        """Have it stop acting, for `heir` or anybody; how it stands then."""
        return self._ask(HandOver(heir=heir, leaves=leaves), Standing)

    def tail(
        self,
        *,
        call: CallId | None = None,
        queue: QueueName | None = None,
        agent: AgentId | None = None,
    ) -> Iterator[Line]:
        """The journal's lines from now on; ends when the engine does."""
        with self._conversation(self._answered_within) as (connection, lines):
            self._exchange(connection, lines, Tail(call=call, queue=queue, agent=agent))
            connection.settimeout(None)
            for line in lines:
                yield from_line(from_wire(line)["line"])

    def _ask(self, request: Request, kind: type[T], within: float | None = None) -> T:
        with self._conversation(within or self._answered_within) as (connection, lines):
            return from_plain(kind, self._exchange(connection, lines, request))

    def _exchange(
        self, connection: socket.socket, lines: BufferedReader, request: Request
    ) -> Plain:
        line = write_request(request)
        if len(line) > MOST_BYTES:
            raise errors.RequestRefused(
                message=f"The request has {len(line)} bytes; the engine takes {MOST_BYTES} at most."
            )
        connection.sendall(line)
        answer = from_wire(self._line(lines))
        if "refused" in answer:
            raise errors.RequestRefused(message=answer["refused"])
        if "broken" in answer:
            raise errors.EngineFault(folder=self._folder, fault=answer["broken"])
        return answer["ok"]

    @contextmanager
    def _conversation(self, within: float) -> Iterator[tuple[socket.socket, BufferedReader]]:
        try:
            with (
                socket_file.connect(self._folder, within, self._name) as connection,
                connection.makefile("rb") as lines,
            ):
                greeting = from_plain(Greeting, from_wire(self._line(lines)))
                if greeting.version != VERSION:
                    raise errors.EngineSpeaksOtherVersion(
                        folder=self._folder, theirs=greeting.version, ours=VERSION
                    )
                yield connection, lines
        except TimeoutError as failure:
            raise errors.EngineSilent(folder=self._folder, seconds=within) from failure
        except ConnectionError as failure:
            raise errors.EngineNotRunning(folder=self._folder) from failure
        except (NotReadable, KeyError) as failure:
            raise errors.EngineSpeaksOtherVersion(
                folder=self._folder, theirs="unknown", ours=VERSION
            ) from failure

    def _line(self, lines: BufferedReader) -> bytes:
        line = lines.readline()
        if not line.endswith(b"\n"):
            raise errors.EngineNotRunning(folder=self._folder)
        return line


def standbys_in(folder: Path) -> list[Standing]:
    """The engines of this folder that stand by and answer."""
    found = []
    for name in socket_file.standbys(folder):
        client = ControlClient(folder, name=name, answered_within=LOOK_WITHIN)
        with suppress(errors.HotlineError):
            found.append(client.standing())
    return found
