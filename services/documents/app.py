"""The HTTP side of the documents service; the façade calls it, browsers never do."""

from __future__ import annotations

from flask import Flask

from services.documents.routes import blueprint, holdings, search, stored
from services.documents.settings import DocumentsSettings
from services.documents.uploads import Uploads
from shared.http.app import create_api
from shared.http.service_auth import authenticate_service
from shared.storage.minio_store import store_for


def create_app(settings: DocumentsSettings) -> Flask:
    """The Flask app, which takes service tokens only.

    It is ready without the store: details can be read and changed while only files cannot.
    """
    app = create_api(
        "documents", settings, [blueprint, holdings, search, stored], authenticate_service
    )
    app.extensions["clientele.uploads"] = Uploads(store_for(settings), settings)
    return app
