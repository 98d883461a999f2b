"""Callers with real telephones go through every step kind of a flow, and press real digits."""

from __future__ import annotations

import asyncio
import wave
from array import array
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from router.core.records import (
    CallbackRequested,
    CallFinished,
    CommandRefused,
    LookedUp,
    MessageLeft,
    PartnerAnswered,
    PartnerLeft,
    PartnerMissed,
    PromptMissing,
    Queued,
    StepEntered,
    SurveyAnswered,
    Tagged,
    TimedOut,
)
from router.core.vocabulary import EndedBy
from router.standalone.phone_events import Closed
from router.standalone.phones import Answer, Handset, switched_on
from router.standalone.programs import Prefix
from router.standalone.tone import Recording, heard
from tests.acceptance.hotline_up import Hotline, until
from tests.acceptance.people import (
    CALLER_HZ,
    Agent,
    Caller,
    Callers,
    hear_each_other,
    on_shift,
)
from tests.acceptance.points import ANSWERS, Asked, flow, number
from tests.acceptance.practice import PARTNER, STEPS_NUMBER

pytestmark = pytest.mark.asyncio(loop_scope="session")

PARTNER_HZ = 1047
SILENT_AT_MOST = timedelta(seconds=5)
TWO_SECONDS = 2 * 8000 * 2
"""Bytes of a recording."""


async def reaches(caller: Caller, step: str, *, within: float = 20) -> StepEntered:
    return await caller.first(StepEntered, within=within, where=lambda each: each.step == step)


async def types_four_digits(caller: Caller) -> None:
    await reaches(caller, "pide")
    await caller.phone.press("1234")
    # Read back; 1 takes them.
    await caller.phone.hears(within=timedelta(seconds=3))
    await caller.phone.press("1")
    await reaches(caller, "lee")


def nothing_was_missing(caller: Caller) -> None:
    assert not caller.records(PromptMissing)
    assert not caller.records(CommandRefused)


async def test_digits_are_typed_read_back_and_said(hotline: Hotline, callers: Callers) -> None:
    async with callers.dials(hotline, STEPS_NUMBER, flow="pasos") as caller:
        await types_four_digits(caller)
        # The digits, a number with a gender, a date and a time, to the menu.
        await reaches(caller, "elige", within=40)
        steps = [each.step for each in caller.records(StepEntered)]
        assert steps == [
            *("recuerda", "marca", "salta", "decide", "horario", "pide"),
            *("lee", "cuenta", "fecha", "hora", "elige"),
        ]
        assert [each.tag for each in caller.records(Tagged)] == ["prueba"]
        asked = next(each for each in caller.records(StepEntered) if each.step == "lee")
        assert asked.digits == 5
        nothing_was_missing(caller)


async def test_another_flow_a_language_and_a_skill(
    hotline: Hotline, callers: Callers, prefix: Prefix, phones_folder: Path
) -> None:
    people = (
        Agent(id="tom", skills="pasos: 3, english: 3", answer=Answer.AT_ONCE),
        Agent(id="luz", skills="pasos: 5", answer=Answer.AT_ONCE),
    )
    async with (
        on_shift(hotline, prefix, phones_folder, *people) as shift,
        callers.dials(hotline, STEPS_NUMBER, flow="pasos") as caller,
    ):
        await types_four_digits(caller)
        await caller.phone.press("1")
        await reaches(caller, "en_ingles", within=40)
        await caller.is_answered_by("tom", within=20)
        await hear_each_other(caller, shift["tom"], 587)
        flows = [each.flow for each in caller.records(StepEntered) if each.step == "dobla"]
        assert flows == ["pasos_otro", "pasos"]
        await shift["tom"].hang_up()
        await reaches(caller, "encuesta")
        await caller.phone.press("4")
        answered = await caller.first(SurveyAnswered)
        assert (answered.question, answered.figure) == ("trato", 4)
        over = await caller.first(CallFinished, within=20)
        assert over.by is EndedBy.SYSTEM
        await caller.phone.wait_for(Closed, within=timedelta(seconds=5))
        nothing_was_missing(caller)


