"""Plays a row of the matrix on a stack, and counts: callers, lost, silence, time to recover."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from router.adapters.control.protocol import LogIn
from router.core.vocabulary import AgentId, AgentState
from router.guard.lives import TRIAL
from router.standalone.programs import Prefix
from router.standalone.tone import Span
from tests.acceptance.journal import kinds_of
from tests.acceptance.people import Callers
from tests.chaos.agents import everybody_talks, picking_up
from tests.chaos.census import census
from tests.chaos.house import House
from tests.chaos.rows import SILENT_AT_MOST, Harm, Row, when
from tests.chaos.stages import NEWCOMER, RELIEF, OnTheLine, everywhere

TALKS_WITHIN = 60.0
JOURNAL_WITHIN = 40.0
NEWCOMER_AFTER = 0.7
"""Seconds after the blow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a row. `lost`: who, and what is known of it; `wrong`: what else did not hold."""

    row: Row
    callers: int
    lost: tuple[str, ...]
    wrong: tuple[str, ...]
    silence: timedelta
    recovered_after: float
    remarks: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.lost and not self.wrong and self.silence <= SILENT_AT_MOST


async def play(
    row: Row, house: House, callers: Callers, prefix: Prefix, folder: Path, *, short: bool
) -> Verdict:
    """With a caller at each stage. Raises what the stack could not do before any harm came."""
    hotline = house.hotline
    await hotline.answers_again(within=40)
    # The row before may have killed engine after engine, for which the guard keeps callers.
    await hotline.is_given_callers(within=2 * TRIAL)
    house.scenes += 1
    async with (
        census(house.site) as taken,
        everywhere(hotline, callers, prefix, folder, house.scenes) as scene,
    ):
        harm = Harm(
            house=house,
            scene=scene,
            census=taken,
            short=short,
            before=await hotline.floor(),
            position=hotline.feed.position(),
        )
        wrong: list[str] = []
        lost: dict[str, str] = {}
        harm.struck_at = time.monotonic()
        async with picking_up(scene):
            striking = asyncio.create_task(row.strike(harm))
            if row.newcomer:
                await asyncio.sleep(NEWCOMER_AFTER)
                await scene.dials(NEWCOMER, "espera", engine=False)
            await striking
            harm.over_at = time.monotonic()
            try:
                async with asyncio.timeout(max(60.0, 2 * row.recovers_within)):
                    await row.recovered(harm)
            except TimeoutError:
                wrong.append("not recovered")
            recovered_after = time.monotonic() - harm.over_at
            wrong += await row.judge(harm)
            if not row.physics:
                relief = tuple(map(AgentId, RELIEF))
                # Whose telephone does not answer yet is offered callers once it does.
                await hotline.asks(lambda desk: desk.change_shift(LogIn(agents=relief)))
                talks = await everybody_talks(scene, within=TALKS_WITHIN)
                lost |= {
                    each.stage: "no agent was heard"
                    for each in scene.on_the_line
                    if each.stage not in talks
                }
                lost |= _lost(scene.on_the_line, harm)
        if recovered_after > row.recovers_within and not short:
            wrong.append(f"recovered after {recovered_after:.1f} s")
        silences = {each.stage: each.silence for each in scene.on_the_line}
        if not row.physics:
            harm.remarks += _longest(silences, harm.struck_at)
        wrong += [f"{agent} was rung for two calls at once" for agent in taken.rung_twice()]
        people = list(scene.people.values())
        for each in scene.on_the_line:
            await scene.hang_up(each.stage)
        await hotline.has_forgotten_every_call(within=20)
        await _is_settled(house)
        if not row.physics:
            lost |= await _missing_in_the_journal(people, harm)
        wrong += await row.afterwards(harm)
    return Verdict(
        row=row,
        callers=len(people),
        lost=tuple(f"{stage}: {why}" for stage, why in lost.items()),
        wrong=tuple(wrong),
        silence=timedelta()
        if row.physics
        else max((each.duration for each in silences.values()), default=timedelta()),
        recovered_after=recovered_after,
        remarks=tuple(harm.remarks),
    )


def _longest(silences: Mapping[str, Span], struck_at: float) -> list[str]:
    """Who was silent for the longest, and when."""
    order = sorted(silences, key=lambda stage: silences[stage].duration, reverse=True)
    told = (
        f"{stage} {silences[stage].duration.total_seconds():.1f} s "
        f"at {silences[stage].start - struck_at:+.1f} s"
        for stage in order[:3]
    )
    return [f"silence: {', '.join(told)}"]


def _lost(people: Sequence[OnTheLine], harm: Harm) -> dict[str, str]:
    """By the callers' side, and by the census."""
    lost = {}
    for each in people:
        missing = harm.census.missing(each.call_id, each.caller.up_at, time.monotonic())
        if each.was_cut_off:
            lost[each.stage] = "the call ended, and not by the caller"
        elif missing:
            lost[each.stage] = missing
    return lost


async def _missing_in_the_journal(people: Sequence[OnTheLine], harm: Harm) -> dict[str, str]:
    """Whom the engine knew has one beginning and an end there."""
    missing: dict[str, str] = {}
    deadline = time.monotonic() + JOURNAL_WITHIN
    while True:
        missing = {}
        for each in people:
            channel = harm.census.channel_of.get(each.call_id, "")
            kinds = await kinds_of(harm.house.stack.database, f"n1-{channel}")
            begun = kinds.count("call_started")
            known = each.stage != NEWCOMER
            # What was written in the very moment of a kill may be lost: then the next life tells.
            if begun > 1 or (known and not begun and "adopted" not in kinds):
                missing[each.stage] = f"{begun} beginnings in the journal"
            elif known and not {"call_finished", "handed_to_fallback"} & set(kinds):
                missing[each.stage] = "no end in the journal"
        if not missing or time.monotonic() > deadline:
            return missing
        await asyncio.sleep(1)


async def _is_settled(house: House) -> None:
    """No agent is in a call any more."""

    async def nobody_talks() -> bool:
        agents = (await house.hotline.floor()).agents
        return not any(each.state in (AgentState.TALKING, AgentState.OFFERED) for each in agents)

    await when(nobody_talks, within=20)
