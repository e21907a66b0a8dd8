"""The feed of a workspace's events, by pages and as a stream, which the façade passes on to."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import orjson
from flask import Response, current_app, request
from flask.blueprints import BlueprintSetupState

from services.activity.events import schemas
from services.activity.events.errors import BadFeedCursor
from services.activity.events.operations.admitting import Admission
from services.activity.events.operations.following import CursorPage, Follower, next_page
from services.activity.events.operations.streaming import Stream, Wanted, within
from services.activity.events.operations.tail import Tail, news_of
from services.activity.events.queries import feed, timeline
from services.activity.events.rules import frames
from services.activity.settings import ActivitySettings
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads
from shared.http.identity import current_identity
from shared.http.later import Reply, later
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import CLIENTS_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("feed", __name__, url_prefix="/v1/events")

_RESET = "`events.log_reset`: begin again from `earliest`."
_EXPIRED = "`events.cursor_expired`: go on from `earliest`."
_TOO_MANY = "`events.too_many_streams`: close one of them first."
#: By this a reader that lost its stream says how far it has come; it goes before `after`.
LAST_EVENT_ID = "Last-Event-ID"


@dataclass(frozen=True, slots=True)
class _Live:
    """What this process has for those who hold a connection."""

    runtime: Runtime
    tail: Tail
    admission: Admission
    heartbeat_seconds: float


def _prepare(state: BlueprintSetupState) -> None:
    runtime: Runtime = state.app.extensions["clientele"]
    settings = cast(ActivitySettings, runtime.settings)
    admission = Admission(settings.streams_per_workspace, settings.streams_per_caller)
    state.app.extensions["activity.live"] = _Live(
        runtime, Tail(runtime), admission, settings.stream_heartbeat_seconds
    )


blueprint.record_once(_prepare)


@blueprint.route("", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(schemas.FeedQuery, location="query")
@blueprint.response(200, schemas.FeedPage)
@blueprint.alt_response(409, description=_RESET)
@blueprint.alt_response(410, description=_EXPIRED)
@blueprint.alt_response(429, description=_TOO_MANY)
def get_events(uow: UnitOfWork, query: dict[str, Any]) -> Answer | Response:
    """The events after a cursor, each once, per client and source in the order they happened.

    What the caller may not view is left out and passed over. A page has at most 1 MiB, and may
    be empty while `next` moves on. With `wait`, a page without events at the end of the feed is
    answered as soon as there is one, after so many seconds at the latest.
    """
    found = _page(uow, query, follower := _follower(uow, query))
    if not (query["wait"] and found.is_all):
        return Answer(_body(found))
    return later(partial(_wait, _live(), current_identity(), follower, query, found))


@blueprint.route("/stream", methods=["GET"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(schemas.StreamQuery, location="query")
@blueprint.doc(
    parameters=[
        {
            "in": "header",
            "name": LAST_EVENT_ID,
            "schema": {"type": "string"},
            "description": "The `id` of the last event that was read; it goes before `after`.",
        }
    ],
    responses={
        "200": {
            "description": "Server-sent events: `id` is the cursor after the event, `event` its "
            "type, `data` its envelope. A comment shows a silent stream alive.",
            "content": {frames.MEDIA_TYPE: {"schema": {"type": "string"}}},
        }
    },
)
@blueprint.alt_response(409, description=_RESET)
@blueprint.alt_response(410, description=_EXPIRED)
@blueprint.alt_response(429, description=_TOO_MANY)
def get_stream(uow: UnitOfWork, query: dict[str, Any]) -> Response:
    """The events from a cursor on as they happen, from now on without one.

    Each comes once, per client and source in the order they happened. A stream may end at any
    time; who comes back with the last `id` misses nothing.
    """
    follower, head = _follower(uow, query), feed.bounds(uow.connection)
    wanted = Wanted(
        follower, head.head, _start(follower, head, query), query.get("client"), _ids(uow, query)
    )
    return later(partial(_stream, _live(), current_identity(), wanted))


def _start(follower: Follower, bounds: feed.Bounds, query: Mapping[str, Any]) -> int:
    last = request.headers.get(LAST_EVENT_ID)
    cursor = last or query.get("after")
    if cursor is None:
        return bounds.head.pos
    try:
        return follower.start(bounds, cursor)
    except BadFeedCursor as error:
        raise BadFeedCursor(LAST_EVENT_ID if last else "after") from error


def _live() -> _Live:
    found: _Live = current_app.extensions["activity.live"]
    return found


def _follower(uow: UnitOfWork, query: Mapping[str, Any]) -> Follower:
    permissions = current_identity().permissions
    return Follower.of(uow.vault, uow.workspace_id, permissions, query.get("types"))


def _ids(uow: UnitOfWork, query: Mapping[str, Any]) -> list[uuid.UUID] | None:
    client = query.get("client")
    return None if client is None else timeline.ids_of(uow.session, client)


def _page(uow: UnitOfWork, query: Mapping[str, Any], follower: Follower) -> CursorPage:
    clients = _ids(uow, query)
    return next_page(uow.connection, follower, query.get("after"), query["limit"], clients)


def _body(found: CursorPage) -> dict[str, Any]:
    events = [orjson.Fragment(event) for event in found.events]
    return {"events": events, "next": found.next, "head": found.head}


async def _wait(
    live: _Live,
    identity: Identity,
    follower: Follower,
    query: Mapping[str, Any],
    found: CursorPage,
    reply: Reply,
) -> None:
    """The page as soon as there is something in it, or when the time is over."""
    until = time.monotonic() + query["wait"]
    origin = live.runtime.own_origin(identity.workspace_id)
    with (
        live.admission.one_more(identity),
        live.tail.joined(identity.workspace_id, found.end) as room,
    ):
        while found.is_all:
            is_new = room.head.pos > found.end.pos
            if not is_new and not await news_of(room, until - time.monotonic()):
                break
            page = partial(_page, query={**query, "after": found.next}, follower=follower)
            found = await asyncio.to_thread(within, live.runtime, origin, page)
    body = orjson.dumps(_body(found))
    await reply.start(200, [("Content-Type", "application/json")])
    await reply.send(body)


async def _stream(live: _Live, identity: Identity, wanted: Wanted, reply: Reply) -> None:
    stream = Stream(live.runtime, live.tail, wanted, live.heartbeat_seconds)
    with live.admission.one_more(identity):
        # Proxies of nginx's kind would gather what is to be sent at once.
        await reply.start(200, [("Content-Type", frames.MEDIA_TYPE), ("X-Accel-Buffering", "no")])
        async for piece in stream.frames():
            await reply.send(piece)
