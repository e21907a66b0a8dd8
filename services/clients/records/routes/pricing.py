"""What work is billed at, and why."""

from __future__ import annotations

from typing import Any

from services.clients.records.queries import clients
from services.clients.records.rules import pricing
from services.clients.records.schemas.pricing import ExplainBody, ExplanationView, present_price
from shared.http.blueprint import ApiBlueprint
from shared.http.edge import Answer, reads
from shared.security.permissions import CLIENTS_VIEW
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint("rates", __name__, url_prefix="/v1/rates", description="Service rates")


@blueprint.route("/explain", methods=["POST"])
@reads(CLIENTS_VIEW)
@blueprint.arguments(ExplainBody)
@blueprint.response(200, ExplanationView)
def explain(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Which of a client's rates applies to a position on a day, and why; changes nothing."""
    record = clients.get_client(uow.session, body["client_id"])
    price = pricing.price_of(
        record.rates, body["position"], body["date"], overtime=body["overtime"]
    )
    return Answer(present_price(price, body.get("hours")))
