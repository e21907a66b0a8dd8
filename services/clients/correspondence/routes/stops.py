"""No more mail: by the link in a mail, and written to again as they have asked for."""

from __future__ import annotations

import uuid
from typing import Any

from flask import g

from services.clients.correspondence import queries
from services.clients.correspondence.operations import stopping
from services.clients.correspondence.schemas import bodies, views
from services.clients.records.queries.clients import lock_client, require_client
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, render, runtime, writes
from shared.security.permissions import CLIENTS_UPDATE, MAILS_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "mail-stops", __name__, url_prefix="/v1/mail-stops", description="Links that end mail"
)
of_client = ApiBlueprint("client-mail-stops", __name__, url_prefix="/v1/clients/<uuid:client_id>")


@blueprint.route("/<string:token>", methods=["GET"])
@blueprint.response(200, views.StoppingView)
def get_stop(token: str) -> Any:
    """What a link stops; 410 `mails.link_gone` for one that was not made here."""
    return render(Answer(views.stopping_json(stopping.look_up(runtime(), token))))


@blueprint.route("", methods=["POST"])
@blueprint.arguments(bodies.StopBody)
@blueprint.response(200, views.StoppingView)
def post_stop(body: dict[str, Any]) -> Any:
    """Send no more mail about the client to the address of a link; twice is once."""
    stopped = stopping.stop(runtime(), body["token"], g.request_id)
    return render(Answer(views.stopping_json(stopped)))


@of_client.route("/mail-stops", methods=["GET"])
@reads(MAILS_VIEW)
@of_client.response(200, views.StopList)
def get_stops(uow: UnitOfWork, client_id: uuid.UUID) -> Answer:
    """The addresses that have asked for no more mail about this client."""
    require_client(uow.session, client_id)
    return Answer(
        {"data": [views.stop_json(each) for each in queries.stops_of(uow.session, client_id)]}
    )


@of_client.route("/mail-stops/allow", methods=["POST"])
@writes(CLIENTS_UPDATE)
@of_client.arguments(bodies.AllowBody)
@of_client.response(200, views.StopList)
def allow_mail(uow: UnitOfWork, body: dict[str, Any], client_id: uuid.UUID) -> Answer:
    """Write to an address again, when they have asked for it."""
    client = lock_client(uow, client_id)
    stopping.allow_again(uow, client.id, body["email"])
    return Answer(
        {"data": [views.stop_json(each) for each in queries.stops_of(uow.session, client.id)]}
    )
