"""`hotline probe`: the hotline calls itself, as far as an agent who answers test calls only."""

from __future__ import annotations

import asyncio
import re
import shlex
import time
from collections.abc import Sequence
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

PANEL = "Settings"
ALARM = "probe"
"""Stands while the last test call failed."""
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
    every: Annotated[
        str | None,
        typer.Option("--every", metavar="5m", help="Again and again, until stopped."),
    ] = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Call the hotline as a caller does, and see that a person would have been reached.

    The test agent is logged in for the call and out again. A failure raises the alarm "probe" in
    the engine (and runs alarm.command, whoever is alive); the next good call clears it.
    Exit code 0: the call went its whole way; 1: it did not.
    """
    settings = configuration(context, state_dir, config).settings
    again = None if every is None else _interval(every)
    while True:
        done: list[Stage] = []
        failure = _walked(settings, AgentId(agent), number or settings.hotline_number, keys, done)
        _tell(settings, failure)
        _say(done, failure, json)
        if again is None:
            raise typer.Exit(Exit.DONE if failure is None else Exit.NOT_SO)
        time.sleep(again.total_seconds())


def _interval(text: str) -> timedelta:
    try:
        interval = DURATION.read(text, Path())
    except ValueError as misread:
        raise typer.BadParameter(f"{text!r} is no {DURATION.expected}") from misread
    assert isinstance(interval, timedelta)
    return interval


def _walked(
    settings: Settings, agent: AgentId, number: str, keys: str, done: list[Stage]
) -> errors.HotlineError | None:
    """None: all is well."""
    desk = ControlClient(settings.state_dir)
    try:
        address = _desk(desk, agent)
        way = Way(asterisk=settings.sip, number=number, keys=keys, desk=address)
        return asyncio.run(_on_shift(desk, agent, way, done))
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


def _tell(settings: Settings, failure: errors.HotlineError | None) -> None:
    text = None if failure is None else str(failure)
    try:
        ControlClient(settings.state_dir).report(ALARM, text)
    except errors.HotlineError as silence:
        # Nobody there to raise the alarm: that is the alarm.
        if settings.alarm_command:
            command = shlex.split(settings.alarm_command)
            asyncio.run(run_once(command, ALARM, text or str(silence)))


def _say(done: Sequence[Stage], failure: errors.HotlineError | None, json: bool) -> None:
    if json:
        stages = [{"stage": each.name, "seconds": each.took.total_seconds()} for each in done]
        say_json({"well": failure is None, "stages": stages, "failure": failure and str(failure)})
        return
    for each in done:
        out().print(f"{each.took.total_seconds():7.3f} s  {each.name}", highlight=False)
    if failure is None:
        out().print("A caller in crisis would have reached a person.", style="green")
    else:
        err().print(str(failure), style="red", markup=False)
