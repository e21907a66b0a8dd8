"""Billing by the client package, before a real façade."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clientele_client.records import Clientele
from tests.fixtures.api import Api
from tests.integration.gateway.servers import serving


@pytest.fixture
def clientele(api: Api) -> Iterator[Clientele]:
    """As the owner of a workspace."""
    with serving(api.app) as address, Clientele(address, api.owner.token) as found:
        yield found


def test_a_rate_is_explained_as_the_line_that_is_billed_by_it(
    clientele: Clientele,
) -> None:
    contact = {"name": "Jo Park", "email": "jo@acme.example.com"}
    made = clientele.create_client({"company_name": "Acme", "primary_contact": contact})
    client = made["id"]
    clientele.add_rate(client, {"position": "Engineer", "regular_rate": "150.00"})
    told = clientele.billing.explain_rate(client, "ENGINEER", "2026-11-23", overtime=True)
    assert (told["rule"], told["unit_price"]) == ("overtime_at_regular", "150.00")
    project = clientele.work.create_project(client, {"name": "Line 4", "status": "active"})
    row = {"project_id": project["id"], "position": "Engineer", "date": "2026-11-23"}
    rows = [{**row, "hours": "2", "overtime": True}]
    week = clientele.work.week("2026-W48", "Ana Ruiz")
    clientele.work.write_week("2026-W48", "Ana Ruiz", rows, week["version"])
    period = {"period_start": "2026-11-01", "period_end": "2026-11-30"}
    invoice = clientele.billing.create_from_time(client, period)
    (line,) = invoice["lines"]
    names = ("rule", "explanation", "unit_price")
    assert [line[name] for name in names] == [told[name] for name in names]
    assert line["rate_id"] == told["rate"]["id"]
