"""The core's commands as ARI requests, made so that a repeated one does no harm."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from router.adapters.ari.access import APPLICATION
from router.adapters.ari.endings import NORMAL
from router.adapters.ari.endpoints import SipObject, desk, dial_string, outside
from router.adapters.ari.rest import Answer, Rest
from router.core import commands as c
from router.core.commands import Command
from router.core.vocabulary import AgentId, BridgeId, Device, DeviceKind, LegId, PromptId, Refusal
from router.ports import Failure

FALLBACK = "fallback"
"""The context in dialplans/extensions.conf that catches callers."""

RECORDED_AS = "wav"
"""8 kHz, 16 bit: as it came over the line, and every program plays it."""

ANSWERED_ELSEWHERE = 26
"""Q.850; the phone shows no missed call."""

# The engine ends the ringing itself; should it be dead by then, Asterisk does. The ringing counts
# from the 180, which may come 3 s after the INVITE.
RINGING_NET = 10

LONGEST_SILENCE = 10
"""Seconds, of Asterisk's own sounds of silence."""

LOOKS = 3
"""At a bridge whose filling got no answer."""

ORDERS = 3
"""To take somebody out of a bridge, while none is answered."""

MEMORY = "HOTLINE_STATE"
"""In dialplans/ari.conf, so that the list of channels tells it."""

# What splits or quotes arguments; ARRAY takes each sign behind a backslash as it is.
_ONE_ARGUMENT, _ESCAPED = re.compile(r'[\\",()\[\]]'), r"\\\g<0>"

# Plain mixing turns into native_rtp, where key presses vanish (survival.md).
BRIDGE_TYPE = "mixing,dtmf_events"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What agents' telephones are told: the hotline's number, and the SDP's address."""

    number: str
    media_address: str


