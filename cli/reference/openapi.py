"""docs/reference/openapi.json: the public API as the façade serves it at /openapi.json."""

from __future__ import annotations

import orjson

from cli.reference.forwarded import openapi_of, service_app
from services.clients.service import CLIENTS


def openapi_json() -> str:
    """The document, indented, with a newline at its end."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS
    return orjson.dumps(openapi_of(service_app(CLIENTS)), option=option).decode()
