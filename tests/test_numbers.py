"""One telephone has one spelling, whatever the network wrote."""

from __future__ import annotations

import pytest

from router.numbers import caller_number, e164


@pytest.mark.parametrize(
    "written",
    [
        "5512345678",
        "+525512345678",
        "525512345678",
        "+52 55 1234-5678",
        "+5215512345678",
        "5215512345678",
        "0445512345678",
        "015512345678",
    ],
)
def test_a_mexican_number_is_one_number(written: str) -> None:
    assert caller_number(written) == "+525512345678"


@pytest.mark.parametrize("written", ["", " ", "anonymous", "Restricted", "+", "unknown", "*11"])
def test_a_withheld_number_is_none(written: str) -> None:
    assert caller_number(written) is None


def test_a_number_from_abroad_keeps_its_country() -> None:
    assert caller_number("+12125550100") == "+12125550100"


@pytest.mark.parametrize("short", ["911", "089", "1001"])
def test_a_short_code_is_no_international_number(short: str) -> None:
    assert caller_number(short) == short
    assert e164(short) is None
