"""panoramisk's protocol and actions, cured of what loses letters, answers and whole connections."""

from __future__ import annotations

import asyncio
import codecs
from typing import Any

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol

from router import errors

ENCODING = "utf8"


class OneAction(Action):  # type: ignore[misc]  # panoramisk has no types
    """An action whose answer is one message, or a list up to the event that completes it."""

    def __init__(self, name: str, fields: dict[str, str], *, many: bool) -> None:
        for key, value in fields.items():
            # A line break would begin another action (survival.md, Security).
            if not (key + value).isprintable():
                raise errors.AmiValueUnsafe(action=name, field=key)
        super().__init__({"Action": name, **fields}, as_list=many)

    def add_message(self, message: Any) -> bool:
        """Whether the answer is whole. (panoramisk waits for ever after a refused list, and after
        QueueAdd for an event that has no id.)"""
        self.responses.append(message)
        first = self.responses[0]
        whole = (
            not self.as_list
            or not first.success
            or message.eventlist == "Complete"
            or message.event.endswith("Complete")
        )
        if whole and not self.future.done():
            self.future.set_result(self.responses)
        return whole


class OneConnection(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Lives once: what was not answered when it ends is failed, never sent again."""

    closed: bool

    def __init__(self, manager: Any) -> None:
        self._manager = manager
        self._decoder = codecs.getincrementaldecoder(ENCODING)("replace")

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.factory = self._manager
        self.encoding = ENCODING

    def data_received(self, data: bytes) -> None:
        # Two reads may share a letter; panoramisk's own decoder would drop it.
        whole = self._decoder.decode(data)
        if whole:
            super().data_received(whole.encode(ENCODING))

    def handle_message(self, message: Any) -> None:
        # panoramisk makes a list of a header that comes twice, and stumbles over it.
        for name, value in message.items():
            if isinstance(value, list):
                message[name] = value[-1]
        super().handle_message(message)

    def forget(self, action: OneAction) -> None:
        """Nobody waits for its answer any more."""
        self.responses.pop(action.id, None)

    def close(self) -> None:
        waiting = {id(action): action for action in self.responses.values()}
        self.responses.clear()
        for action in waiting.values():
            if not action.future.done():
                action.future.set_exception(ConnectionResetError("the connection was lost"))
        if not self.closed:
            self.closed = True
            self.transport.close()
