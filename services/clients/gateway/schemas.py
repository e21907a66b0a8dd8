"""What is answered where a service does not answer."""

from __future__ import annotations

from marshmallow import Schema, fields


class UnavailableView(Schema):
    """A part that could not be had: its service, since when, and why."""

    part = fields.String()
    service = fields.String()
    since = fields.DateTime()
    detail = fields.String()
