"""`hotline calls` and `hotline explain`: what became of callers, live and from the history."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import typer

from router import errors
from router.adapters.control.client import ControlClient
from router.cli import calls_look as look
from router.cli import calls_lost, story_look, why_look
from router.cli.both import both
from router.cli.exits import exit_for
from router.cli.look import err, listed, out, say_json
from router.cli.options import AsJson, ConfigFile, StateDir, configuration
from router.config import Configuration
from router.core.journal_lines import Line, to_line
from router.core.plain import to_plain
from router.core.snapshot import CallView, Snapshot
from router.core.vocabulary import AgentId, CallId, QueueName
from router.explanation import decision_at
from router.ledger import CallSummary

PANEL = "See and steer"
LAST = "last"
LOOKED_BACK = 500
"""How many calls are searched for one whose id was shortened."""


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("calls", rich_help_panel=PANEL)(calls)
    app.command("explain", rich_help_panel=PANEL)(explain)


def calls(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="How many.")] = 20,
    queue: Annotated[str | None, typer.Option(metavar="QUEUE", help="Only this queue.")] = None,
    agent: Annotated[str | None, typer.Option(metavar="ID", help="Only who rang them.")] = None,
    lost: Annotated[
        bool,
        typer.Option(
            "--lost", metavar="", help="Who was lost in the last 24 h: a person decides on a call."
        ),
    ] = False,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """The calls that are going on, and those that began last."""
    configured = configuration(context, state_dir, config)
    if lost:
        calls_lost.show(configured, _floor(configured), limit=limit, json=json)
        return
    wanted = _Wanted(
        limit=limit,
        queue=None if queue is None else QueueName(queue),
        agent=None if agent is None else AgentId(agent),
    )
    floor = _floor(configured)
    live = [call for call in floor.calls if wanted.fits(call)] if floor else []
    past, trouble = _past(configured, wanted)
    if floor is None and trouble is not None:
        raise trouble
    if json:
        say_json({"live": list(map(to_plain, live)), "calls": list(map(to_plain, past))})
    else:
        console = out()
        now = floor.at if floor else datetime.now(UTC)
        shown = look.calls_table(live, past, now, configured.settings.time_zone, console)
        none_like_it = both("No hay ninguna llamada así.", "No call is like that.")
        if queue is None and agent is None:
            none_like_it = both("Aún no hay llamadas.", "No calls yet.")
        console.print(shown or none_like_it)
    if trouble is not None:
        err().print(f"{trouble}\nOnly the calls that are going on are shown.", style="yellow")
        raise typer.Exit(exit_for(trouble))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    limit: int
    queue: QueueName | None = None
    agent: AgentId | None = None

    def fits(self, call: CallView) -> bool:
        rung = {call.agent, *(offer.agent for offer in call.offers)}
        return self.queue in (None, call.queue) and (self.agent is None or self.agent in rung)


def _floor(configured: Configuration) -> Snapshot | None:
    try:
        return ControlClient(configured.settings.state_dir).floor()
    except errors.EngineNotRunning:
        return None


def _past(
    configured: Configuration, wanted: _Wanted
) -> tuple[list[CallSummary], errors.HotlineError | None]:
    """What the history knows; without a database nothing, and why."""
    from router.adapters.postgres.reports import Reports

    try:
        reports = Reports(configured.require("database").database)
        summaries = reports.calls(limit=wanted.limit, queue=wanted.queue, agent=wanted.agent)
        return asyncio.run(summaries), None
    except errors.HotlineError as trouble:
        return [], trouble


def explain(
    context: typer.Context,
    call: Annotated[
        str,
        typer.Argument(
            metavar="CALL", help="A call's id, the end of one, or `last`; `hotline calls` has them."
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="INSTANT",
            help="Only the latest decision until then: who was eligible, and who was not and why."
            " 2026-11-24T18:00:05, or a time of the call's day, 18:00:05.",
        ),
    ] = None,
    json: AsJson = False,
    state_dir: StateDir = None,
    config: ConfigFile = None,
) -> None:
    """The whole story of a call: steps, queue, offers and why this agent, times. No digits."""
    configured = configuration(context, state_dir, config)
    floor = _floor(configured)
    live = {view.call: view for view in floor.calls} if floor else {}
    past, trouble = _past(configured, _Wanted(limit=LOOKED_BACK))
    if trouble is not None and not live:
        raise trouble
    meant = _meant(call, _newest_first(live.values(), past))
    lines = [] if trouble is not None else story_of(configured, meant)
    if not lines and meant not in live:
        raise trouble or errors.RequestRefused(
            message=f"No call {call!r} is known. `hotline calls` lists those that are."
        )
    if at is not None:
        _explain_decision(configured, meant, lines, at, as_json=json)
        return
    view = live.get(meant)
    if json:
        say_json(
            {
                "call": meant,
                "live": None if view is None else to_plain(view),
                "lines": list(map(to_line, lines)),
            }
        )
    else:
        _print_story(configured, meant, lines, view, floor)
    if trouble is not None:
        err().print(f"{trouble}\nOnly where the call stands now is shown.", style="yellow")
        raise typer.Exit(exit_for(trouble))


def _explain_decision(
    configured: Configuration, call: CallId, lines: list[Line], typed: str, *, as_json: bool
) -> None:
    """Rebuilt from what was kept with it, whatever has become of the agents since."""
    zone = configured.settings.time_zone
    began = lines[0].at if lines else datetime.now(UTC)
    found = decision_at(lines, _instant_of(typed, began.astimezone(zone)))
    if found is None:
        raise errors.RequestRefused(message=f"Nothing was decided about {call} until {typed}.")
    if as_json:
        say_json({"call": call, "decision": to_plain(found)})
        return
    console = out()
    console.print(call, style="bold", markup=False)
    console.print(why_look.explained(found, zone))


def _instant_of(typed: str, began: datetime) -> datetime:
    """With a zone, without one (the hotline's), or only a time: on the call's day."""
    try:
        only_time = "T" not in typed and " " not in typed
        at = datetime.fromisoformat(f"{began:%Y-%m-%d}T{typed}" if only_time else typed)
    except ValueError:
        raise typer.BadParameter(
            f"{typed!r} is no instant; expected one such as 2026-11-24T18:00:05, or 18:00:05"
        ) from None
    return at if at.tzinfo is not None else at.replace(tzinfo=began.tzinfo)


def _newest_first(live: Iterable[CallView], past: Iterable[CallSummary]) -> list[CallId]:
    began = {summary.call: summary.began_at for summary in past}
    began |= {view.call: view.arrived_at for view in live}
    return sorted(began, key=lambda call: (began[call], call), reverse=True)


def _meant(typed: str, known: list[CallId]) -> CallId:
    """The call whose id, or whose id's end, was typed; the id as typed if none fits."""
    if typed == LAST and known:
        return known[0]
    if typed in known:
        return CallId(typed)
    fitting = [call for call in known if call.endswith(typed)]
    if len(fitting) > 1:
        raise errors.RequestRefused(
            message=f"{typed!r} is the end of {listed(fitting)}. Say more of it."
        )
    return fitting[0] if fitting else CallId(typed)


def meant_call(
    configured: Configuration, typed: str, live: list[CallId]
) -> tuple[CallId, errors.HotlineError | None]:
    """The call whose id, or whose id's end, was typed; and why the history could not be asked."""
    past, trouble = _past(configured, _Wanted(limit=LOOKED_BACK))
    known = [*reversed(live), *(summary.call for summary in past if summary.call not in live)]
    return _meant(typed, known), trouble


def story_of(configured: Configuration, call: CallId) -> list[Line]:
    """What the history keeps of a call."""
    from router.adapters.postgres.reports import Reports

    return asyncio.run(Reports(configured.settings.database).story(call))


def _print_story(
    configured: Configuration,
    call: CallId,
    lines: list[Line],
    view: CallView | None,
    floor: Snapshot | None,
) -> None:
    console = out()
    console.print(call, style="bold", markup=False)
    if lines:
        console.print(story_look.story(lines, configured.settings.time_zone))
    if view is not None and floor is not None:
        console.print(look.now_line(view, floor.at))
