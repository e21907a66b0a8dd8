"""The HTTP side of the metrics service; the façade calls it, browsers never do."""

from __future__ import annotations

from flask import Flask

from services.metrics.routes import blueprint
from services.metrics.settings import MetricsSettings
from shared.http.app import create_api
from shared.http.service_auth import authenticate_service


def create_app(settings: MetricsSettings) -> Flask:
    """The Flask app, which takes service tokens only."""
    return create_api("metrics", settings, [blueprint], authenticate_service)
