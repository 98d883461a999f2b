"""What happened to agents besides their calls, in sentences."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from router.core.shift_records import (
    PairsRead,
    RestBegan,
    RestEnded,
    ShiftRecord,
    SkillsChanged,
    WrapUpExtended,
)

MINUTE = timedelta(minutes=1)


def of_shift(record: ShiftRecord) -> str:
    """What a record says, without its time."""
    match record:
        case PairsRead(known=known, apart=apart):
            return f"{apart} pairs are kept apart; {known} callers know whom they talked to last"
        case SkillsChanged(agent=agent, begun=begun, ended=ended):
            parts = [f"{skill} begins to count" for skill in begun]
            parts += [f"{skill} has ended" for skill in ended]
            return f"{agent}'s skills by the roster: {', '.join(parts)}"
        case RestBegan(agent=agent, in_a_row=in_a_row, talked=talked):
            calls = "call" if in_a_row == 1 else "calls"
            return (
                f"{agent} rests from heavy calls until a break: {in_a_row} {calls} in a row,"
                f" {talked // MINUTE} min of talk"
            )
        case RestEnded(agent=agent, why="needed"):
            return f"{agent} gets heavy calls again, due for a break: nobody else is on shift"
        case RestEnded(agent=agent):
            return f"{agent} gets heavy calls again"
        case WrapUpExtended(agent=agent):
            return f"{agent} takes more time for the wrap-up"
        case _:
            assert_never(record)
