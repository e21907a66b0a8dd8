"""One address for everything of a client: the other services' routes and the overview."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import orjson
from flask import Response, request
from flask.blueprints import BlueprintSetupState

from services.clients.access.operations.authentication import authenticate
from services.clients.access.queries import get_workspace, local_today
from services.clients.forwarding import queries, schemas
from services.clients.gateway import composing
from services.clients.gateway.documentation import (
    ForwardingBlueprint,
    operation,
    operations_under,
)
from services.clients.gateway.documents import CHECK_SECONDS, CLIENT, DOCUMENT, DOCUMENTS, FILED
from services.clients.gateway.gateway import LIMIT_SECONDS, Gateway
from services.clients.gateway.passing import composes, fetch, pass_on, passes_on, stream_on
from services.clients.gateway.streaming import pass_on_later
from services.clients.lists.routes.categories import listed
from services.clients.records.operations.reading_tax_ids import RECORD, note_shown
from services.clients.records.queries.clients import get_client
from services.clients.records.routes.lookup import known_client
from services.clients.records.schemas.views import present
from shared.http.edge import Answer, View, runtime
from shared.http.identity import origin_of
from shared.http.lanes import CHECKS, in_lane
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.security.permissions import (
    CLIENTS_EXPORT,
    CLIENTS_VIEW,
    DOCUMENTS_CREATE,
    DOCUMENTS_DELETE,
    DOCUMENTS_UPDATE,
    DOCUMENTS_VIEW,
    USERS_MANAGE,
    WEBHOOKS_MANAGE,
)
from shared.unit_of_work import UnitOfWork

_PARAMS = {"documents": {"limit": 20}, "activity": {"limit": 20}}


blueprint = ForwardingBlueprint("facade", __name__, url_prefix="/v1/clients/<uuid:client_id>")
NUMBERS = "/v1/metrics"
numbers = ForwardingBlueprint("metrics", __name__, url_prefix=NUMBERS)
WEBHOOKS = "/v1/webhooks"
webhooks = ForwardingBlueprint("webhooks", __name__, url_prefix=WEBHOOKS)
SUBSCRIBERS = "/v1/subscribers"
subscribers = ForwardingBlueprint("subscribers", __name__, url_prefix=SUBSCRIBERS)
_PARAMETER = re.compile(r"\{(\w+)\}")


def _prepare(state: BlueprintSetupState) -> None:
    extensions = state.app.extensions
    extensions["clientele.gateway"] = Gateway(extensions["clientele"])


blueprint.record_once(_prepare)


def _beside_metrics(
    uow: UnitOfWork, identity: Identity, client_id: uuid.UUID
) -> tuple[str, dict[str, Any]]:
    """The client is there: the workspace's present day, and what is added to its numbers."""
    known_client(uow, identity, client_id)
    used = queries.budget_used(uow.session, client_id, identity.permissions)
    return local_today(uow).isoformat(), {"budget_used": used}


def _forwarded(method: str, path: str, permission: str) -> Callable[[View], View]:
    """A route of another service under the same path, described as there."""
    rule = path.removeprefix(CLIENT).replace("{document_id}", "<uuid:document_id>")
    look = listed(known_client) if (method, path) in FILED else known_client

    def decorate(view: View) -> View:
        described = blueprint.doc(**operation(method, path))(view)
        return blueprint.route(rule, methods=[method])(passes_on(permission, look)(described))

    return decorate


def _time_zone(uow: UnitOfWork, identity: Identity, client_id: uuid.UUID) -> str:
    """The client is there: in which zone its days are counted."""
    known_client(uow, identity, client_id)
    return get_workspace(uow).time_zone


@blueprint.route("/activity", methods=["GET"])
@passes_on(CLIENTS_VIEW, look=_time_zone)
@blueprint.doc(**operation("GET", f"{CLIENT}/activity"))
def get_activity(identity: Identity, time_zone: str) -> Answer | Response:
    """The client's timeline."""
    return pass_on("activity", identity, params={"time_zone": time_zone})


