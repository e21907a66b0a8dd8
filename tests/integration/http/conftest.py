"""A small app on the real edge and the real database: one route that writes, one that lists."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields, validate
from sqlalchemy import column, select, table, text

from shared.errors import Conflict
from shared.http.app import Api, create_api
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, if_match, reads, require_if_match, writes
from shared.http.paging import Sort, page
from shared.http.schemas import StrictSchema
from shared.messaging.envelope import Actor
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.settings import Settings
from shared.unit_of_work import UnitOfWork
from tests.factories.events import JO, note

WORKSPACE = uuid.uuid4()
RIGHTS = {
    "reader": frozenset({"notes.view"}),
    "writer": frozenset({"notes.view", "notes.create"}),
    "promoted": frozenset({"notes.view", "notes.create", "notes.manage"}),
    "colleague": frozenset({"notes.view", "notes.create"}),
}
_COLLEAGUE = Actor("user", str(uuid.uuid4()), "Al Colleague")


class Inner(StrictSchema):
    """A nested part of the body."""

    email = fields.Email(required=True)


class Body(StrictSchema):
    """What the writing route takes."""

    name = fields.String(required=True, validate=validate.Length(1, 50))
    people = fields.List(fields.Nested(Inner))
    fail = fields.Boolean(load_default=False)


class ListQuery(StrictSchema):
    """What the list takes."""

    limit = fields.Integer(load_default=3, validate=validate.Range(1, 10))
    cursor = fields.String(load_default=None)
    descending = fields.Boolean(load_default=False)


def _blueprint() -> ApiBlueprint:
    blueprint = ApiBlueprint("notes", __name__, url_prefix="/v1/notes")

    @blueprint.route("", methods=["POST"])
    @writes("notes.create")
    @blueprint.arguments(Body)
    def post(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
        event = note()
        event_id = uow.publish(event)
        if body["fail"]:
            raise Conflict("asked to fail")
        return Answer({"id": str(event_id), "name": body["name"]}, 201, etag=1, location="/v1/x")

    @blueprint.route("", methods=["GET"])
    @reads("notes.view")
    @blueprint.arguments(ListQuery, location="query")
    def get(uow: UnitOfWork, query: dict[str, Any]) -> Answer:
        log = table("event_log", column("id"), column("event_id"))
        found = page(
            uow.session,
            uow.vault,
            select(log.c.event_id),
            [Sort(log.c.id, query["descending"])],
            scope=f"notes?{query['descending']}",
            cursor=query["cursor"],
            limit=query["limit"],
        )
        return Answer({"data": [str(row) for row in found.rows], "next": found.next})

    @blueprint.route("/strict", methods=["PATCH"])
    @writes("notes.create")
    def patch(uow: UnitOfWork) -> Answer:
        return Answer({"version": require_if_match()})

    @blueprint.route("/lenient", methods=["PATCH"])
    @writes("notes.create")
    def lenient(uow: UnitOfWork) -> Answer:
        return Answer({"version": if_match()})

    @blueprint.route("/slow", methods=["POST"])
    @writes("notes.create")
    def slow(uow: UnitOfWork) -> Answer:
        # Long enough for a second request to meet the first one under way.
        uow.session.execute(text("SELECT pg_sleep(1)"))
        return Answer({"done": True})

    @blueprint.route("/broken", methods=["GET"])
    @reads("notes.view")
    def broken(uow: UnitOfWork) -> Answer:
        raise RuntimeError("a defect")

    return blueprint


def _authenticate(runtime: Runtime, token: str) -> Identity | None:
    actor = _COLLEAGUE if token == "colleague" else JO
    return Identity(WORKSPACE, actor, RIGHTS[token]) if token in RIGHTS else None


@pytest.fixture
def app(settings: Settings) -> Flask:
    """The small app."""
    return create_api(
        "clients", settings, Api(blueprints=[_blueprint()], authenticate=_authenticate)
    )


@pytest.fixture
def http(app: Flask) -> Iterator[FlaskClient]:
    """Its client, as someone who may write."""
    with app.test_client() as client:
        client.environ_base["HTTP_AUTHORIZATION"] = "Bearer writer"
        yield client


@pytest.fixture
def count_events(app: Flask) -> Callable[[], int]:
    """How many events are in the log."""
    runtime: Runtime = app.extensions["clientele"]

    def count() -> int:
        with runtime.pipe_engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM event_log")) or 0)

    return count
