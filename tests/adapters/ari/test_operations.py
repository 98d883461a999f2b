"""Our description of ARI is what a real Asterisk says of itself."""

from __future__ import annotations

from router.adapters.ari.access import APPLICATION
from router.adapters.ari.operations import OPERATIONS, described
from router.adapters.ari.translate import NOT_HEARD
from tests.acceptance.asterisk_server import Ari, AsteriskServer
from tests.adapters.telephony_world import real_world

WHOLE_BODY = {"filter": "filter"}
"""Its body is the one parameter, and its fields are told of in words only."""


async def test_every_operation_is_asterisks_own(ari: Ari) -> None:
    for resource, operations in OPERATIONS.items():
        document = await ari.ask("GET", f"/api-docs/{resource}.json")
        theirs = {
            operation["nickname"]: (api["path"], operation)
            for api in document["apis"]
            for operation in api["operations"]
        }
        for ours in operations:
            path, operation = theirs[ours.name]
            assert (ours.method, ours.path) == (operation["httpMethod"], path)
            known = {(each["name"], each["paramType"]) for each in operation.get("parameters", [])}
            assert {(name, "query") for name in ours.query} <= known
            fields = ours.body if ours.name not in WHOLE_BODY else (WHOLE_BODY[ours.name],)
            assert {(name, "body") for name in fields} <= known


async def test_asterisk_spares_itself_what_nobody_reads(
    ari: Ari, asterisk_server: AsteriskServer
) -> None:
    async with real_world(asterisk_server):
        ours = await ari.ask("GET", f"/applications/{APPLICATION}")
    assert {each["type"] for each in ours["events_disallowed"]} == set(NOT_HEARD)


def test_description_is_fresh_each_time_because_aioari_writes_into_it() -> None:
    described("http://x")["apis"].clear()
    assert described("http://x")["apis"]
