"""AMI of the storm's Asterisk, for the engine and for the guard: never delayed by a prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from router.adapters.ami.access import Access
from router.adapters.ami.client import AmiClient, OnEvent, Reply
from tests.storm.app_queue import AppQueue
from tests.storm.channel import BEGAN, Channel
from tests.storm.latency import Weather
from tests.storm.loop import Killed, Process
from tests.storm.pbx import Pbx
from tests.storm.telephones import Telephones

ASKING = ("Ping", "Getvar", "Status", "DeviceStateList", "QueueStatus")
"""Actions that change nothing."""


class Ami:
    """What each action does, and who is connected."""

    def __init__(self, pbx: Pbx, queue: AppQueue, telephones: Telephones) -> None:
        self.pbx = pbx
        self._queue = queue
        self._telephones = telephones
        self.clients: list[StormAmi] = []
        queue.tell = self.tell
        telephones.on_contact = self._contact

    def tell(self, message: Mapping[str, Any]) -> None:
        """An event, to the engine alone."""
        for client in self.clients:
            if client.hears:
                self.pbx.loop.after(0.002, client.hear, dict(message))

    def _contact(self, agent: str, reachable: bool) -> None:
        state = "NOT_INUSE" if reachable else "UNAVAILABLE"
        self.tell({"Event": "DeviceStateChange", "Device": f"PJSIP/{agent}", "State": state})
        if reachable:
            self.tell(
                {"Event": "ContactStatus", "EndpointName": agent, "ContactStatus": "Reachable"}
            )

    def do(self, action: str, fields: Mapping[str, str]) -> Reply:
        """Carry out an action."""
        reply: Reply = getattr(self, f"_{action.lower()}")(fields)
        return reply

    # -- variables ----------------------------------------------------------------------------

    def _ping(self, fields: Mapping[str, str]) -> Reply:
        return _done(Timestamp=f"{BEGAN + self.pbx.now:.6f}")

    def _getvar(self, fields: Mapping[str, str]) -> Reply:
        return _done(Value=self.pbx.variables.get(fields["Variable"], ""))

    def _setvar(self, fields: Mapping[str, str]) -> Reply:
        name, value = fields["Variable"], fields["Value"]
        if "Channel" not in fields:
            self.pbx.variables[name] = value
            return _done()
        channel = self.pbx.channels.get(fields["Channel"])
        if channel is None:
            return _refused("No such channel")
        channel.carries[name] = value
        return _done()

    # -- the guard ----------------------------------------------------------------------------

    def _status(self, fields: Mapping[str, str]) -> Reply:
        return _done(*(_status_of(channel) for channel in self.pbx.channels.values()))

    def _redirect(self, fields: Mapping[str, str]) -> Reply:
        channel = self._named(fields["Channel"])
        if channel is None or channel.closing or channel.where == "dialled":
            return _refused("Channel does not exist")
        self.pbx.cut(channel.bridge, f"{channel.id} was redirected")
        if channel.where == "stasis":
            self.pbx.leave(channel)
        if channel.where != "queue":
            self.pbx.to_fallback(channel)
        return _done()

    def _hangup(self, fields: Mapping[str, str]) -> Reply:
        channel = self._named(fields["Channel"])
        if channel is None:
            return _refused("No such channel")
        self.pbx.cut(channel.bridge, f"{channel.id} was hung up by the guard")
        self.pbx.hang_up(channel, int(fields["Cause"]), soft=True)
        return _done()

    def _named(self, name: str) -> Channel | None:
        return next((c for c in self.pbx.channels.values() if c.name == name), None)

    # -- telephones and the queue -------------------------------------------------------------

    def _devicestatelist(self, fields: Mapping[str, str]) -> Reply:
        states = [
            {
                "Event": "DeviceStateChange",
                "Device": f"PJSIP/{each.agent}",
                "State": "NOT_INUSE" if each.reachable(self.pbx) else "UNAVAILABLE",
            }
            for each in self._telephones.all.values()
            if each.has_desk and each.agent in self.pbx.endpoints
        ]
        return _done(*states)

    def _queueadd(self, fields: Mapping[str, str]) -> Reply:
        penalty = int(fields.get("Penalty", "0"))
        paused = fields["Paused"] == "true"
        added = self._queue.add(fields["Interface"], paused=paused, penalty=penalty)
        return _done() if added else _refused("Unable to add interface: Already there")

    def _queuepause(self, fields: Mapping[str, str]) -> Reply:
        self._queue.pause(fields["Interface"], paused=fields["Paused"] == "true")
        return _done()

    def _queueremove(self, fields: Mapping[str, str]) -> Reply:
        removed = self._queue.remove(fields["Interface"])
        return _done() if removed else _refused("Unable to remove interface: Not there")

    def _queuestatus(self, fields: Mapping[str, str]) -> Reply:
        members = [
            {
                "Event": "QueueMember",
                "Location": member.interface,
                "InCall": "1" if self._queue.in_call(member) else "0",
                "Status": "2" if self._queue.engaged(member) else "1",
            }
            for member in self._queue.members.values()
        ]
        entries = [
            {
                "Event": "QueueEntry",
                "Queue": "fallback",
                "Uniqueid": waiting.channel.id,
                "Channel": waiting.channel.name,
            }
            for waiting in sorted(self._queue.callers.values(), key=lambda w: w.order)
            if waiting.talks is None
        ]
        return _done(*members, *entries)

    def _queuewithdrawcaller(self, fields: Mapping[str, str]) -> Reply:
        known = self._queue.withdraw(fields["Caller"])
        return _done() if known else _refused("Caller not found in queue")


class StormAmi(AmiClient):
    """One connection. `hears`: it wants events."""

    def __init__(
        self,
        access: Access,
        on_event: OnEvent,
        *,
        ami: Ami,
        weather: Weather,
        process: Process,
        hears: bool,
    ) -> None:
        self._access = access
        self._on_event = on_event
        self._ami = ami
        self._weather = weather
        self._process = process
        self._gone = asyncio.Event()
        self._waiting: dict[asyncio.Future[Reply], None] = {}
        self.hears = hears

    @property
    def is_open(self) -> bool:
        return not self._gone.is_set()

    async def open(self) -> None:
        if not self._process.alive:
            raise Killed
        await asyncio.sleep(self._weather.answer())
        if self._ami.pbx.is_down:
            raise self._access.unreachable("connection refused")
        self._ami.clients.append(self)

    async def act(self, name: str, *, many: bool = False, **fields: str) -> Reply:
        if not self._process.alive:
            raise Killed
        if self._gone.is_set():
            return Reply(answered=False, message="not connected")
        if name not in ASKING:
            await self._process.sends()
        loop = self._ami.pbx.loop
        asked: asyncio.Future[Reply] = loop.create_future()
        self._waiting[asked] = None
        loop.after(self._weather.answer(), self._arrives, asked, name, fields)
        return await asked

    def _arrives(self, asked: asyncio.Future[Reply], name: str, fields: Mapping[str, str]) -> None:
        if self._ami.pbx.is_down:
            return
        reply = self._ami.do(name, fields)
        if self.hears:
            self._ami.pbx.loop.after(self._weather.answer(), self._answers, asked, reply)
        else:
            self._answers(asked, reply)  # the guard only looks: its answers are never too late

    def _answers(self, asked: asyncio.Future[Reply], reply: Reply) -> None:
        self._waiting.pop(asked, None)
        if not asked.done():
            asked.set_result(reply)

    def hear(self, message: Mapping[str, str]) -> None:
        """An event arrives; the process may be asleep."""
        if self._process.alive and not self._gone.is_set():
            self._process.context.run(self._ami.pbx.loop.call_soon, self._on_event, message)

    def cut(self) -> None:
        """The connection breaks: what was asked may have been done or not."""
        self._gone.set()
        if self in self._ami.clients:
            self._ami.clients.remove(self)
        for asked in self._waiting:
            if not asked.done():
                asked.set_result(Reply(answered=False, message="the connection was lost"))
        self._waiting.clear()

    def close(self) -> None:
        self.cut()


def _status_of(channel: Channel) -> dict[str, Any]:
    in_stasis = channel.where == "stasis"
    return {
        "Event": "Status",
        "Channel": channel.name,
        "Uniqueid": channel.id,
        "BridgeID": channel.bridge.id if channel.bridge is not None else "",
        "Application": "Stasis" if in_stasis else "",
        "Data": "hotline,caller," if in_stasis else "",
        "Variable": f"HOTLINE_ROLE={channel.role}",
    }


def _done(*events: Mapping[str, str], **fields: str) -> Reply:
    return Reply(answered=True, success=True, fields=fields, events=events)


def _refused(message: str) -> Reply:
    return Reply(answered=True, success=False, message=message)
