"""Internal routes: the feed of a service's own log, for the other services' holes, and how the
service stands, for the façade to show to operators.

They take a service token issued to the pipe; to anyone else they do not exist (404), so the
façade, which serves the same process, shows nothing of them.
"""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, abort, request

from shared.messaging import lives
from shared.messaging.feed import read_feed, read_head
from shared.messaging.standing import standing
from shared.runtime import Runtime
from shared.security.service_tokens import BadServiceToken, verify

PIPE_PERMISSION = "pipe.read"


def make_internal_blueprint(runtime: Runtime) -> Blueprint:
    """`GET /internal/head?pos=&event_id=`, `/internal/feed?after=&limit=`, `/internal/standing`,
    and `POST /internal/lives?epoch=&pos=&event_id=`, by which a consumer tells that the log of that
    epoch lacks an event it knows: if so, another epoch begins."""
    blueprint = Blueprint("internal", __name__, url_prefix="/internal")

    @blueprint.before_request
    def only_the_pipe() -> None:
        _, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            claims = verify(runtime.vault, token, runtime.service)
        except BadServiceToken:
            abort(404)
        if PIPE_PERMISSION not in claims.permissions:
            abort(404)

    @blueprint.get("/head")
    def head() -> Response:
        with runtime.pipe_engine.connect() as connection:
            found = read_head(connection)
            is_held = lives.holds(connection, _known())
        answer = {"epoch": found.epoch, "head": found.pos, "holds": is_held}
        return Response(orjson.dumps(answer), mimetype="application/json")

    @blueprint.post("/lives")
    def begin_anew() -> Response:
        epoch = request.args.get("epoch", "", type=str)
        with runtime.pipe_engine.begin() as connection:
            begun = lives.begin_anew(connection, epoch, _known())
        return Response(orjson.dumps({"begun": begun}), mimetype="application/json")

    @blueprint.get("/feed")
    def feed() -> Response:
        after = max(0, request.args.get("after", 0, type=int))
        limit = min(1000, max(1, request.args.get("limit", 500, type=int)))
        with runtime.pipe_engine.connect() as connection:
            batch = read_feed(connection, runtime.service, after, limit)
        return Response(batch, mimetype="application/json")

    @blueprint.get("/standing")
    def show_standing() -> Response:
        with runtime.pipe_engine.connect() as connection:
            found = standing(connection)
        return Response(orjson.dumps(found), mimetype="application/json")

    return blueprint


def _known() -> lives.Known:
    pos = max(0, request.args.get("pos", 0, type=int))
    return lives.Known(pos, request.args.get("event_id") or None)
