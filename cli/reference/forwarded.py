"""services/clients/gateway/forwarded.json: what the services behind the façade say of
their routes, for the façade's own OpenAPI document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
from flask import Flask

from services.activity.service import ACTIVITY
from services.clients.gateway.documentation import FILE_NAME
from services.documents.service import DOCUMENTS
from services.metrics.service import METRICS
from shared.processes.api import create_app
from shared.service import S, Service
from shared.settings import load

FILE = Path(__file__).resolve().parents[2] / "services" / "clients" / "gateway" / FILE_NAME

_BEHIND: tuple[Service[Any], ...] = (ACTIVITY, DOCUMENTS, METRICS)
_REFERENCE = "#/components/schemas/"
# Enough to make an app whose routes are only described, never called.
_ENVIRONMENT = {"CLIENTELE_SECRET": "not-a-secret-as-nothing-is-signed-with-it"}

Document = dict[str, Any]


def forwarded_json() -> str:
    """The file's content: the paths of every service, and the schemas they refer to.

    Schemas are named after their service, so that two may use the same name.
    """
    paths: Document = {}
    schemas: Document = {}
    for service in _BEHIND:
        document = openapi_of(service_app(service))
        found = document["components"].get("schemas", {})
        own = {name: f"{service.name.capitalize()}{name}" for name in found if name not in _COMMON}
        for path, operations in document["paths"].items():
            paths[path] = _renamed(_operations(operations), own)
        schemas |= {
            own[name]: _renamed(schema, own) for name, schema in found.items() if name in own
        }
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS
    return orjson.dumps({"paths": paths, "schemas": schemas}, option=option).decode()


def is_fresh() -> bool:
    """Whether the file says what the services say now."""
    return FILE.exists() and FILE.read_text(encoding="utf-8") == forwarded_json()


def service_app(service: Service[S]) -> Flask:
    """The app of a service, on no server."""
    return create_app(service, load(service.settings, _ENVIRONMENT))


def openapi_of(app: Flask) -> Document:
    """The app's OpenAPI document, as it serves it."""
    found: Document = orjson.loads(app.test_client().get("/openapi.json").get_data())
    return found


# Every service has these alike.
_COMMON = ("Problem", "PaginationMetadata")


def _operations(path: Document) -> Document:
    """The operations of a path; its parameters come from the façade's own rule."""
    return {method: _taken(said) for method, said in path.items() if method != "parameters"}


def _taken(operation: Document) -> Document:
    """The operation with the parameters that are described once by their names, as apispec has
    them."""
    if parameters := operation.get("parameters"):
        named = [each.get("$ref", each) for each in parameters]
        operation["parameters"] = [
            each.rpartition("/")[2] if isinstance(each, str) else each for each in named
        ]
    return operation


def _renamed(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_renamed(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _renamed(value, names) for key, value in node.items()}
    reference = str(made.get("$ref", ""))
    if reference.removeprefix(_REFERENCE) in names:
        made["$ref"] = _REFERENCE + names[reference.removeprefix(_REFERENCE)]
    return made
