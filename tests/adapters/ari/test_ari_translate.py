"""What real Asterisk said (tests/adapters/captured/ari) in the core's words."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from router.adapters.ari.translate import Translator
from router.core import events as e
from router.core.events import Event
from router.core.vocabulary import CallerKey, CallId, LegEnding, NodeId, RecordingId
from router.ports import BeatReturned

CAPTURED = Path(__file__).parents[1] / "captured/ari"
AT = datetime(2030, 1, 1, 12, 0, tzinfo=UTC)
"""Far from Asterisk's own clock, on which nothing may depend."""


def messages(story: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CAPTURED / f"{story}.jsonl").read_text().splitlines()]


class Sealed:
    """Remembers what it was asked to seal."""

    def __init__(self) -> None:
        self.numbers: list[tuple[CallId, str]] = []

    def seal(self, call: CallId, number: str) -> CallerKey:
        self.numbers.append((call, number))
        return CallerKey("key")


def translated(story: list[dict[str, Any]], sealed: Sealed | None = None) -> list[object]:
    translator = Translator(NodeId("n1"), (sealed or Sealed()).seal)
    told = [translator.translate(message, AT) for message in story]
    return [each for each in told if each is not None]


def last_end(story: str) -> tuple[LegEnding, int]:
    ends = [each for each in translated(messages(story)) if isinstance(each, e.LegEnded)]
    assert len(ends) == 1, ends
    return ends[0].ending, ends[0].cause


def kinds(story: str) -> list[type]:
    return [type(each) for each in translated(messages(story))]


def test_caller_arrives_when_the_channel_was_created_by_the_clock_of_the_engine() -> None:
    sealed = Sealed()
    (arrival, _) = translated(messages("caller_hangs_up"), sealed)
    assert isinstance(arrival, e.CallArrived)
    assert arrival.number_dialled == "5555335533"
    (started, *_) = messages("caller_hangs_up")
    age = datetime.fromisoformat(started["timestamp"]) - datetime.fromisoformat(
        started["channel"]["creationtime"]
    )
    assert timedelta(milliseconds=300) < age < timedelta(seconds=1)
    assert arrival.arrived_at == AT - age
    assert sealed.numbers == [(CallId(f"n1-{arrival.leg}"), "5500000001")]
    assert "5500000001" not in repr(arrival)


@pytest.mark.parametrize("number", ["", "anonymous", "Restricted"])
def test_withheld_number_is_no_number(number: str) -> None:
    (started, *_) = messages("caller_hangs_up")
    started["channel"]["caller"]["number"] = number
    sealed = Sealed()
    (arrival,) = translated([started], sealed)
    assert isinstance(arrival, e.CallArrived)
    assert arrival.caller is None
    assert sealed.numbers == []


@pytest.mark.parametrize(
    ("dialled", "kept"), [("+52 55 3553", "52553553"), ("", ""), ("abc*12#", "12")]
)
def test_number_dialled_is_digits_only(dialled: str, kept: str) -> None:
    (started, *_) = messages("caller_hangs_up")
    started["args"] = ["caller", dialled]
    (arrival,) = translated([started])
    assert isinstance(arrival, e.CallArrived)
    assert arrival.number_dialled == kept


def test_agent_dials_a_code() -> None:
    (dialled, ended) = translated(messages("agent_dials_code"))
    assert isinstance(dialled, e.CodeDialled)
    assert (dialled.agent, dialled.code) == ("ana", "*11")
    assert isinstance(ended, e.LegEnded)


def test_digit_is_told() -> None:
    told = translated(messages("caller_presses_4"))
    assert [each.digit for each in told if isinstance(each, e.DigitPressed)] == ["4"]


def test_beat_carries_asterisks_own_time() -> None:
    (beat,) = translated(messages("beat"))
    (message,) = messages("beat")
    stamp = datetime.fromisoformat(message["timestamp"]).timestamp()
    assert beat == BeatReturned(node=NodeId("n1"), stamp=stamp)


# How legs end


@pytest.mark.parametrize("story", ["caller_hangs_up", "caller_is_hung_up"])
def test_caller_who_hangs_up_or_is_hung_up_has_ended(story: str) -> None:
    assert kinds(story) == [e.CallArrived, e.LegEnded]
    assert last_end(story)[0] is LegEnding.HUNG_UP


@pytest.mark.parametrize("story", ["caller_is_handed_over", "caller_is_redirected_by_ami"])
def test_caller_who_goes_on_in_the_dialplan_has_left_and_not_ended(story: str) -> None:
    assert kinds(story) == [e.CallArrived, e.LegLeft]


