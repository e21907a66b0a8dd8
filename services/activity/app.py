"""The HTTP side of the activity service; the façade calls it, browsers never do."""

from __future__ import annotations

from flask import Flask

from services.activity.events.routes import blueprint, holdings
from services.activity.settings import ActivitySettings
from shared.http.app import create_api
from shared.http.service_auth import authenticate_service


def create_app(settings: ActivitySettings) -> Flask:
    """The Flask app, which takes service tokens only."""
    return create_api("activity", settings, [blueprint, holdings], authenticate_service)
