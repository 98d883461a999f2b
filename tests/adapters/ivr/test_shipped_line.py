"""Where callers of the shipped hotline come to, and how many keys it takes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from router.adapters.flow_files import load
from router.core.ivr.model import FlowBook
from router.core.ivr.waits import ForAgent, ForPrompt, Over
from router.core.vocabulary import QueueName, SkillName
from tests.adapters.ivr.flow_mistakes import SHIPPED
from tests.core.ivr.caller import CUT, Caller

NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 25, 9, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def book() -> FlowBook:
    return load(SHIPPED).book


@pytest.fixture
def caller(book: FlowBook) -> Caller:
    return Caller(book, NOON, dials="5555335533")


def waits_for(queue: str, **prefer: int) -> ForAgent:
    wanted = tuple((SkillName(skill), weight) for skill, weight in prefer.items())
    return ForAgent(queue=QueueName(queue), prefer=wanted)


def test_silence_reaches_crisis(caller: Caller) -> None:
    caller.listens().listens().says_nothing()
    assert caller.heard() == ["saludo", "menu"]
    assert caller.wait == waits_for("crisis")
    assert caller.path == ["saludo", "horario", "menu", "crisis"]


@pytest.mark.parametrize(
    ("key", "queue"),
    [
        ("1", "crisis"),
        ("2", "extorsion"),
        ("3", "violencia"),
        ("4", "juridico"),
        ("5", "orientacion"),
        ("0", "orientacion"),
    ],
)
def test_one_key_is_enough_even_before_the_menu(caller: Caller, key: str, queue: str) -> None:
    assert caller.presses(key).wait == waits_for(queue)
    assert caller.heard() == ["saludo", CUT]


@pytest.mark.parametrize("key", "89#")
def test_two_wrong_keys_reach_crisis(caller: Caller, key: str) -> None:
    caller.listens().presses(key)
    assert caller.heard() == ["saludo", "menu", CUT, "no_entendi+menu"]
    assert caller.presses(key).wait == waits_for("crisis")


def test_star_says_the_menu_again(caller: Caller) -> None:
    caller.listens().presses("*")
    assert caller.heard() == ["saludo", "menu", CUT, "menu"]


def test_seven_says_the_menu_in_english_and_prefers_who_speaks_it(caller: Caller) -> None:
    caller.listens().presses("7")
    assert (caller.run.language, caller.run.step, caller.wait) == ("en", "menu", ForPrompt())
    assert caller.presses("4").wait == waits_for("juridico", english=1)


def test_silence_in_the_english_menu_reaches_crisis(caller: Caller) -> None:
    caller.listens().presses("7").listens().says_nothing()
    assert caller.wait == waits_for("crisis", english=1)


def test_six_prefers_who_speaks_nahuatl_and_never_waits_for_it(caller: Caller) -> None:
    assert caller.presses("6").wait == waits_for("orientacion", nahuatl=1)


def test_at_night_everybody_reaches_crisis_after_the_greeting(book: FlowBook) -> None:
    caller = Caller(book, NIGHT, dials="5555335533").listens()
    assert caller.heard() == ["saludo"]
    assert caller.wait == waits_for("crisis")


def test_caller_of_an_unknown_number_is_served_as_well(book: FlowBook) -> None:
    caller = Caller(book, NOON, dials="5500000000").presses("1")
    assert caller.wait == waits_for("crisis")


def test_caller_whose_agent_hangs_up_first_hears_a_goodbye(caller: Caller) -> None:
    caller.presses("1").heard()
    caller.talks_to_the_end()
    assert caller.heard() == ["gracias"]
    assert caller.listens().wait == Over()
