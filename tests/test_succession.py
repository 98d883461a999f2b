"""When an engine that stands by may take over: each witness, and what two of them say together."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from router.succession import (
    MAY_ACT_FOR,
    STALE_AFTER,
    STALE_WITHOUT_DATABASE,
    Ground,
    Lease,
    Outlook,
    Seat,
    Witness,
    ground,
)

TICK = timedelta(milliseconds=1)
FRESH = Witness(token=7, beat="100.000", beat_age=timedelta(seconds=1))
OLD = replace(FRESH, beat_age=STALE_AFTER)
NO_BEAT = Witness(token=0, beat="", beat_age=None)
HELD = Lease(token=7, holder="a", valid=True)
OVER = Lease(token=7, holder="a", valid=False)
ALIVE = Outlook(
    name="b",
    asterisk=FRESH,
    lease=HELD,
    seat=None,
    newest=7,
    unchanged_for=timedelta(0),
)


@pytest.mark.parametrize(
    ("story", "seen", "why"),
    [
        ("the active engine lives", ALIVE, None),
        (
            "its process has ended, in our folder",
            replace(ALIVE, seat=Seat(token=7)),
            Ground.SEAT,
        ),
        (
            "our folder is free, but the active engine is of another",
            replace(ALIVE, seat=Seat(token=6)),
            None,
        ),
        ("it is frozen, the lease not over yet", replace(ALIVE, asterisk=OLD), None),
        ("it lives, and cannot reach the database", replace(ALIVE, lease=OVER), None),
        (
            "it is frozen",
            replace(ALIVE, asterisk=OLD, lease=OVER),
            Ground.LEASE_OVER,
        ),
        (
            "its beat is a tick too young",
            replace(ALIVE, asterisk=replace(OLD, beat_age=STALE_AFTER - TICK), lease=OVER),
            None,
        ),
        (
            "it let go for anybody",
            replace(ALIVE, lease=replace(OVER, let_go=True)),
            Ground.LET_GO,
        ),
        (
            "it let go for us",
            replace(ALIVE, lease=replace(OVER, let_go=True, heir="b")),
            Ground.LET_GO,
        ),
        (
            "it let go for somebody else",
            replace(ALIVE, lease=replace(OVER, let_go=True, heir="c")),
            None,
        ),
        (
            "it let go for somebody else, who never came",
            replace(ALIVE, asterisk=OLD, lease=replace(OVER, let_go=True, heir="c")),
            Ground.LEASE_OVER,
        ),
        (
            "somebody let go long ago, and a newer engine acts",
            replace(ALIVE, lease=replace(OVER, token=5, let_go=True)),
            None,
        ),
        (
            "the seat was left for somebody else",
            replace(ALIVE, seat=Seat(token=7, heir="c")),
            None,
        ),
        ("the database is away, and it beats", replace(ALIVE, lease=None), None),
        (
            "the database is away, and its beat is too young for one witness",
            replace(ALIVE, lease=None, asterisk=OLD),
            None,
        ),
        (
            "the database is away, and its beat is over",
            replace(ALIVE, lease=None, asterisk=replace(OLD, beat_age=STALE_WITHOUT_DATABASE)),
            Ground.BEAT_OVER,
        ),
        (
            "Asterisk has just started, its beat and token are gone",
            replace(ALIVE, lease=None, asterisk=NO_BEAT),
            None,
        ),
        (
            "and nobody has beaten for a while",
            replace(ALIVE, lease=None, asterisk=NO_BEAT, unchanged_for=STALE_WITHOUT_DATABASE),
            Ground.BEAT_OVER,
        ),
        (
            "everything is new",
            replace(ALIVE, asterisk=NO_BEAT, lease=None, seat=Seat(token=0), newest=0),
            Ground.SEAT,
        ),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_an_engine_takes_over_only_if(story: str, seen: Outlook, why: Ground | None) -> None:
    del story
    assert ground(seen) is why


def test_nobody_takes_over_while_the_other_may_still_act() -> None:
    assert MAY_ACT_FOR < STALE_AFTER < STALE_WITHOUT_DATABASE
