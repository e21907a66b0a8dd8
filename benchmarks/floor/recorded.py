"""The very statements of a create and an update, learned by watching the product do both."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, Self

import psycopg
from flask import Flask
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from benchmarks.load import new_client

Parameters = Mapping[str, Any]

CODE = "ZZZ"
_BEGIN = b"BEGIN; "
_ENDS = (b"COMMIT", b"ROLLBACK")


@dataclass(frozen=True)
class Recorded:
    """Statements with their parameters in order, and the answer that was given."""

    statements: list[tuple[bytes, Parameters]]
    answer: dict[str, Any]

    @property
    def event_id(self) -> str:
        """The id of the event that was written."""
        return next(str(told["event_id"]) for _, told in self.statements if "event_id" in told)


def record(app: Flask, token: str) -> tuple[Recorded, Recorded]:
    """One create and one update through the app itself."""
    engine: Engine = app.extensions["clientele"].app_engine
    caller = app.test_client()
    bearer = {"Authorization": f"Bearer {token}"}
    # The first requests of a process also note that the key is in use and read what is kept in
    # memory from then on.
    caller.post("/v1/clients", json=new_client(Random(0), "ZZY"), headers=bearer)
    with _listening(engine) as create:
        made = caller.post("/v1/clients", json=new_client(Random(1), CODE), headers=bearer)
    with _listening(engine) as update:
        changed = caller.patch(
            f"/v1/clients/{_answer(made, 201)['id']}",
            json={"address": {"city": "Elsewhere"}, "current_systems": "Another one"},
            headers={**bearer, "If-Match": made.headers["ETag"]},
        )
    return Recorded(create, _answer(made, 201)), Recorded(update, _answer(changed, 200))


def renewed(parameters: Parameters, old: list[str], new: list[str]) -> dict[str, Any]:
    """The parameters with other ids, wherever they stand: alone, in a subject, in JSON."""
    return {name: _renewed(value, old, new) for name, value in parameters.items()}


def _renewed(value: Any, old: list[str], new: list[str]) -> Any:
    if isinstance(value, uuid.UUID):
        text = str(value)
        return uuid.UUID(new[old.index(text)]) if text in old else value
    if isinstance(value, list):
        return [_renewed(item, old, new) for item in value]
    if isinstance(value, str):
        for before, after in zip(old, new, strict=True):
            value = value.replace(before, after)
    return value


def _answer(response: TestResponse, status: int) -> dict[str, Any]:
    if response.status_code != status:
        raise SystemExit(f"recording failed: {response.status_code} {response.text}")
    answer: dict[str, Any] = response.get_json()
    return answer


@contextmanager
def _listening(engine: Engine) -> Iterator[list[tuple[bytes, Parameters]]]:
    """What reaches the driver meanwhile, whoever sends it; the floor begins and commits itself."""
    found: list[tuple[bytes, Parameters]] = []

    class Noting(psycopg.Cursor[Any]):
        def execute(self, query: Any, params: Any = None, **more: Any) -> Self:
            statement = (query.encode() if isinstance(query, str) else query).removeprefix(_BEGIN)
            if statement not in _ENDS:
                found.append((statement, params or {}))
            return super().execute(query, params, **more)

    def listen(connection: psycopg.Connection[Any], *_: Any) -> None:
        connection.cursor_factory = Noting

    event.listen(engine, "checkout", listen)
    try:
        yield found
    finally:
        event.remove(engine, "checkout", listen)
        engine.dispose()
