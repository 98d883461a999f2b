"""ARI of the storm's Asterisk: what each request does, and requests that may be lost."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any

from router.adapters.ari.rest import Answer, Rest
from tests.storm.channel import Channel, Nobody, Order, Playback
from tests.storm.latency import Weather
from tests.storm.loop import Alarm, Killed, Process
from tests.storm.pbx import PROMPTS, Pbx
from tests.storm.telephones import Telephones

TIME_OUT = 2.0
"""`Access.timeout` of the engine's requests."""
SILENCE = "sound:silence/"
ASKING = ("ping", "getInfo", "getGlobalVar", "list", "listStored", "get", "userEvent", "filter")
"""Requests that change nothing."""
HEARD = ("playWithId", "startMoh", "stopMoh", "originateWithId", "addChannel", "removeChannel")
"""Requests that somebody hears."""
Respond = Callable[[int, Any, str], None]


class Ari:
    """What each operation does; `respond` may be called later, and only once."""

    def __init__(self, pbx: Pbx, telephones: Telephones) -> None:
        self._pbx = pbx
        self._telephones = telephones

    def do(self, operation: str, values: Mapping[str, Any], respond: Respond) -> None:
        """Carry out a request."""
        getattr(self, f"_{operation}")(values, respond)

    # -- asterisk -----------------------------------------------------------------------------

    def _ping(self, values: Mapping[str, Any], respond: Respond) -> None:
        respond(200, {"timestamp": self._pbx.stamp()}, "")

    def _getInfo(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        respond(200, {"status": {"startup_time": self._pbx.stamp(self._pbx.started)}}, "")

    def _getGlobalVar(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        respond(200, {"value": self._pbx.variables.get(values["variable"], "")}, "")

    def _setGlobalVar(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        self._pbx.variables[values["variable"]] = values["value"]
        respond(204, None, "")
        if values["variable"] == "ENGINE_BEAT":
            self._pbx.beats()

    def _updateObject(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        if values["objectType"] == "endpoint":
            self._telephones.provision(values["id"])
        respond(200, [], "")

    def _deleteObject(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        known = values["id"] in self._pbx.endpoints
        if known and values["objectType"] == "endpoint":
            self._telephones.retire(values["id"])
        respond(204 if known else 404, None, "")

    def _userEvent(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        if self._pbx.socket is None:
            respond(404, None, "Application not found")
            return
        self._pbx.tell("ChannelUserevent", None, eventname=values["eventName"])
        respond(204, None, "")

    def _filter(self, values: Mapping[str, Any], respond: Respond) -> None:
        respond(200, {}, "")

    def _listStored(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        respond(200, [], "")

    # -- channels -----------------------------------------------------------------------------

    def _list(self, values: Mapping[str, Any], respond: Respond) -> None:
        respond(200, [channel.told() for channel in self._pbx.channels.values()], "")

    def _get(self, values: Mapping[str, Any], respond: Respond) -> None:
        channel = self._pbx.channels.get(values["channelId"])
        respond(200 if channel else 404, channel.told() if channel else None, "")

    def _originateWithId(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        name, endpoint = values["channelId"], values["endpoint"].removeprefix("PJSIP/")
        carries = dict(values["variables"])
        if name in self._pbx.channels:
            respond(409, None, "Channel with given unique ID already exists")
            return
        if name in self._pbx.used:
            self._pbx.witness.breach("an id was used twice", name)
        desk = "@" not in endpoint
        if desk and endpoint not in self._pbx.endpoints:
            respond(500, None, "Allocation failed")
            return
        self._pbx.used.add(name)
        role = carries.pop("HOTLINE_ROLE")
        channel = self._pbx.make(endpoint.partition("@")[2] or endpoint, role, Nobody(), id_=name)
        channel.where, channel.subscribed = "dialled", True
        channel.carries.update({k: v for k, v in carries.items() if k.startswith("HOTLINE_")})
        if role == "partner":
            self._telephones.outside(channel, rings_at_most=float(values["timeout"]))
        else:
            self._telephones.dialled(channel, desk=desk, rings_at_most=float(values["timeout"]))
        respond(200, channel.told(), "")

    def _hangup(self, values: Mapping[str, Any], respond: Respond) -> None:
        channel = self._pbx.channels.get(values["channelId"])
        if channel is None:
            respond(404, None, "Channel not found")
            return
        if channel.bridge is not None:
            self._pbx.cut(channel.bridge, f"{channel.id} was hung up")
        if channel.role == "caller" and channel.where != "stasis" and not channel.thanked:
            self._pbx.witness.breach("a caller in the dialplan was hung up", channel.id)
        self._pbx.hang_up(channel, int(values["reason_code"]), soft=True)
        respond(204, None, "")

    def _continueInDialplan(  # noqa: N802
        self, values: Mapping[str, Any], respond: Respond
    ) -> None:
        channel = self._in_application(values, respond)
        if channel is not None:
            self._pbx.order(channel, Order(lambda: self._continue(channel)))
            respond(204, None, "")

    def _continue(self, channel: Channel) -> None:
        self._pbx.cut(channel.bridge, f"{channel.id} was sent to the dialplan")
        self._pbx.leave(channel)
        self._pbx.to_fallback(channel)

    def _setChannelVar(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        channel = self._in_application(values, respond)
        if channel is None:
            return

        def do() -> None:
            name, value = values["variable"], values["value"]
            if "TIMEOUT(absolute)" in name:
                self._pbx.lift(channel)
            if name.startswith("ARRAY("):
                text = value.partition(",")[2]
                channel.carries["HOTLINE_STATE"] = re.sub(r"\\(.)", r"\1", text)
            respond(204, None, "")

        self._pbx.order(channel, Order(do, lambda: respond(409, None, "Channel not in Stasis")))

    def _startMoh(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        self._music(values, respond, on=True)

    def _stopMoh(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        self._music(values, respond, on=False)

    def _music(self, values: Mapping[str, Any], respond: Respond, *, on: bool) -> None:
        channel = self._in_application(values, respond)
        if channel is not None:
            self._pbx.order(channel, Order(lambda: self._pbx.set_music(channel, on=on)))
            respond(204, None, "")

    def _playWithId(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        channel = self._in_application(values, respond)
        if channel is None:
            return
        named, silence = values["media"].split(","), 0.0
        while named[0].startswith(SILENCE):
            silence += float(named.pop(0).removeprefix(SILENCE))
        media = [each.rpartition("/")[2] for each in named]
        lasts = sum(PROMPTS.get(each, 3.0) for each in media)
        playback = Playback(values["playbackId"], ",".join(media), lasts, silence)
        self._pbx.play(channel, playback)
        respond(201, {}, "")

    def _stop(self, values: Mapping[str, Any], respond: Respond) -> None:
        known = self._pbx.stop(values["playbackId"])
        respond(204 if known else 404, None, "Playback not found")

    def _in_application(self, values: Mapping[str, Any], respond: Respond) -> Channel | None:
        channel = self._pbx.channels.get(values["channelId"])
        if channel is None:
            respond(404, None, "Channel not found")
        elif channel.where != "stasis":
            respond(409, None, "Channel not in Stasis application")
        else:
            return channel
        return None

    # -- bridges ------------------------------------------------------------------------------

    def _listBridges(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        bridges = self._pbx.bridges.values()
        told = [{"id": b.id, "channels": [c.id for c in b.channels]} for b in bridges]
        respond(200, told, "")

    def _getBridge(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        bridge = self._pbx.bridges.get(values["bridgeId"])
        if bridge is None:
            respond(404, None, "Bridge not found")
        else:
            respond(200, {"channels": [c.id for c in bridge.channels]}, "")

    def _createWithId(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        if values["bridgeId"] in self._pbx.bridges:
            respond(409, None, "Bridge with the same id already exists")
            return
        self._pbx.bridge(values["bridgeId"])
        respond(200, {}, "")

    def _addChannel(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        bridge = self._pbx.bridges.get(values["bridgeId"])
        legs = [self._pbx.channels.get(name) for name in values["channel"].split(",")]
        channels = [leg for leg in legs if leg is not None]
        if bridge is None or len(channels) < len(legs):
            respond(404 if bridge is None else 400, None, "Channel not found")
        elif any(channel.where != "stasis" for channel in channels):
            if any(channel.where == "dialled" for channel in channels):
                self._pbx.witness.breach("bridged before both were there", values["channel"])
            respond(422, None, "Channel not in Stasis application")
        else:
            self._add(bridge.id, channels, respond)

    def _add(self, bridge: str, channels: list[Channel], respond: Respond) -> None:
        if not channels:
            respond(204, None, "")
            return
        first, rest = channels[0], channels[1:]

        def do() -> None:
            there = self._pbx.bridges.get(bridge)
            if there is not None:
                self._pbx.join(there, first)
            self._add(bridge, rest, respond)

        no = Order(do, lambda: respond(500, None, "Channel left"))
        if first.where == "stasis":
            self._pbx.order(first, no)
        else:
            no.undone()

    def _removeChannel(self, values: Mapping[str, Any], respond: Respond) -> None:  # noqa: N802
        bridge = self._pbx.bridges.get(values["bridgeId"])
        channel = self._pbx.channels.get(values["channel"])
        if bridge is None or channel is None:
            respond(404 if bridge is None else 400, None, "Channel not found")
        elif channel.where != "stasis":
            respond(409, None, "Channel not in Stasis application")
        elif channel.bridge is not bridge:
            respond(422, None, "Channel not in this bridge")
        else:
            self._pbx.remove(bridge, channel)
            respond(204, None, "")

    def _destroy(self, values: Mapping[str, Any], respond: Respond) -> None:
        bridge = self._pbx.bridges.get(values["bridgeId"])
        if bridge is None:
            respond(404, None, "Bridge not found")
            return
        self._pbx.destroy(bridge)
        respond(204, None, "")


class StormRest(Rest):
    """The engine's requests, on their way to `Ari` and back."""

    def __init__(
        self,
        ari: Ari,
        pbx: Pbx,
        weather: Weather,
        process: Process,
        may_ask: Callable[[], bool] = lambda: True,
    ) -> None:
        self._ari = ari
        self._pbx = pbx
        self._weather = weather
        self._process = process
        self._may_ask = may_ask

    def only_while(self, may_ask: Callable[[], bool]) -> Rest:
        return StormRest(self._ari, self._pbx, self._weather, self._process, may_ask)

    async def ask(self, resource: str, operation: str, **values: object) -> Answer:
        if not self._process.alive:
            raise Killed
        if not self._may_ask():
            return Answer(status=0, detail=f"{operation}: the engine may not act now")
        if operation not in ASKING:
            await self._process.sends(is_heard=operation in HEARD)
        loop, weather = self._pbx.loop, self._weather
        if resource == "bridges" and operation in ("list", "get"):
            operation += "Bridges" if operation == "list" else "Bridge"
        asked: asyncio.Future[Answer] = loop.create_future()
        if weather.loses_request():
            loop.after(TIME_OUT, self._nothing, asked, operation)
        else:
            loop.after(weather.request(loop.time()), self._arrives, asked, operation, values)
        return await asked

    def _arrives(
        self, asked: asyncio.Future[Answer], operation: str, values: Mapping[str, Any]
    ) -> None:
        if self._pbx.is_down:
            self._nothing(asked, operation)
            return
        request = _Request(self, asked, operation, lost=self._weather.loses_answer())
        self._ari.do(operation, values, request.respond)
        request.waits()

    def _nothing(self, asked: asyncio.Future[Answer], operation: str) -> None:
        _settle(asked, Answer(status=0, detail=f"{operation}: no answer in time"))

    def later(self, delay: float, asked: asyncio.Future[Answer], answer: Answer) -> Alarm:
        """It arrives at the engine."""
        return self._pbx.loop.after(delay, _settle, asked, answer)

    def way_back(self) -> float:
        """In seconds."""
        return self._weather.answer()


class _Request:
    """One that Asterisk carries out, now or when a prompt is over."""

    __slots__ = ("_asked", "_late", "_lost", "_operation", "_responded", "_rest")

    def __init__(
        self, rest: StormRest, asked: asyncio.Future[Answer], operation: str, *, lost: bool
    ) -> None:
        self._rest = rest
        self._asked = asked
        self._operation = operation
        self._lost = lost
        self._responded = False
        self._late: Alarm | None = None

    def respond(self, status: int, body: Any, detail: str) -> None:
        """Done, or refused."""
        self._responded = True
        if self._lost:
            return
        if self._late is not None:
            self._late.off()
        answer = Answer(status=status, body=body, detail=f"{self._operation}: {status} {detail}")
        self._rest.later(self._rest.way_back(), self._asked, answer)

    def waits(self) -> None:
        """The engine does not wait for ever."""
        if self._lost or not self._responded:
            nothing = Answer(status=0, detail=f"{self._operation}: no answer in time")
            self._late = self._rest.later(TIME_OUT, self._asked, nothing)


def _settle(asked: asyncio.Future[Answer], answer: Answer) -> None:
    if not asked.done():
        asked.set_result(answer)
