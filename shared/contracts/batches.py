"""The message that subscribers are sent, as it was promised to them.

The file is frozen like a golden: a field more may be added, which receivers ignore; anything
else is another version.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator

from shared.contracts.schema_files import Schema

_FILE = "subscriber_batch.v1.json"


@lru_cache
def frozen() -> dict[str, Any]:
    """`schema` of the keyword arguments of `<name>.ingest`, and an `example`."""
    found: dict[str, Any] = orjson.loads(
        files("shared.contracts.messages").joinpath(_FILE).read_bytes()
    )
    return found


def schema() -> Schema:
    """The JSON schema of the keyword arguments."""
    found: Schema = frozen()["schema"]
    return found


def validate(message: Any) -> None:
    """Raises `jsonschema_rs.ValidationError` for what is no such message."""
    Draft202012Validator(schema(), validate_formats=True).validate(message)
