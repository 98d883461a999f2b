"""A packet came when the machine had it, not when a busy program looked."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from router.standalone.arrivals import arrivals, tell_arrivals

HOST = "127.0.0.1"
CLOCKS_DIFFER_BY = 0.002
KERNEL_HAS_BEGUN_BY = 20
"""Packets after which it stamps each as it comes."""


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A telephone, and the one who sends to it."""
    with ExitStack() as both:
        telephone, sender = (
            both.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(2)
        )
        for each in (telephone, sender):
            each.setblocking(False)
            each.bind((HOST, 0))
        tell_arrivals(telephone)
        yield telephone, sender


def test_packet_that_lay_unread_came_when_it_was_sent(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    telephone, sender = ends
    for number in range(KERNEL_HAS_BEGUN_BY):
        before = time.monotonic()
        sender.sendto(bytes([number]), telephone.getsockname())
        after = time.monotonic()
        while time.monotonic() < after + 20 * CLOCKS_DIFFER_BY:
            pass  # busy with something else
        [(data, came_from, at)] = arrivals(telephone)
        assert (data, came_from) == (bytes([number]), sender.getsockname())
        assert before - CLOCKS_DIFFER_BY <= at
        if at <= after + CLOCKS_DIFFER_BY:
            return
    pytest.fail("it came only when it was read")


def test_all_that_lies_there_is_taken_in_the_order_in_which_it_came(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    telephone, sender = ends
    for number in range(5):
        sender.sendto(bytes([number]), telephone.getsockname())
    came = list(arrivals(telephone))
    assert [data for data, _, _ in came] == [bytes([number]) for number in range(5)]
    assert sorted(at for _, _, at in came) == [at for _, _, at in came]
    assert list(arrivals(telephone)) == []
