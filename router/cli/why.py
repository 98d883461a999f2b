"""`hotline why` and `hotline why-not`: who gets whom, and who does not, and by which rule."""

from __future__ import annotations

from typing import Annotated

import typer

from router import errors
from router.adapters.control.client import ControlClient
from router.cli import why_look
from router.cli.both import both
from router.cli.calls import PANEL, meant_call, story_of
from router.cli.look import out, say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.config import Configuration
from router.core.plain import to_plain
from router.core.routing.explain import Stands, StillWaiting
from router.core.snapshot import AgentView
from router.core.vocabulary import AgentId, AgentState

CallArgument = Annotated[
    str,
    typer.Argument(
        metavar="CALL", help="A call's id, the end of one, or `last`; `hotline calls` has them."
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("why", rich_help_panel=PANEL)(why)
    app.command("why-not", rich_help_panel=PANEL)(why_not)


def why(
    context: typer.Context,
    call: CallArgument,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Why a caller is still waiting; of one who is not, why those agents were rung."""
    configured = configuration(context, state_dir, config)
    waiting = _waiting(configured)
    meant, trouble = meant_call(configured, call, [each.call for each in waiting])
    still = next((each for each in waiting if each.call == meant), None)
    lines = [] if trouble is not None else story_of(configured, meant)
    decisions = why_look.decisions(lines)
    if still is None and not lines:
        raise trouble or errors.RequestRefused(
            message=f"No call {call!r} is known. `hotline calls` lists those that are."
        )
    if json:
        say_json(
            {
                "call": meant,
                "waiting": None if still is None else to_plain(still),
                "decisions": [to_plain(each.record) for each in decisions],
            }
        )
        return
    console = out()
    console.print(meant, style="bold", markup=False)
    if still is not None:
        console.print(why_look.waiting(still))
    console.print(why_look.decided(decisions, configured.settings.time_zone, still is not None))


def why_not(
    context: typer.Context,
    agent: Annotated[str, typer.Argument(metavar="AGENT", help="An agent's id.")],
    call: Annotated[
        str | None, typer.Argument(metavar="[CALL]", help="Only this call; else all who wait.")
    ] = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """Why an agent is not given a call, or was not."""
    configured = configuration(context, state_dir, config)
    client = ControlClient(configured.settings.state_dir)
    views = {view.profile.id: view for view in client.floor().agents}
    who = views.get(AgentId(agent))
    if who is None:
        raise errors.RequestRefused(
            message=f"No agent {agent!r} is on the roster. `hotline agents list` shows who is."
        )
    waiting = client.still_waiting()
    decisions: list[why_look.Decision] = []
    if call is not None:
        meant, trouble = meant_call(configured, call, [each.call for each in waiting])
        waiting = tuple(each for each in waiting if each.call == meant)
        if not waiting:
            if trouble is not None:
                raise trouble
            lines = story_of(configured, meant)
            if not lines:
                raise errors.RequestRefused(
                    message=f"No call {call!r} is known. `hotline calls` lists those that are."
                )
            decisions = why_look.decisions(lines)
            if not decisions:
                raise errors.RequestRefused(message=f"No agent has been sought for {meant}.")
    found = [(each, _stands(each, who)) for each in waiting]
    if json:
        say_json(
            {
                "agent": agent,
                "state": who.state.value,
                "calls": [
                    {"call": each.call, "stands": None if stands is None else to_plain(stands)}
                    for each, stands in found
                ],
                "decisions": [to_plain(each.record) for each in decisions],
            }
        )
        return
    console = out()
    if who.state is AgentState.LOGGED_OUT:
        away = why_look.logged_out(AgentId(agent))
        console.print(both(f"{away.es}.", f"{away.en}."))
    if found:
        console.print(why_look.not_given(AgentId(agent), found))
    if decisions:
        zone = configured.settings.time_zone
        console.print(why_look.was_not_given(AgentId(agent), decisions, zone))
    if not found and not decisions and who.state is not AgentState.LOGGED_OUT:
        console.print(both("Nadie espera a un agente.", "Nobody waits for an agent."))


def _waiting(configured: Configuration) -> tuple[StillWaiting, ...]:
    try:
        return ControlClient(configured.settings.state_dir).still_waiting()
    except errors.EngineNotRunning:
        return ()


def _stands(waiting: StillWaiting, who: AgentView) -> Stands | None:
    """None: the agent is logged out."""
    return next((each for each in waiting.stands if each.agent == who.profile.id), None)
