"""What callers hear is set anew at every list: an engine that woke may have had the last word."""

from __future__ import annotations

from router.core.commands import StartMusic, StopMusic, StopPlay
from router.core.vocabulary import LegId
from router.rehearsal.switchboard import MUSIC, SILENCE
from tests.core.driver import Caller, Driver
from tests.core.house import agent

ANA = agent("ana", on="desk", psicologia=3, crisis=3)


def crisis_hotline() -> Driver:
    hotline = Driver()
    hotline.works(ANA)
    return hotline


def waiting(hotline: Driver) -> Caller:
    hotline.pauses("ana")
    caller = hotline.caller_arrives().chooses("1")
    while caller.leg in hotline.board.playing:
        caller.hears_out()
    assert hotline.board.hears[caller.leg] == MUSIC
    return caller


def has_stolen(hotline: Driver, leg: LegId) -> None:
    """The last order of an engine that woke: the music is gone."""
    hotline.board.hear(leg, SILENCE, hotline.at)


def test_who_waits_in_silence_has_music_again() -> None:
    hotline = crisis_hotline()
    caller = waiting(hotline)
    has_stolen(hotline, caller.leg)
    hotline.listed()
    assert hotline.board.hears[caller.leg] == MUSIC


def test_who_talks_hears_no_music_besides() -> None:
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    ordered = hotline.listed()
    assert [c.leg for c in ordered if isinstance(c, StopMusic)] == [caller.leg]
    assert not [c for c in ordered if isinstance(c, StartMusic)]
    assert caller.talks_to() == "ana"


def test_what_an_earlier_life_was_about_to_say_is_said_no_more() -> None:
    before = crisis_hotline()
    caller = before.caller_arrives()
    old = before.board.playing[caller.leg]
    now = before.dies_and_comes_back(ANA)
    ordered = now.listed()
    assert old in [c.playback for c in ordered if isinstance(c, StopPlay)]
    assert now.board.hears[caller.leg] == "saludo"


def test_what_is_written_on_the_leg_is_written_again() -> None:
    hotline = crisis_hotline()
    caller = waiting(hotline)
    written = hotline.board.carried[caller.leg]
    hotline.board.carried[caller.leg] = "what an older engine wrote"
    hotline.listed()
    assert hotline.board.carried[caller.leg] == written


def test_who_is_being_sent_home_is_left_alone() -> None:
    hotline = crisis_hotline()
    caller = hotline.caller_arrives().chooses("1")
    hotline.answers("ana")
    hotline.hangs_up("ana")
    while caller.leg in hotline.board.playing:
        caller.hears_out()
    assert not [c for c in hotline.listed() if isinstance(c, StartMusic | StopMusic)]
