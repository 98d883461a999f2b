"""Numbers, dates and times as Mexicans and English speakers say them, recording by recording."""

from __future__ import annotations

import pytest

from router.core.ivr.speaking.gender import Gender
from router.core.ivr.speaking.grammar import Form, Unspeakable, spoken
from router.core.ivr.speaking.phrase import Gap, worded
from router.core.ivr.values import Value
from router.core.vocabulary import Language, PromptId

ES, EN = Language("es"), Language("en")
M, F = Gender.MASCULINE, Gender.FEMININE


def said(value: Value, form: Form, language: Language, gender: Gender | None = None) -> str:
    """Without the folders, in one line."""
    parts = (part.rpartition("/")[2] for part in spoken(value, form, language, gender))
    return " ".join(part.removeprefix("spoken_") for part in parts)


@pytest.mark.parametrize(
    ("number", "gender", "parts"),
    [
        (0, None, "0"),
        (1, None, "1"),
        (1, M, "1M"),
        (1, F, "1F"),
        (16, None, "16"),
        (21, None, "21"),
        (21, M, "21_masculine"),
        (21, F, "21_feminine"),
        (30, None, "30"),
        (31, None, "30 and 1"),
        (31, M, "30 and 1M"),
        (31, F, "30 and 1F"),
        (99, None, "90 and 9"),
        (100, None, "hundred"),
        (101, F, "100-and 1F"),
        (200, M, "200"),
        (200, F, "200_feminine"),
        (555, F, "500_feminine 50 and 5"),
        (1000, F, "thousand"),
        (1001, None, "thousand 1"),
        (2026, None, "2 thousand 26"),
        (21_000, F, "21_masculine thousand"),
        (31_000, None, "30 and 1M thousand"),
        (200_500, F, "200_feminine thousand 500_feminine"),
        (1_000_000, None, "1M million"),
        (21_000_000, F, "21_masculine millions"),
        (100_000_100, None, "hundred millions hundred"),
        (-5, None, "minus 5"),
    ],
)
def test_a_number_in_spanish(number: int, gender: Gender | None, parts: str) -> None:
    assert said(number, Form.NUMBER, ES, gender) == parts


@pytest.mark.parametrize(
    ("number", "parts"),
    [
        (0, "0"),
        (13, "13"),
        (21, "20 1"),
        (100, "1 hundred"),
        (342, "3 hundred 40 2"),
        (1000, "1 thousand"),
        (2_000_015, "2 million 15"),
        (-1, "minus 1"),
    ],
)
def test_a_number_in_english(number: int, parts: str) -> None:
    assert said(number, Form.NUMBER, EN, F) == parts


@pytest.mark.parametrize("language", [ES, EN])
def test_a_decimal_is_said_with_its_point(language: Language) -> None:
    assert said(2.25, Form.NUMBER, language) == "2 point 2 5"
    assert said(3.0, Form.NUMBER, language) == "3"


@pytest.mark.parametrize(
    ("value", "form", "spanish", "english"),
    [
        ("0155*#", Form.DIGITS, "0 1 5 5 star pound", "0 1 5 5 star pound"),
        (
            "2026-11-24",
            Form.DATE,
            "day-2 24 es-de mon-10 es-de 2 thousand 26",
            "day-2 mon-10 20 h-4 20 20 6",
        ),
        (
            "2026-02-01",
            Form.DATE,
            "day-0 h-1 es-de mon-1 es-de 2 thousand 26",
            "day-0 mon-1 h-1 20 20 6",
        ),
        (
            "2005-01-30",
            Form.DATE,
            "day-0 30 es-de mon-0 es-de 2 thousand 5",
            "day-0 mon-0 h-30 2 thousand 5",
        ),
        ("18:30", Form.TIME, "18 hours with 30 minutes", "6 30 p-m"),
        ("01:01", Form.TIME, "1F hour with 1M minute", "1 oh 1 a-m"),
        ("00:00", Form.TIME, "0 hours", "12 oclock a-m"),
        ("21:00", Form.TIME, "21_feminine hours", "9 oclock p-m"),
        (90, Form.DURATION, "1M minute 30 seconds", "1 minute 30 seconds"),
        (3600, Form.DURATION, "1F hour", "1 hour"),
        (0, Form.DURATION, "0 seconds", "0 seconds"),
        (7321, Form.DURATION, "2 hours 2 minutes 1M second", "2 hours 2 minutes 1 second"),
        ("ñandú-7", Form.CHARACTERS, "n a n d u dash 7", "n a n d u dash 7"),
    ],
)
def test_a_value_in_both_languages(value: Value, form: Form, spanish: str, english: str) -> None:
    assert said(value, form, ES) == spanish
    assert said(value, form, EN) == english


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("doce", Form.NUMBER),
        (10**9, Form.NUMBER),
        (float("inf"), Form.NUMBER),
        ("12a", Form.DIGITS),
        ("", Form.DIGITS),
        ("24/11/2026", Form.DATE),
        ("25:00", Form.TIME),
        (-1, Form.DURATION),
    ],
)
def test_what_has_no_such_form_is_refused(value: Value, form: Form) -> None:
    with pytest.raises(Unspeakable):
        spoken(value, form, ES)


def test_a_language_without_a_grammar_is_refused() -> None:
    with pytest.raises(Unspeakable, match="en, es"):
        spoken(1, Form.NUMBER, Language("nah"))


def test_a_prompt_with_a_gap_is_said_from_its_recordings() -> None:
    espera = PromptId("espera")
    phrase = (PromptId("espera-1"), Gap(name="n", form=Form.NUMBER, gender=M), PromptId("espera-2"))
    phrases = {(ES, espera): phrase}
    after = PromptId("gracias")
    assert worded((espera, after), ES, phrases, {"n": 21}) == (
        "espera-1",
        "spoken_21_masculine",
        "espera-2",
        "gracias",
    )
    assert worded((espera,), EN, phrases, {"n": 2}) == ("espera",)


def test_a_gap_that_cannot_be_filled_is_left_out() -> None:
    espera = PromptId("espera")
    phrases = {(ES, espera): (PromptId("espera-1"), Gap(name="n", form=Form.NUMBER))}
    assert worded((espera,), ES, phrases, {}) == ("espera-1",)
    assert worded((espera,), ES, phrases, {"n": "muchos"}) == ("espera-1",)
