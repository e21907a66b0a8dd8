"""A client's metrics over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.metrics.totals.queries import CountedUpTo, Overview
from shared.clock import rfc3339

# An event on its way takes milliseconds, and a lost one is pulled after three seconds; what
# takes longer is worth telling the reader.
STALE_AFTER_SECONDS = 3.0
# The relay looks every second; where it has not for so long, nobody knows what is missing.
UNSEEN_AFTER_SECONDS = 10.0


class MoneyView(Schema):
    """An amount as a decimal string beside its currency."""

    currency = fields.String()
    amount = fields.String()


class CountedUpToView(Schema):
    """The last event of a source before which none is missing, and how many are known after."""

    epoch = fields.UUID()
    pos = fields.Integer()
    time = fields.DateTime(allow_none=True)
    lag = fields.Integer()


class MetricsView(Schema):
    """The four numbers of a client, up to which event they are counted, and whether events
    that happened more than a few seconds ago are, or may be, missing from them."""

    active_projects = fields.Integer()
    total_revenue = fields.List(fields.Nested(MoneyView))
    invoices_issued = fields.Integer()
    paid_invoices = fields.Integer()
    as_of = fields.Dict(keys=fields.String(), values=fields.Nested(CountedUpToView))
    stale = fields.Boolean()


def present(overview: Overview) -> dict[str, Any]:
    """The totals as their public answer."""
    return {
        "active_projects": overview.active_projects,
        "total_revenue": [
            {"currency": money["currency"], "amount": money["amount"]}
            for money in overview.total_revenue
        ],
        "invoices_issued": overview.invoices_issued,
        "paid_invoices": overview.paid_invoices,
        "as_of": {up_to.source.lstrip("/"): _as_of(up_to) for up_to in overview.counted},
        "stale": any(map(_is_stale, overview.counted)),
    }


def _is_stale(up_to: CountedUpTo) -> bool:
    is_behind = up_to.behind_seconds > STALE_AFTER_SECONDS
    return is_behind or up_to.unseen_seconds > UNSEEN_AFTER_SECONDS


def _as_of(up_to: CountedUpTo) -> dict[str, Any]:
    time = up_to.time and rfc3339(up_to.time)
    return {"epoch": up_to.epoch, "pos": up_to.pos, "time": time, "lag": up_to.lag}