class Performer:
    """Carries out one command; ordering is the runner's business."""

    def __init__(self, rest: Rest, house: House) -> None:
        self._rest = rest
        self._house = house
        self._made: dict[AgentId, tuple[SipObject, ...]] = {}

    def asterisk_restarted(self) -> None:
        """It has forgotten every endpoint that we made."""
        self._made.clear()

    async def perform(self, command: Command) -> Failure | None:
        """None: done. What is AMI's is refused here."""
        match command:
            case c.Admit():
                return await self._admit(command)
            case c.Play():
                return await self._play(command)
            case c.AskAgain():
                return await self._ask_again(command)
            case c.StopPlay(playback=playback):
                return _or_gone(await self._rest.ask("playbacks", "stop", playbackId=playback))
            case c.StartMusic(leg=leg):
                return (await self._rest.ask("channels", "startMoh", channelId=leg)).failure()
            case c.StopMusic(leg=leg):
                return (await self._rest.ask("channels", "stopMoh", channelId=leg)).failure()
            case c.RecordSound():
                return await self._record(command)
            case c.StopRecording(recording=recording):
                return _or_gone(await self._rest.ask("recordings", "stop", recordingName=recording))
            case c.DropRecording(recording=recording):
                return _or_gone(
                    await self._rest.ask("recordings", "deleteStored", recordingName=recording)
                )
            case c.Dial():
                return await self._dial(command)
            case c.DialPartner():
                return await self._dial_partner(command)
            case c.OpenBridge(bridge=bridge):
                return await self._open(bridge)
            case c.Bridge():
                return await self._bridge(command)
            case c.RemoveBridge(bridge=bridge, legs=legs):
                await self._take_out(bridge, legs)
                return _or_gone(await self._rest.ask("bridges", "destroy", bridgeId=bridge))
            case c.Hangup():
                return await self._hang_up(command)
            case c.HandToDialplan(leg=leg):
                where = {"context": FALLBACK, "extension": "s", "priority": "1"}
                return (
                    await self._rest.ask("channels", "continueInDialplan", channelId=leg, **where)
                ).failure()
            case c.ProvisionDevice():
                return await self._provision(command)
            case c.RetireDevice(agent=agent):
                return await self._forget(agent)
            case (
                c.EnrolInFallback()
                | c.WithdrawFromFallback()
                | c.Remember()
                | c.TakeBack()
                | c.Listen()
                | c.KeepNumber()
                | c.KeepMessage()
                | c.KeepPrompt()
                | c.LookUp()
            ):
                return Failure(why=Refusal.REFUSED, detail="not ARI's business")

    async def _admit(self, command: c.Admit) -> Failure | None:
        variable, value = "TIMEOUT(absolute)", "0"
        if command.carried:
            variable = f"ARRAY({variable},{MEMORY})"
            value = f"{value},{_ONE_ARGUMENT.sub(_ESCAPED, command.carried)}"
        answer = await self._rest.ask(
            "channels", "setChannelVar", channelId=command.leg, variable=variable, value=value
        )
        return answer.failure()

    async def _play(self, command: c.Play | c.AskAgain, *before: str) -> Failure | None:
        answer = await self._rest.ask(
            "channels",
            "playWithId",
            channelId=command.leg,
            playbackId=command.playback,
            media=",".join((*before, *(_media(prompt) for prompt in command.prompts))),
            lang=command.language,
        )
        return answer.failure()

    async def _ask_again(self, command: c.AskAgain) -> Failure | None:
        return await self._play(command, *_silence(command.after))

    async def _record(self, command: c.RecordSound) -> Failure | None:
        answer = await self._rest.ask(
            "channels",
            "record",
            channelId=command.leg,
            name=command.recording,
            format=RECORDED_AS,
            maxDurationSeconds=str(math.ceil(command.longest.total_seconds())),
            maxSilenceSeconds=str(math.ceil(command.silence.total_seconds())),
            ifExists="overwrite",
            beep="true",
            terminateOn=command.ends_with or "none",
        )
        return answer.failure()

    async def _hang_up(self, command: c.Hangup) -> Failure | None:
        leg = command.leg
        if command.only_here:
            found = await self._rest.ask("channels", "get", channelId=leg)
            if not found.is_good:
                return _or_gone(found)
            if found.body["dialplan"]["app_name"] != "Stasis":
                return Failure(why=Refusal.GONE, detail="the dialplan has the caller")
        code = str(ANSWERED_ELSEWHERE if command.answered_elsewhere else NORMAL)
        return _or_gone(await self._rest.ask("channels", "hangup", channelId=leg, reason_code=code))

    async def _dial(self, command: c.Dial) -> Failure | None:
        answer = await self._rest.ask(
            "channels",
            "originateWithId",
            channelId=command.leg,
            endpoint=dial_string(command.agent, command.device),
            app=APPLICATION,
            appArgs="agent",
            callerId=self._house.number,
            timeout=str(math.ceil(command.ring_for.total_seconds()) + RINGING_NET),
            variables={
                "HOTLINE_ROLE": "agent",
                "HOTLINE_CALL": command.call or "",
                "HOTLINE_OFFER": command.offer,
                "HOTLINE_AGENT": command.agent,
                "HOTLINE_EPOCH": str(command.epoch),
                MEMORY: command.carried,
                **_engaged(command.agent, command.device),
            },
        )
        if answer.status == 409:
            return None
        if answer.status == 0:
            # The intent is on the leg: if the leg exists, it rings.
            found = await self._rest.ask("channels", "get", channelId=command.leg)
            return None if found.is_good else answer.failure()
        return answer.failure()

    async def _dial_partner(self, command: c.DialPartner) -> Failure | None:
        answer = await self._rest.ask(
            "channels",
            "originateWithId",
            channelId=command.leg,
            endpoint=outside(command.number),
            app=APPLICATION,
            appArgs="agent",
            callerId=self._house.number,
            timeout=str(math.ceil(command.ring_for.total_seconds()) + RINGING_NET),
            variables={
                "HOTLINE_ROLE": "partner",
                "HOTLINE_CALL": command.call or "",
                "HOTLINE_EPOCH": str(command.epoch),
            },
        )
        return None if answer.status == 409 else answer.failure()

    async def _open(self, bridge: BridgeId) -> Failure | None:
        made = await self._rest.ask(
            "bridges", "createWithId", bridgeId=bridge, type=BRIDGE_TYPE, name=bridge
        )
        return None if made.status == 409 else made.failure()

    async def _bridge(self, command: c.Bridge) -> Failure | None:
        put_in = await self._put_in(command)
        if put_in.status == 404:
            unopened = await self._open(command.bridge)
            if unopened is not None:
                return unopened
            put_in = await self._put_in(command)
        if put_in.is_good or (put_in.status == 0 and await self._is_filled(command)):
            return None
        # A leg is gone, or did not enter yet: nobody shall be left alone in a bridge.
        await self._take_out(command.bridge, command.legs)
        await self._rest.ask("bridges", "destroy", bridgeId=command.bridge)
        if put_in.status == 400:
            # "Channel not found"
            return Failure(why=Refusal.GONE, detail=put_in.detail)
        return put_in.failure()

    async def _take_out(self, bridge: BridgeId, legs: tuple[LegId, ...]) -> None:
        """This is answered when a leg is out. Out of a bridge that is destroyed they go by
        themselves, some time later, and a prompt that comes meanwhile is never heard (survival.md).

        Whoever is not in it, or gone, is as wanted.
        """
        for leg in legs:
            for _ in range(ORDERS):
                out = await self._rest.ask("bridges", "removeChannel", bridgeId=bridge, channel=leg)
                if out.status != 0:
                    break

    async def _put_in(self, command: c.Bridge) -> Answer:
        return await self._rest.ask(
            "bridges", "addChannel", bridgeId=command.bridge, channel=",".join(command.legs)
        )

    async def _is_filled(self, command: c.Bridge) -> bool:
        """Whether all talk: the answer alone was lost, and nobody shall be cut off for that."""
        for _ in range(LOOKS):
            found = await self._rest.ask("bridges", "get", bridgeId=command.bridge)
            if found.status != 0:
                return found.is_good and set(command.legs) <= set(found.body["channels"])
        return False

    async def _provision(self, command: c.ProvisionDevice) -> Failure | None:
        if command.device.kind is not DeviceKind.DESK:
            return None
        wanted = desk(
            command.agent,
            command.device,
            number=self._house.number,
            media_address=self._house.media_address,
        )
        if self._made.get(command.agent) == wanted:
            # Made again, the phone would count as unreachable until it answers OPTIONS.
            return None
        if await self._stands(command.agent, wanted):
            # An earlier life of the engine made it: made again, a phone that registers would be
            # lost until it registers again.
            self._made[command.agent] = wanted
            return None
        # Asterisk adds to lists instead of replacing them, so the old objects go first.
        failure = await self._forget(command.agent)
        if failure is not None:
            return failure
        for made in wanted:
            answer = await self._rest.ask(
                "asterisk",
                "updateObject",
                configClass="res_pjsip",
                objectType=made.kind,
                id=made.id,
                fields=tuple(made.body()["fields"]),
            )
            if not answer.is_good:
                return answer.failure()
        made_so = {"variable": _mark_name(command.agent), "value": _mark(wanted)}
        answer = await self._rest.ask("asterisk", "setGlobalVar", **made_so)
        if answer.is_good:
            self._made[command.agent] = wanted
        return answer.failure()

    async def _stands(self, agent: AgentId, wanted: tuple[SipObject, ...]) -> bool:
        """Whether Asterisk has exactly this: a global variable lives as long as the objects do."""
        answer = await self._rest.ask("asterisk", "getGlobalVar", variable=_mark_name(agent))
        return bool(answer.is_good and answer.body["value"] == _mark(wanted))

    async def _forget(self, agent: AgentId) -> Failure | None:
        self._made.pop(agent, None)
        no_more = {"variable": _mark_name(agent), "value": ""}
        answer = await self._rest.ask("asterisk", "setGlobalVar", **no_more)
        if not answer.is_good:
            return answer.failure()
        for kind in ("endpoint", "aor", "auth"):
            answer = await self._rest.ask(
                "asterisk", "deleteObject", configClass="res_pjsip", objectType=kind, id=agent
            )
            failure = _or_gone(answer)
            if failure is not None:
                return failure
        return None


