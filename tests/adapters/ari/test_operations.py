"""Our description of ARI is what a real Asterisk says of itself."""

from __future__ import annotations

from router.adapters.ari.operations import OPERATIONS, described
from tests.acceptance.asterisk_server import Ari


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
            assert {(name, "body") for name in ours.body} <= known


def test_description_is_fresh_each_time_because_aioari_writes_into_it() -> None:
    described("http://x")["apis"].clear()
    assert described("http://x")["apis"]
