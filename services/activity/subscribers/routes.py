"""Subscribers of a workspace: seen, paused, resumed and told again; the façade passes on to here.

They are added and removed on the command line alone, as the address of a broker is the operator's.
"""

from __future__ import annotations

from typing import Any

from services.activity.subscribers import queries, schemas
from services.activity.subscribers.operations import managing
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads, writes
from shared.security.permissions import WEBHOOKS_MANAGE
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("subscribers", __name__, url_prefix="/v1/subscribers")


@blueprint.route("", methods=["GET"])
@reads(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.SubscriberList)
def get_subscribers(uow: UnitOfWork) -> Answer:
    """The workspace's subscribers and how far each was told."""
    found = queries.backlogs(uow.connection)
    return Answer({"data": [schemas.present(each) for each in found], "next": None})


@blueprint.route("/<string:name>", methods=["GET"])
@reads(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.SubscriberView)
def get_subscriber(uow: UnitOfWork, name: str) -> Answer:
    """One subscriber."""
    return _shown(uow, name)


@blueprint.route("/<string:name>/pause", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.SubscriberView)
def pause_subscriber(uow: UnitOfWork, name: str) -> Answer:
    """Send nothing more for now; its place is kept."""
    managing.pause_subscriber(uow, name)
    return _shown(uow, name)


@blueprint.route("/<string:name>/resume", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.response(200, schemas.SubscriberView)
def resume_subscriber(uow: UnitOfWork, name: str) -> Answer:
    """Go on from its place, at once."""
    managing.resume_subscriber(uow, name)
    return _shown(uow, name)


@blueprint.route("/<string:name>/replay", methods=["POST"])
@writes(WEBHOOKS_MANAGE)
@blueprint.arguments(schemas.SubscriberReplayBody)
@blueprint.response(202, schemas.SubscriberView)
def replay_subscriber(uow: UnitOfWork, body: dict[str, Any], name: str) -> Answer:
    """Send again what came after a cursor; the receiver drops what it has applied."""
    managing.replay(uow, name, body.get("after"))
    return Answer(schemas.present(queries.backlog_of(uow.connection, name)), 202)


def _shown(uow: UnitOfWork, name: str) -> Answer:
    return Answer(schemas.present(queries.backlog_of(uow.connection, name)))
