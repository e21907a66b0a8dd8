"""What the services behind the façade say of their routes, in the façade's OpenAPI document.

`forwarded.json` is made from the services' own documents by `clientele reference write`, so
each shape is described once, where it is made; a test fails when the file is not fresh.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson
from apispec import APISpec, BasePlugin

from shared.http.blueprint import ApiBlueprint

FILE_NAME = "forwarded.json"


@lru_cache
def forwarded() -> dict[str, Any]:
    """`{"paths": {path: {method: operation}}, "schemas": {name: schema}}`."""
    found: dict[str, Any] = orjson.loads(
        files("services.clients.gateway").joinpath(FILE_NAME).read_bytes()
    )
    return found


def operation(method: str, path: str) -> dict[str, Any]:
    """How the service behind a route describes it."""
    found: dict[str, Any] = forwarded()["paths"][path][method.lower()]
    return found


def operations_under(prefix: str) -> list[tuple[str, str]]:
    """Every method and path that services behind the façade serve under a prefix."""
    paths: dict[str, dict[str, Any]] = forwarded()["paths"]
    return [
        (method.upper(), path)
        for path, described in paths.items()
        if path.startswith(prefix)
        for method in described
    ]


_OF_A_CLIENT = "/v1/clients/{client_id}"
_MERGED = {
    "description": "The client was merged into another: `merged_into`.",
    "headers": {
        "Location": {
            "description": "The same address under the other's id.",
            "schema": {"type": "string"},
        }
    },
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class MergedClients(BasePlugin):
    """Every route of a client answers for one that was merged: with where it has gone."""

    def init_spec(self, spec: APISpec) -> None:
        """Describe the answer once."""
        spec.components.response("ClientMerged", _MERGED)

    def operation_helper(self, path: str | None = None, operations: Any = None, **_: Any) -> None:
        """Add 301 to reads, and 308 to changes, which are to be sent again as they were."""
        if not (path or "").startswith(_OF_A_CLIENT):
            return
        for method, described in (operations or {}).items():
            moved = "301" if method == "get" else "308"
            described.setdefault("responses", {}).setdefault(moved, "ClientMerged")


class ForwardingBlueprint(ApiBlueprint):
    """Routes that are carried out elsewhere, documented as they are there."""

    def register_views_in_doc(self, api: Any, app: Any, spec: Any, **where: Any) -> None:
        """Add the schemas that the forwarded operations refer to, then the operations."""
        for name, schema in forwarded()["schemas"].items():
            if name not in spec.components.schemas:
                spec.components.schema(name, component=schema)
        super().register_views_in_doc(api, app, spec, **where)
