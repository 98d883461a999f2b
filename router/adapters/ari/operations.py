"""The ARI operations used here, as the description that aioari builds its calls from.

Our own words instead of Asterisk's twelve documents: nothing to fetch before the first request, and
no GPL text in an Apache project. A test compares them with what a real Asterisk says of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One request: `query` goes into the URL, `body` into JSON, {names} into the path."""

    name: str
    method: str
    path: str
    query: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


DYNAMIC = "/asterisk/config/dynamic/{configClass}/{objectType}/{id}"

OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "applications": (
        Operation(
            name="filter",
            method="PUT",
            path="/applications/{applicationName}/eventFilter",
            body=("disallowed",),
        ),
    ),
    "asterisk": (
        Operation(name="ping", method="GET", path="/asterisk/ping"),
        Operation(name="getInfo", method="GET", path="/asterisk/info", query=("only",)),
        Operation(name="listModules", method="GET", path="/asterisk/modules"),
        Operation(
            name="getGlobalVar", method="GET", path="/asterisk/variable", query=("variable",)
        ),
        Operation(
            name="setGlobalVar",
            method="POST",
            path="/asterisk/variable",
            query=("variable", "value"),
        ),
        Operation(name="updateObject", method="PUT", path=DYNAMIC, body=("fields",)),
        Operation(name="deleteObject", method="DELETE", path=DYNAMIC),
    ),
    "channels": (
        Operation(name="list", method="GET", path="/channels"),
        Operation(name="get", method="GET", path="/channels/{channelId}"),
        Operation(
            name="originateWithId",
            method="POST",
            path="/channels/{channelId}",
            query=("endpoint", "app", "appArgs", "callerId", "timeout"),
            body=("variables",),
        ),
        Operation(
            name="hangup", method="DELETE", path="/channels/{channelId}", query=("reason_code",)
        ),
        Operation(
            name="continueInDialplan",
            method="POST",
            path="/channels/{channelId}/continue",
            query=("context", "extension", "priority"),
        ),
        Operation(
            name="setChannelVar",
            method="POST",
            path="/channels/{channelId}/variable",
            query=("variable", "value"),
        ),
        Operation(name="startMoh", method="POST", path="/channels/{channelId}/moh"),
        Operation(name="stopMoh", method="DELETE", path="/channels/{channelId}/moh"),
        Operation(
            name="playWithId",
            method="POST",
            path="/channels/{channelId}/play/{playbackId}",
            query=("media", "lang"),
        ),
        Operation(
            name="record",
            method="POST",
            path="/channels/{channelId}/record",
            query=(
                "name",
                "format",
                "maxDurationSeconds",
                "maxSilenceSeconds",
                "ifExists",
                "beep",
                "terminateOn",
            ),
        ),
    ),
    "recordings": (
        Operation(name="listStored", method="GET", path="/recordings/stored"),
        Operation(name="deleteStored", method="DELETE", path="/recordings/stored/{recordingName}"),
        Operation(name="getLive", method="GET", path="/recordings/live/{recordingName}"),
        Operation(name="stop", method="POST", path="/recordings/live/{recordingName}/stop"),
    ),
    "playbacks": (Operation(name="stop", method="DELETE", path="/playbacks/{playbackId}"),),
    "bridges": (
        Operation(name="list", method="GET", path="/bridges"),
        Operation(name="get", method="GET", path="/bridges/{bridgeId}"),
        Operation(
            name="createWithId", method="POST", path="/bridges/{bridgeId}", query=("type", "name")
        ),
        Operation(
            name="addChannel",
            method="POST",
            path="/bridges/{bridgeId}/addChannel",
            query=("channel",),
        ),
        Operation(
            name="removeChannel",
            method="POST",
            path="/bridges/{bridgeId}/removeChannel",
            query=("channel",),
        ),
        Operation(name="destroy", method="DELETE", path="/bridges/{bridgeId}"),
    ),
    "sounds": (Operation(name="list", method="GET", path="/sounds"),),
    "events": (
        Operation(
            name="userEvent",
            method="POST",
            path="/events/user/{eventName}",
            query=("application",),
        ),
    ),
}


def described(address: str) -> dict[str, Any]:
    """The operations in Swagger 1.1, fresh at each call because aioari writes into it."""
    return {
        "swaggerVersion": "1.1",
        "basePath": address,
        "apis": [
            {
                "path": f"/api-docs/{resource}.json",
                "description": resource,
                "api_declaration": {
                    "basePath": address,
                    "resourcePath": f"/{resource}",
                    "models": {},
                    "apis": [
                        {"path": operation.path, "operations": [_described(operation)]}
                        for operation in operations
                    ],
                },
            }
            for resource, operations in OPERATIONS.items()
        ],
    }


def _described(operation: Operation) -> dict[str, Any]:
    in_path = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    places = (("path", in_path), ("query", operation.query), ("body", operation.body))
    return {
        "httpMethod": operation.method,
        "nickname": operation.name,
        # aioari would make objects of known classes; plain JSON is all that is wanted.
        "responseClass": "JSON",
        "parameters": [
            {"name": name, "paramType": place, "dataType": "string", "required": place == "path"}
            for place, names in places
            for name in names
        ],
    }
