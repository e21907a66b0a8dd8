"""How the installation does, for its operators: `CLIENTELE_OPERATORS` names them."""

from __future__ import annotations

from functools import wraps

from flask import Response

from services.clients.access.queries import is_operator
from services.clients.gateway import composing
from services.clients.gateway.gateway import LIMIT_SECONDS, SERVICES
from services.clients.gateway.passing import fetch_from
from services.clients.installation import queries, schemas
from services.clients.installation.errors import OperatorsOnly
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, View, marked, render, runtime
from shared.http.identity import origin_of, require
from shared.http.internal import PIPE_PERMISSION
from shared.http.service_client import PIPE
from shared.messaging.standing import standing
from shared.security.identity import Identity
from shared.security.permissions import INSTALLATION_VIEW

blueprint = ApiBlueprint(
    "installation", __name__, url_prefix="/v1/installation", description="For those who run it"
)


def _for_operators(view: View) -> View:
    """A view of all workspaces together; no transaction is open while services are asked."""

    @wraps(view)
    def endpoint() -> Response:
        identity = require(None)
        with runtime().unit_of_work(origin_of(identity)) as uow:
            if not is_operator(uow, identity.actor, runtime().settings.operator_addresses):
                raise OperatorsOnly(permission=INSTALLATION_VIEW)
        return render(view(identity))

    return marked(endpoint, INSTALLATION_VIEW)


@blueprint.route("", methods=["GET"])
@_for_operators
@blueprint.response(200, schemas.InstallationView)
def get_installation(identity: Identity) -> Answer:
    """Where every service stands: lag of each consumer, dead letters, what waits. Numbers of all
    workspaces together, and nothing of what any of them holds."""
    pipe = Identity(identity.workspace_id, PIPE, frozenset({PIPE_PERMISSION}))
    asked = [
        composing.Part(name, fetch_from(pipe, name, "/internal/standing", None))
        for name in SERVICES
    ]
    with runtime().pipe_engine.connect() as connection:
        own = standing(connection)
    with runtime().unit_of_work(origin_of(identity)) as uow:
        backlogs = queries.backlogs(uow.connection)
    others, away = composing.gather(asked, LIMIT_SECONDS)
    found = {"clients": own, **{name: one for name, one in others.items() if one is not None}}
    return Answer(
        {
            "services": schemas.services_json(found),
            "consumers": list(schemas.consumers_json(found)),
            "dead_letters": schemas.letters_json(found),
            "backlogs": backlogs,
            "unavailable": away,
        }
    )