@pytest.mark.parametrize(
    ("story", "ending", "cause"),
    [
        ("rings_then_486", LegEnding.DECLINED, 17),
        ("rings_then_600", LegEnding.DECLINED, 17),
        ("rings_then_603", LegEnding.DECLINED, 21),
        ("answers_486_at_once", LegEnding.DECLINED, 17),
        ("rings_then_408", LegEnding.NO_ANSWER, 18),
        ("rings_then_480", LegEnding.NO_ANSWER, 19),
        ("agent_rings_out", LegEnding.NO_ANSWER, 19),
        ("rings_then_404", LegEnding.UNREACHABLE, 1),
        ("rings_then_500", LegEnding.UNREACHABLE, 38),
        ("rings_then_503", LegEnding.UNREACHABLE, 34),
        ("answers_503_at_once", LegEnding.UNREACHABLE, 34),
        ("agent_is_withdrawn", LegEnding.HUNG_UP, 26),
    ],
)
def test_telephone_that_does_not_answer_says_why(story: str, ending: LegEnding, cause: int) -> None:
    assert last_end(story) == (ending, cause)


def test_telephone_that_was_never_reached_did_not_ring() -> None:
    story = messages("rings_then_408")
    for message in story:
        if "channel" in message:
            message["channel"]["state"] = "Down"
    (end,) = translated(story)
    assert isinstance(end, e.LegEnded)
    assert end.ending is LegEnding.UNREACHABLE


@pytest.mark.parametrize(
    ("story", "ending", "cause"),
    [
        # A plain BYE has no cause.
        ("agent_hangs_up", LegEnding.HUNG_UP, 0),
        ("agent_is_hung_up", LegEnding.HUNG_UP, 16),
        ("agent_sends_no_audio", LegEnding.LOST, 44),
        ("agent_session_timer_expires", LegEnding.LOST, 18),
    ],
)
def test_agent_who_had_answered_hung_up_or_was_lost(
    story: str, ending: LegEnding, cause: int
) -> None:
    assert kinds(story) == [e.LegRinging, e.LegAnswered, e.LegEnded]
    assert last_end(story) == (ending, cause)


def test_caller_lost_to_the_session_timer_is_lost() -> None:
    story = messages("caller_hangs_up")
    story[1] |= {"cause": 18, "tech_cause": 408}
    (_, end) = translated(story)
    assert isinstance(end, e.LegEnded)
    assert (end.ending, end.cause) == (LegEnding.LOST, 18)


# Prompts


def test_prompt_that_is_stopped_ends_heard() -> None:
    assert _heard("prompt_is_stopped") == [True]


def test_prompt_without_a_file_ends_unheard() -> None:
    assert _heard("prompt_is_missing") == [False]


def test_prompt_cut_off_by_a_hang_up_is_no_news_beside_the_hang_up() -> None:
    assert _heard("prompt_is_cut_by_hang_up") == []


def _heard(story: str) -> list[bool]:
    told = translated(messages(story))
    return [each.heard for each in told if isinstance(each, e.PlaybackEnded)]


# What nobody knows


def test_event_that_the_core_has_no_word_for_is_nothing() -> None:
    assert translated([{"type": "ChannelConnectedLine"}, {"type": "Dial"}]) == []


@pytest.mark.parametrize(
    "story",
    [
        {"type": "StasisStart", "args": ["stranger"]},
        {"type": "StasisStart", "args": []},
    ],
)
def test_leg_that_enters_as_nobody_we_know_is_nothing(story: dict[str, Any]) -> None:
    (started, *_) = messages("caller_hangs_up")
    assert translated([started | story]) == []


def test_events_are_events() -> None:
    """Every captured story is understood without an error."""
    for file in CAPTURED.glob("*.jsonl"):
        for each in translated(messages(file.stem)):
            assert isinstance(each, Event | BeatReturned)


def test_what_a_caller_says_ends_by_a_key_which_is_told_before() -> None:
    arrived, pressed, over = translated(messages("caller_is_recorded"))
    assert isinstance(arrived, e.CallArrived)
    assert isinstance(pressed, e.DigitPressed)
    assert over == e.RecordingEnded(
        at=AT, recording=RecordingId("c-e1-m1"), lasted=timedelta(0), silent=timedelta(0)
    )


def test_a_recording_ends_before_the_caller_who_hung_up_has_gone() -> None:
    found = kinds("caller_hangs_up_while_recorded")
    assert found == [e.CallArrived, e.RecordingEnded, e.LegEnded]


def test_a_recording_is_counted_with_its_silence_and_told_when_it_failed() -> None:
    (*_, over) = messages("caller_is_recorded")
    counted = over["recording"] | {"duration": 9, "talking_duration": 4, "silence_duration": 5}
    (told,) = translated([over | {"recording": counted}])
    assert isinstance(told, e.RecordingEnded)
    assert (told.lasted, told.silent) == (timedelta(seconds=9), timedelta(seconds=5))
    uncounted = {name: each for name, each in counted.items() if not name.endswith("duration")}
    (told,) = translated([over | {"recording": uncounted}])
    assert isinstance(told, e.RecordingEnded)
    assert (told.lasted, told.silent) == (timedelta(0), timedelta(0))
    failed = {"name": "n1-17.1-e7-m2", "state": "failed", "cause": "No space left on device"}
    (told,) = translated([over | {"type": "RecordingFailed", "recording": failed}])
    assert isinstance(told, e.RecordingEnded)
    assert (told.lasted, told.why) == (None, "No space left on device")
    others = over["recording"] | {"name": "somebody-elses"}
    assert translated([over | {"recording": others}]) == []