async def test_keys_while_waiting_and_a_callback(hotline: Hotline, callers: Callers) -> None:
    async with callers.dials(hotline, STEPS_NUMBER, flow="pasos") as caller:
        await types_four_digits(caller)
        await caller.phone.press("3")
        await caller.waits_in("pasos", within=40)
        await caller.phone.press("9")
        await caller.first(Tagged, where=lambda each: each.tag == "sin_grabacion")
        await caller.phone.press("8")
        await caller.phone.hears(within=timedelta(seconds=3))
        assert len(caller.records(Queued)) == 1
        await caller.phone.press("1")
        left = await caller.first(TimedOut)
        assert left.why == "key"
        await caller.phone.press("1")
        await caller.phone.press("1")
        asked = await caller.first(CallbackRequested)
        assert (asked.queue, asked.other_number) == ("pasos", False)
        listed = await hotline.runs("callbacks", "--json")
        assert caller.call in [each["call"] for each in listed.json["callbacks"]]
        await caller.phone.press("5")
        await caller.first(SurveyAnswered)
        nothing_was_missing(caller)


async def speaks(hotline: Hotline, caller: Caller) -> None:
    """After the prompt, which a key cuts: the tone of their telephone, for two seconds."""
    await types_four_digits(caller)
    await caller.phone.press("4")
    await reaches(caller, "buzon", within=40)
    await caller.phone.press("5")
    spool = hotline.folder / "asterisk/spool/recording"

    def said() -> bool:
        return any(each.stat().st_size > TWO_SECONDS for each in spool.glob(f"{caller.call}-*.wav"))

    await until(said, within=20)


async def test_a_message_is_recorded_confirmed_and_taken_out(
    hotline: Hotline, callers: Callers, tmp_path: Path
) -> None:
    async with callers.dials(hotline, STEPS_NUMBER, flow="pasos") as caller:
        await speaks(hotline, caller)
        await caller.phone.press("#")
        await caller.phone.hears(within=timedelta(seconds=3))
        await caller.phone.press("1")
        left = await caller.first(MessageLeft, within=15)
        assert left.step == "buzon"
        await reaches(caller, "gracias")
        assert not caller.records(CommandRefused)
    listed = await hotline.runs("messages", "list", "--json")
    (told,) = [each for each in listed.json["messages"] if each["call"] == caller.call]
    file = tmp_path / "message.wav"
    saved = await hotline.runs("messages", "save", told["recording"], str(file), "--reason", "test")
    assert saved.code == 0, saved.err
    with wave.open(str(file)) as sound:
        samples = array("h", sound.readframes(sound.getnframes()))
    spans = heard(Recording(start=0, samples=samples), CALLER_HZ)
    assert sum(span.duration.total_seconds() for span in spans) > 1
    kept = (hotline.folder / "messages").rglob("*")
    assert all(each.stat().st_mode & 0o077 == 0 for each in kept)


async def test_who_hangs_up_has_left_what_they_said(hotline: Hotline, callers: Callers) -> None:
    async with callers.dials(hotline, STEPS_NUMBER, flow="pasos") as caller:
        await speaks(hotline, caller)
        await caller.hangs_up()
        left = await caller.first(MessageLeft, within=15)
        assert left.lasted >= timedelta(seconds=2)


async def test_somebody_outside_presses_one_and_talks(
    hotline: Hotline, callers: Callers, prefix: Prefix, phones_folder: Path
) -> None:
    address, _, port = hotline.carrier.partition(":")
    handset = Handset(name=PARTNER, tone_hz=PARTNER_HZ)
    async with (
        switched_on(
            prefix, [handset], folder=phones_folder, address=address, port=int(port)
        ) as outside,
        callers.dials(hotline, STEPS_NUMBER, flow="pasos") as caller,
    ):
        await types_four_digits(caller)
        await caller.phone.press("2")
        await reaches(caller, "aliada", within=40)
        await outside[PARTNER].take_call(within=timedelta(seconds=5), confirm_with="1")
        await caller.first(PartnerAnswered)
        await hear_each_other(caller, outside[PARTNER], PARTNER_HZ)
        await outside[PARTNER].hang_up()
        left = await caller.first(PartnerLeft)
        assert left.contact == "aliada"
        await reaches(caller, "gracias")
        nothing_was_missing(caller)


