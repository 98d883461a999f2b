"""The last net hides numbers, and numbers only."""

from __future__ import annotations

import pytest

from router.privacy import scrub


@pytest.mark.parametrize(
    "text",
    [
        "PJSIP/+525512345678@trunk",
        "PJSIP/5512345678-0000001a",
        "sip:5512345678@192.0.2.1",
        "SIPS:+525512345678@example.org",
        "tel:5512345678",
        "no route to +525512345678.",
        "Local/5512345678@agent-phone",
    ],
)
def test_a_number_is_hidden(text: str) -> None:
    assert "5512345678" not in scrub(text)
    assert "[number]" in scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "n1-1772388000.123-e7-a2",
        "channel:1772388000.123",
        "2026-03-01T18:00:00.250000+00:00",
        "http://127.0.0.1:8088/ari",
        '{"seq": 12345678}',
        "PJSIP/ana-0000001a",
    ],
)
def test_what_is_no_number_stays(text: str) -> None:
    assert scrub(text) == text
