"""What is asked of Asterisk arrives as it was meant, whatever signs are in it."""

from __future__ import annotations

import pytest

from router.adapters.ari.rest import rest
from tests.adapters.ari.ari_server import ari_server

AWKWARD = 'a b+c/d?e&f=g%h"ñ,(x)'


async def test_every_sign_arrives_in_paths_queries_and_bodies() -> None:
    async with ari_server() as server, rest(server.access()) as requests:
        await requests.ask(
            "channels", "setChannelVar", channelId=AWKWARD, variable="A", value=AWKWARD
        )
        (asked,) = server.asked
        assert asked == (
            "POST",
            f"/channels/{AWKWARD}/variable",
            {"variable": "A", "value": AWKWARD},
        )
        await requests.ask(
            "channels", "originateWithId", channelId="x", variables={"NAME": AWKWARD}
        )
        assert server.bodies == [{"variables": {"NAME": AWKWARD}}]


@pytest.mark.parametrize("values", [{}, {"channelId": "x", "bridgeId": "y"}])
async def test_a_name_that_is_missing_or_unknown_is_our_own_fault(values: dict[str, str]) -> None:
    async with ari_server() as server, rest(server.access()) as requests:
        with pytest.raises(TypeError, match="get takes \\['channelId'\\] at least"):
            await requests.ask("channels", "get", **values)
        assert server.asked == []