async def test_nobody_outside_leads_to_a_person_of_ours(hotline: Hotline, callers: Callers) -> None:
    async with callers.dials(hotline, STEPS_NUMBER, flow="pasos") as caller:
        await types_four_digits(caller)
        await caller.phone.press("2")
        missed = await caller.first(PartnerMissed, within=40)
        assert missed.contact == "aliada"
        await caller.waits_in("crisis")


CRISIS, QUEUE, GOODBYE = "crisis", "pasos", "goodbye"
AFTER: Mapping[str, tuple[str, str]] = {
    "cuenta": (CRISIS, "##"),
    "pide": (CRISIS, "###"),
    "elige": (CRISIS, "99"),
    "aliada": (CRISIS, "5"),
    "cola": (QUEUE, "5"),
    "llamada": (CRISIS, "999"),
    "encuesta": (GOODBYE, "99"),
    "gracias": (GOODBYE, "5"),
}
"""Where silence and wrong keys lead at each point, and keys that are wrong there."""


async def begins_at(hotline: Hotline, callers: Callers, point: str, keys: str) -> None:
    """And comes to where the flow says; the system hangs up after a goodbye only."""
    end, _ = AFTER[point]
    async with callers.dials(hotline, number(point), flow=flow(point)) as caller:
        await reaches(caller, point)
        if keys:
            await caller.phone.press(keys)
        if end == GOODBYE:
            over = await caller.first(CallFinished, within=40)
            assert over.by is EndedBy.SYSTEM
            await caller.phone.wait_for(Closed, within=timedelta(seconds=5))
        else:
            await caller.waits_in(end, within=60)
            assert caller.is_on_the_line
        nothing_was_missing(caller)


async def hangs_up_at(hotline: Hotline, callers: Callers, point: str) -> None:
    async with callers.dials(hotline, number(point), flow=flow(point)) as caller:
        await reaches(caller, point)
        await caller.hangs_up()
        over = await caller.first(CallFinished)
        assert over.by is EndedBy.CALLER


async def test_a_caller_may_hang_up_at_each_kind(hotline: Hotline, callers: Callers) -> None:
    await asyncio.gather(*(hangs_up_at(hotline, callers, point) for point in AFTER))
    await hotline.has_forgotten_every_call()


async def test_silence_and_wrong_keys_lead_on_at_each_kind(
    hotline: Hotline, callers: Callers
) -> None:
    await asyncio.gather(
        *(begins_at(hotline, callers, point, "") for point in AFTER),
        *(begins_at(hotline, callers, point, keys) for point, (_, keys) in AFTER.items()),
    )
    await hotline.has_forgotten_every_call()


async def asks_for(hotline: Hotline, callers: Callers, answer: str) -> None:
    """Music at once, and never silence, however long the other system takes."""
    async with callers.dials(hotline, number(answer), flow=flow(answer)) as caller:
        await caller.phone.hears(within=timedelta(seconds=5), since=caller.up_at)
        await caller.waits_in(QUEUE if answer == "right" else CRISIS, within=30)
        looked = await caller.first(LookedUp)
        assert (looked.why == "") is (answer == "right")
        assert caller.longest_silence(caller.up_at) < SILENT_AT_MOST


async def test_another_system_that_is_slow_wrong_or_down_leads_to_a_person(
    hotline: Hotline, callers: Callers, asked: Asked
) -> None:
    await asyncio.gather(*(asks_for(hotline, callers, answer) for answer in ANSWERS))
    # With what was sent; a failure may be asked again.
    told = {f"/{answer}?linea={number(answer)}" for answer in ANSWERS if answer != "down"}
    assert set(asked.heard) == told