@blueprint.route("/activity/export", methods=["GET"])
@passes_on(CLIENTS_EXPORT, look=_time_zone)
@blueprint.doc(**operation("GET", f"{CLIENT}/activity/export"))
def export_activity(identity: Identity, time_zone: str) -> Answer | Response:
    """The client's timeline as a file."""
    return stream_on("activity", identity, {"time_zone": time_zone})


@blueprint.route("/metrics", methods=["GET"])
@passes_on(CLIENTS_VIEW, look=_beside_metrics)
@blueprint.doc(**operation("GET", f"{CLIENT}/metrics"))
def get_metrics(identity: Identity, looked_up: tuple[str, dict[str, Any]]) -> Response:
    """The client's numbers."""
    today, beside = looked_up
    answer = pass_on("metrics", identity, params={"today": today})
    return _with(answer, lambda overview: {**overview, **beside})


def _with(answer: Response, add: Callable[[dict[str, Any]], dict[str, Any]]) -> Response:
    """The answer of another service with something added; a problem stays as it is."""
    if answer.status_code == 200:
        answer.set_data(orjson.dumps(add(orjson.loads(answer.get_data()))))
    return answer


@numbers.route("", methods=["GET"])
@composes(CLIENTS_VIEW)
@numbers.doc(**operation("GET", NUMBERS))
def get_workspace_metrics(identity: Identity) -> Answer | Response:
    """The numbers of all clients together."""
    with runtime().unit_of_work(origin_of(identity)) as uow:
        today = local_today(uow).isoformat()
    answer = pass_on("metrics", identity, params={"today": today})
    return _with(answer, lambda overview: {**overview, "top_clients": _named(identity, overview)})


