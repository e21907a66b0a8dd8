"""What is served about the API: `GET /docs`, the OpenAPI document for people, from files of our
own, and `GET /asyncapi.json`, what is told of events.

Swagger UI's files come with a package, so the page needs no other server; its policy allows
no inline script, and the call that starts it is a file as well.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from flask import Blueprint, Response, send_from_directory

from shared.messaging.asyncapi import asyncapi_json

_DIST = str(files("flask_swagger_ui").joinpath("dist"))
_POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Clientele API</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
# Without `validatorUrl` the page would ask a server elsewhere what it thinks of the document.
_START = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null
});
"""


def make_docs_blueprint() -> Blueprint:
    """The page, the call that starts it, and the package's files beside it."""
    blueprint = Blueprint("docs", __name__, url_prefix="/docs")
    blueprint.after_request(_confined)

    @blueprint.get("")
    def page() -> Response:
        return Response(_PAGE, mimetype="text/html")

    @blueprint.get("/start.js")
    def start() -> Response:
        return Response(_START, mimetype="text/javascript")

    @blueprint.get("/<name>")
    def file(name: str) -> Response:
        return send_from_directory(_DIST, name)

    return blueprint


def make_asyncapi_blueprint() -> Blueprint:
    """The AsyncAPI document, made when it is first asked for."""
    blueprint = Blueprint("asyncapi", __name__)
    document = cache(asyncapi_json)

    @blueprint.get("/asyncapi.json")
    def asyncapi() -> Response:
        return Response(document(), mimetype="application/json")

    return blueprint


def _confined(response: Response) -> Response:
    """The package brings pages of its own, which are no less to be framed."""
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["X-Frame-Options"] = "DENY"
    return response
