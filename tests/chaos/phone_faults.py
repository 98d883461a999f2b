"""Harm that comes from telephones: agents who do not answer, machines, and networks that vanish."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from router.core.records import AgentLost, Answered, OfferEnded
from router.core.vocabulary import OfferOutcome
from tests.chaos.engine_faults import untouched
from tests.chaos.rows import Harm, Row
from tests.chaos.stages import SILENT_IN_MUSIC

OFFERED = "offered in vain"
MESSAGE_WITHIN = timedelta(seconds=2)
LOSS_IS_SEEN_WITHIN = 15.0


async def nobody_answers(harm: Harm) -> None:
    """The first does not pick up, the second is a machine; then a person comes."""
    await harm.scene.shift.logs_in("nadie", "mac")
    caller = await harm.scene.dials(OFFERED, "multitud")
    for agent, outcome in (("nadie", OfferOutcome.NO_ANSWER), ("mac", OfferOutcome.MACHINE)):
        ended = await caller.first(OfferEnded, within=30, where=_of(agent))
        if ended.outcome is not outcome:
            harm.remarks.append(f"UNLIKE: {agent} {ended.outcome}")


def _of(agent: str) -> Callable[[OfferEnded], bool]:
    return lambda ended: ended.agent == agent


async def what_was_unlike(harm: Harm) -> Sequence[str]:
    """What the row itself has found wrong."""
    return [remark for remark in harm.remarks if remark.startswith("UNLIKE")]


async def music_all_along(harm: Harm) -> Sequence[str]:
    offered = harm.scene.people[OFFERED]
    silence = offered.silence.duration
    machine = [each for each in offered.caller.records(Answered) if each.agent == "mac"]
    return [
        *await what_was_unlike(harm),
        *(["an answering machine got the caller"] if machine else []),
        *([f"{silence} without music"] if silence > SILENT_IN_MUSIC else []),
        *await untouched(harm),
    ]


async def agents_network_dies(harm: Harm) -> None:
    """No packet comes from the telephone any more, and none is answered."""
    os.kill(harm.scene.apart["eva"].pid, signal.SIGSTOP)
    talking = harm.scene.people["talking"].caller
    await talking.first(AgentLost, within=LOSS_IS_SEEN_WITHIN)
    lost_at = time.monotonic()
    harm.remarks.append(f"noticed after {harm.since_struck:.1f} s")
    message = await talking.phone.hears(within=3 * MESSAGE_WITHIN, since=lost_at)
    later = message.start - lost_at
    late = "UNLIKE P3: " if later > MESSAGE_WITHIN.total_seconds() else ""
    harm.remarks.append(f"{late}a message {later:.2f} s later")


ROWS = (
    Row(
        name="nobody-answers",
        fault="agent does not answer; answering machine",
        how="a desk phone that rings out, a machine that picks up",
        must_hold="press-1 rule; next agent; music throughout",
        strike=nobody_answers,
        recovers_within=3.0,
        judge=music_all_along,
    ),
    Row(
        name="agents-network",
        fault="agent's network lost in a call",
        how="the telephone is stopped: no packet, no answer",
        must_hold="a message within 2 s, then another agent",
        strike=agents_network_dies,
        recovers_within=3.0,
        judge=what_was_unlike,
    ),
)
