"""No byte from outside stops the engine; `make fuzz` looks for longer, guided by coverage."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.parsers import PARSERS, seeds

JUNK = (b"", b"\0", b"\n", b"\r\n\r\n", b"[", b"{", b'"', b": ", b"null", b"-1", b"1e999", b"\xff")


@st.composite
def spoilt(draw: st.DrawFn, parser: str) -> bytes:
    """A real one after some cuts, copies and insertions."""
    content = draw(st.sampled_from(seeds(parser)))
    for _ in range(draw(st.integers(1, 6))):
        at, length = draw(st.integers(0, len(content))), draw(st.integers(0, 30))
        there, piece = (
            content[at : at + length],
            draw(st.sampled_from(JUNK) | st.binary(max_size=6)),
        )
        middle = draw(st.sampled_from((piece, there + piece + there, b"")))
        content = content[:at] + middle + content[at + length :]
    return content


@pytest.mark.parametrize("parser", PARSERS)
def test_a_real_one_is_read(parser: str) -> None:
    for content in seeds(parser):
        PARSERS[parser](content)


def test_a_header_of_ami_that_comes_twice_does_not_end_the_connection() -> None:
    PARSERS["ami"](b"Event: ContactStatus\r\nEvent: ContactStatus\r\nURI: a\r\nURI: b\r\n\r\n")


@pytest.mark.parametrize("parser", PARSERS)
def test_one_that_was_spoilt_stops_nothing(parser: str) -> None:
    @settings(max_examples=250, deadline=None, derandomize=True, database=None)
    @given(spoilt(parser) | st.binary(max_size=200))
    def reads(content: bytes) -> None:
        PARSERS[parser](content)

    reads()