def _named(identity: Identity, overview: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    top: list[dict[str, Any]] | None = overview["top_clients"]
    if not top:
        return top
    with runtime().unit_of_work(origin_of(identity)) as uow:
        return queries.named(uow.session, top)


@_forwarded("GET", DOCUMENTS, DOCUMENTS_VIEW)
def get_documents(identity: Identity, client_id: uuid.UUID) -> Answer | Response:
    """The client's documents."""
    return pass_on("documents", identity)


@_forwarded("POST", DOCUMENTS, DOCUMENTS_CREATE)
def post_document(identity: Identity, client_id: uuid.UUID) -> Answer | Response:
    """Announce a file."""
    return pass_on("documents", identity)


@_forwarded("GET", DOCUMENT, DOCUMENTS_VIEW)
def get_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """One document."""
    return pass_on("documents", identity)


@_forwarded("PATCH", DOCUMENT, DOCUMENTS_UPDATE)
def patch_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """Change a document's details."""
    return pass_on("documents", identity)


@_forwarded("DELETE", DOCUMENT, DOCUMENTS_DELETE)
def delete_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """Delete a document."""
    return pass_on("documents", identity)


@_forwarded("POST", f"{DOCUMENT}/complete", DOCUMENTS_CREATE)
@in_lane(CHECKS)
def complete_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """Have an uploaded file checked."""
    return pass_on("documents", identity, CHECK_SECONDS)


@_forwarded("GET", f"{DOCUMENT}/download", DOCUMENTS_VIEW)
def download_document(
    identity: Identity, client_id: uuid.UUID, document_id: uuid.UUID
) -> Answer | Response:
    """A link to a document's bytes."""
    return pass_on("documents", identity)


EVENTS = "/v1/events"
# A second more than the activity service lets a reader wait for something new.
LONGEST_WAIT_SECONDS = 31.0
events = ForwardingBlueprint("events", __name__, url_prefix=EVENTS)


@events.route("", methods=["GET"])
@composes(CLIENTS_VIEW)
@events.doc(**operation("GET", EVENTS))
def get_events(identity: Identity) -> Answer | Response:
    """The workspace's events after a cursor."""
    if "wait" in request.args:
        return pass_on_later("activity", identity, _same_caller(identity), LONGEST_WAIT_SECONDS)
    return pass_on("activity", identity)


@events.route("/stream", methods=["GET"])
@composes(CLIENTS_VIEW)
@events.doc(**operation("GET", f"{EVENTS}/stream"))
def get_stream(identity: Identity) -> Answer | Response:
    """The workspace's events as they happen."""
    return pass_on_later("activity", identity, _same_caller(identity), LIMIT_SECONDS)


AUDIT = "/v1/audit"
audit = ForwardingBlueprint("audit", __name__, url_prefix=AUDIT)


@audit.route("", methods=["GET"])
@composes(USERS_MANAGE)
@audit.doc(**operation("GET", AUDIT))
def get_audit(identity: Identity) -> Answer | Response:
    """Who came in, who was refused, whose rights changed, what was taken out."""
    with runtime().unit_of_work(origin_of(identity)) as uow:
        time_zone = get_workspace(uow).time_zone
    return pass_on("activity", identity, params={"time_zone": time_zone})


def _same_caller(identity: Identity) -> Callable[[], bool]:
    """Whether the token of this request still stands for this caller with these permissions."""
    token = request.headers["Authorization"].partition(" ")[2].strip()
    return partial(_stands_for, runtime(), token, identity)


def _stands_for(runtime: Runtime, token: str, identity: Identity) -> bool:
    return authenticate(runtime, token) == identity


def _present(
    uow: UnitOfWork, identity: Identity, client_id: uuid.UUID
) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """The client as its own route answers it, the workspace's present day, and what is added to
    the client's numbers."""
    found = get_client(uow.session, client_id)
    used = queries.budget_used(uow.session, client_id, identity.permissions)
    shown = present(found, uow.vault, identity.permissions)
    note_shown(uow, identity.permissions, RECORD, [shown])
    return shown, local_today(uow).isoformat(), {"budget_used": used}


@blueprint.route("/overview", methods=["GET"])
@passes_on(CLIENTS_VIEW, look=_present)
@blueprint.doc(
    responses={
        "200": {
            "description": "The client and its parts; those that are away are null.",
            "content": {"application/json": {"schema": schemas.OVERVIEW}},
        }
    }
)
def get_overview(
    identity: Identity, looked_up: tuple[dict[str, Any], str, dict[str, Any]]
) -> Answer:
    """Everything a client's page begins with, in one answer and within two seconds."""
    client, today, beside = looked_up
    parts = _parts(identity, client["id"], {**_PARAMS, "metrics": {"today": today}})
    overview = composing.compose_overview(client, parts, LIMIT_SECONDS)
    if overview["metrics"] is not None:
        overview["metrics"] |= beside
    return Answer(overview)


def _parts(
    identity: Identity, client_id: str, params: Mapping[str, Mapping[str, Any]]
) -> list[composing.Part]:
    """The parts, all of them asked for at once; one the caller may not see stays empty."""
    wanted = (("metrics", CLIENTS_VIEW), ("documents", DOCUMENTS_VIEW), ("activity", CLIENTS_VIEW))
    return [
        composing.Part(name, fetch(identity, client_id, name, params.get(name)))
        if permission in identity.permissions
        else composing.Part(name, None)
        for name, permission in wanted
    ]


def _forward(to: ForwardingBlueprint, prefix: str) -> None:
    """Pass on whatever the activity service serves under a prefix, described as there."""
    for method, path in operations_under(prefix):
        rule = path.removeprefix(prefix)
        name = "_".join([method.lower(), *re.findall(r"\w+", rule)])
        described = to.doc(**operation(method, path))(_to_activity())
        view = composes(WEBHOOKS_MANAGE)(described)
        to.route(_PARAMETER.sub(_converted, rule), methods=[method], endpoint=name)(view)


def _converted(parameter: re.Match[str]) -> str:
    """A parameter of a path as a rule has it: an id, or a name."""
    kind = "uuid" if parameter[1].endswith("_id") else "string"
    return f"<{kind}:{parameter[1]}>"


def _to_activity() -> View:
    """A view of its own each time, as its documentation is kept with it."""

    def view(identity: Identity, **_parameters: uuid.UUID | str) -> Response:
        return pass_on("activity", identity)

    return view


_forward(webhooks, WEBHOOKS)
_forward(subscribers, SUBSCRIBERS)