def _engaged(agent: AgentId, device: Device) -> dict[str, str]:
    """For the fallback, which rings nobody who is in a call of ours: a desk phone tells by itself,
    a number does not. Asterisk frees it when the leg ends, engine or not."""
    if device.kind is DeviceKind.DESK:
        return {}
    return {
        "CHANNEL(hangup_handler_push)": f"agent-free,s,1({agent})",
        f"DEVICE_STATE(Custom:hotline-{agent})": "INUSE",
    }


def _mark_name(agent: AgentId) -> str:
    """A name that no agent's id can spoil."""
    return f"HOTLINE_DESK_{sha256(agent.encode()).hexdigest()[:16]}"


def _mark(made: tuple[SipObject, ...]) -> str:
    """Tells the objects from others; a password in them cannot be read from it."""
    return sha256(repr(made).encode()).hexdigest()


def _media(prompt: PromptId) -> str:
    """Ours, or with its folder one of Asterisk's own (digits/7)."""
    return f"sound:{prompt}" if "/" in prompt else f"sound:hotline/{prompt}"


def _silence(lasts: timedelta) -> Iterator[str]:
    """In files of Asterisk's own, of 1 to 10 whole seconds each; never less than `lasts`."""
    left = math.ceil(lasts.total_seconds())
    while left > 0:
        file = min(left, LONGEST_SILENCE)
        yield f"sound:silence/{file}"
        left -= file


def _or_gone(answer: Answer) -> Failure | None:
    """For ending what may have ended by itself."""
    return None if answer.status == 404 else answer.failure()
