"""The floor of the API: the same statements by raw psycopg in one transaction, nothing else.

A minimal Flask app behind the same server with the same workers and threads. It parses the
body, runs the statements of a create or an update with ids of its own, and answers as long
an answer. No token, no permission, no check of the body, no event to describe.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

import orjson
import psycopg
from flask import Flask, Response, request

from benchmarks.floor.recorded import CODE, Recorded, renewed
from shared.ids import uuid7


class Floor:
    """Runs recorded statements; one connection per thread, kept, every statement prepared."""

    def __init__(self, url: str, create: Recorded, update: Recorded) -> None:
        self._url = url
        self._held = threading.local()
        self._create = create
        self._update = update
        made = create.answer
        parts = [made["id"], made["contacts"][0]["id"], made["rates"][0]["id"]]
        self._created = [*parts, create.event_id]

    def create(self) -> Response:
        """The statements of a create."""
        body = orjson.loads(request.get_data())
        new = [*(str(uuid7()) for _ in self._created), *_spellings(body["client_code"])]
        self._execute(self._create, [*self._created, *_spellings(CODE)], new, {})
        return _response({**self._create.answer, "id": new[0]}, 201, 1)

    def update(self, client_id: str) -> Response:
        """The statements of an update; the caller's version is believed."""
        orjson.loads(request.get_data())
        version = int(request.headers["If-Match"].strip('"')) + 1
        old = [self._update.answer["id"], self._update.event_id]
        versions = {"version": version, "aggregate_version": version}
        self._execute(self._update, old, [client_id, str(uuid7())], versions)
        return _response({**self._update.answer, "id": client_id}, 200, version)

    def _execute(
        self, what: Recorded, old: list[str], new: list[str], versions: Mapping[str, int]
    ) -> None:
        connection = self._connection()
        with connection.transaction():
            for statement, parameters in what.statements:
                values = renewed(parameters, old, new)
                values.update((name, versions[name]) for name in values.keys() & versions.keys())
                connection.execute(statement, values)

    def _connection(self) -> psycopg.Connection[Any]:
        if not hasattr(self._held, "connection"):
            self._held.connection = psycopg.connect(self._url, autocommit=True, prepare_threshold=0)
        found: psycopg.Connection[Any] = self._held.connection
        return found


def _spellings(code: str) -> tuple[str, str]:
    """A code as it stands in a client, and in the keys and words that the client is found by."""
    return code, code.lower()


def make_app(floor: Floor) -> Flask:
    """The app, at the addresses of the product."""
    app = Flask("floor")
    app.post("/v1/clients")(floor.create)
    app.patch("/v1/clients/<client_id>")(floor.update)
    app.get("/readyz")(lambda: "")
    return app


def _response(answer: dict[str, Any], status: int, version: int) -> Response:
    response = Response(orjson.dumps(answer), status, mimetype="application/json")
    response.headers["ETag"] = f'"{version}"'
    return response
