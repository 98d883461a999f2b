"""`hotline probe`: the hotline calls itself, node by node, as far as an agent for such calls."""

from __future__ import annotations

import asyncio
import re
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from router import errors
from router.adapters.alarm_command import run_once
from router.adapters.control.client import ControlClient
from router.adapters.control.protocol import LogIn, LogOut
from router.cli.exits import Exit
from router.cli.look import err, out, say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.config import Settings
from router.core.vocabulary import SYNTHETIC, AgentId, DeviceKind
from router.probe.walk import Stage, Way, walk
from router.setting import DURATION, Address
from router.setting_nodes import NodeSettings

PANEL = "Settings"
ALARM = "probe"
"""Stands while the last test call failed; with several nodes each has its own, `probe:NODE`."""
_ADDRESS = re.compile(r"sip:[^@]+@([\d.]+):(\d+)")


def add_to(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("probe", rich_help_panel=PANEL)(probe)


def probe(
    context: typer.Context,
    number: Annotated[
        str | None, typer.Option("--dial", metavar="NUMBER", help="Default: hotline_number.")
    ] = None,
    keys: Annotated[
        str, typer.Option("--keys", metavar="KEYS", help="Pressed when the greeting is heard.")
    ] = "1",
    agent: Annotated[
        str, typer.Option("--agent", metavar="ID", help="Who answers test calls.")
    ] = "prueba",
    node: Annotated[
        str | None,
        typer.Option("--node", metavar="NAME", help="One of several; default: all."),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option("--every", metavar="5m", help="Again and again, until stopped."),
    ] = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Call the hotline as a caller does, and see that a person would have been reached.

    Each Asterisk node is called, one after the other. The test agent is logged in for the call and
    out again. A failure raises the alarm "probe" in the engine ("probe:NODE" with several nodes;
    and runs alarm.command, whoever is alive); the next good call clears it.
    Exit code 0: the calls went their whole way; 1: one did not.
    """
    settings = configuration(context, state_dir, config).settings
    again = None if every is None else _interval(every)
    nodes = _chosen(settings, node)
    while True:
        walks = []
        for each in nodes:
            done: list[Stage] = []
            way = _Wish(each.sip, AgentId(agent), number or settings.hotline_number, keys)
            walks.append(walked := _Walked(each.name, done, _walked(settings, way, done)))
            _tell(settings, _alarm(settings, each.name), walked.failure)
            if not json:
                _say(walked, several=len(nodes) > 1)
        if json:
            say_json(_as_json(walks))
        if again is None:
            well = all(each.failure is None for each in walks)
            raise typer.Exit(Exit.DONE if well else Exit.NOT_SO)
        time.sleep(again.total_seconds())


@dataclass(frozen=True, slots=True)
class _Wish:
    """Whom to call where, and what to press when greeted."""

    asterisk: Address
    agent: AgentId
    number: str
    keys: str


@dataclass(frozen=True, slots=True)
class _Walked:
    """How far the call to a node came; `failure` None: all the way."""

    node: str
    done: Sequence[Stage]
    failure: errors.HotlineError | None


def _chosen(settings: Settings, name: str | None) -> tuple[NodeSettings, ...]:
    nodes = settings.every_node
    found = tuple(node for node in nodes if name in (None, node.name))
    if not found:
        raise errors.NodeUnknown(name=name, known=", ".join(node.name for node in nodes))
    return found


def _alarm(settings: Settings, node: str) -> str:
    return f"{ALARM}:{node}" if len(settings.every_node) > 1 else ALARM


def _interval(text: str) -> timedelta:
    try:
        interval = DURATION.read(text, Path())
    except ValueError as misread:
        raise typer.BadParameter(f"{text!r} is no {DURATION.expected}") from misread
    assert isinstance(interval, timedelta)
    return interval


def _walked(settings: Settings, wish: _Wish, done: list[Stage]) -> errors.HotlineError | None:
    """None: all is well."""
    desk = ControlClient(settings.state_dir)
    try:
        address = _desk(desk, wish.agent)
        way = Way(asterisk=wish.asterisk, number=wish.number, keys=wish.keys, desk=address)
        return asyncio.run(_on_shift(desk, wish.agent, way, done))
    except errors.HotlineError as failure:
        return failure


async def _on_shift(
    desk: ControlClient, agent: AgentId, way: Way, done: list[Stage]
) -> errors.HotlineError | None:
    """The telephone answers before the agent logs in, who then counts as reachable."""
    async with walk(way) as call:
        change = await asyncio.to_thread(desk.change_shift, LogIn(agents=(agent,)))
        try:
            if change.hindrances:
                raise errors.ProbeFailed(
                    stage="test agent on shift", detail=f"{agent} {change.hindrances[0].what}"
                )
            await call(done.append)
        finally:
            await asyncio.to_thread(desk.change_shift, LogOut(agents=(agent,)))
    return None


def _desk(desk: ControlClient, agent: AgentId) -> Address:
    try:
        profile = desk.agent(agent).profile
    except errors.RequestRefused as refusal:
        raise errors.ProbeUnfit(agent=agent, detail="nobody of that id is on the roster") from (
            refusal
        )
    if SYNTHETIC not in profile.skills:
        raise errors.ProbeUnfit(agent=agent, detail=f"they lack the skill {SYNTHETIC}")
    for device in profile.devices:
        found = _ADDRESS.fullmatch(device.address or "")
        if device.kind is DeviceKind.DESK and found is not None:
            return Address(host=found[1], port=int(found[2]))
    raise errors.ProbeUnfit(agent=agent, detail="they have no desk phone at a fixed address")


def _tell(settings: Settings, alarm: str, failure: errors.HotlineError | None) -> None:
    text = None if failure is None else str(failure)
    try:
        ControlClient(settings.state_dir).report(alarm, text)
    except errors.HotlineError as silence:
        # Nobody there to raise the alarm: that is the alarm.
        if settings.alarm_command:
            command = shlex.split(settings.alarm_command)
            asyncio.run(run_once(command, alarm, text or str(silence)))


def _as_json(walks: Sequence[_Walked]) -> Mapping[str, object]:
    """With several nodes: of each what is told of the only one."""
    told = [
        {
            "well": each.failure is None,
            "stages": [
                {"stage": stage.name, "seconds": stage.took.total_seconds()} for stage in each.done
            ],
            "failure": each.failure and str(each.failure),
        }
        for each in walks
    ]
    if len(told) == 1:
        return told[0]
    return {
        "well": all(each["well"] for each in told),
        "nodes": [{"node": walk.node, **each} for walk, each in zip(walks, told, strict=True)],
    }


def _say(walked: _Walked, *, several: bool) -> None:
    if several:
        out().print(walked.node, style="bold", markup=False)
    for each in walked.done:
        out().print(f"{each.took.total_seconds():7.3f} s  {each.name}", highlight=False)
    if walked.failure is None:
        out().print("A caller in crisis would have reached a person.", style="green")
    else:
        err().print(str(walked.failure), style="red", markup=False)
