"""An operation of aioari's as a request, put together once and filled in each time.

aioswagger11 quotes every value twice, once of them for a log that nobody reads: with that a request
took a third more processor time, measured.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from yarl import URL


class RequestForm:
    """Of one operation, as aioswagger11 has read it."""

    def __init__(self, operation: Any) -> None:
        places: dict[str, list[str]] = {"path": [], "query": [], "body": []}
        for parameter in operation.json["parameters"]:
            places[parameter["paramType"]].append(parameter["name"])
        self.method: str = operation.json["httpMethod"]
        self._name: str = operation.json["nickname"]
        self._address: str = operation.uri
        self._path, self._query, self._body = places.values()
        self._needed = frozenset(self._path)
        self._known = self._needed.union(self._query, self._body)

    def filled(self, values: Mapping[str, Any]) -> tuple[URL, str | None]:
        """The address and the JSON. Raises TypeError for a name that the operation does not have,
        or that is missing from its path."""
        if not self._needed <= values.keys() <= self._known:
            wanted = f"{sorted(self._needed)} at least, of {sorted(self._known)}"
            raise TypeError(f"{self._name} takes {wanted}, not {sorted(values)}")
        path = self._address.format(**{name: quote(values[name], safe="") for name in self._path})
        query = "&".join(
            f"{name}={quote(values[name], safe='')}" for name in self._query if name in values
        )
        body = {name: values[name] for name in self._body if name in values}
        address = URL(f"{path}?{query}" if query else path, encoded=True)
        return address, json.dumps(body) if body else None
