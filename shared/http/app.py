"""The application factory every service uses: JSON, problems, health, OpenAPI, auth."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import flask_smorest
import orjson
from apispec import BasePlugin
from flask import Flask, Response, g, request
from flask.json.provider import JSONProvider
from flask_smorest import Blueprint
from sqlalchemy import text
from werkzeug.exceptions import HTTPException

from shared.errors import NotFound
from shared.http.bodies import MAX_BODY_BYTES, allow_long_bodies
from shared.http.describing import completed
from shared.http.documentation import make_asyncapi_blueprint, make_docs_blueprint
from shared.http.identity import bearer_token, note_request_ids
from shared.http.internal import make_internal_blueprint
from shared.http.problems import problem, register_problem_handlers
from shared.http.service_auth import authenticate_service
from shared.http.shortening import shortened
from shared.logging import configure_logging, get_logger
from shared.runtime import Runtime
from shared.security.identity import Identity
from shared.settings import Settings

Authenticate = Callable[[Runtime, str], Identity | None]

_log = get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Api:
    """What a service adds to the edge that all services share.

    `authenticate(runtime, token)` answers who holds a bearer token, or None; without it only
    other services are known. One that `is_public` is asked from outside, where an answer is worth
    shortening: between services that would cost more than it saves, and whoever passes an answer
    on piece by piece would have to undo it. `title` is the OpenAPI document's, and `plugins` add
    to its operations. `extensions` are what routes find in `current_app.extensions`.
    """

    blueprints: Sequence[Blueprint]
    authenticate: Authenticate = authenticate_service
    is_public: bool = False
    title: str | None = None
    plugins: Sequence[BasePlugin] = ()
    extensions: Mapping[str, object] = field(default_factory=dict)


class _OrjsonProvider(JSONProvider):
    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, default=str).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)


class _SmorestApi(flask_smorest.Api):
    """flask-smorest without its error handlers, which drop `Allow` and `Retry-After`, and with a
    document that is made once, when it is first asked for: that takes as long as all else before a
    process serves, and most never are asked."""

    def __init__(self, app: Flask, **more: Any) -> None:
        super().__init__(app, **more)
        self._undescribed: list[Blueprint] = []
        self._describing = threading.Lock()
        self._document = b""

    def register_blueprint(self, blueprint: Blueprint, **_: Any) -> None:
        """Serve its routes."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def _openapi_json(self) -> Response:
        with self._describing:
            if not self._document:
                for blueprint in self._undescribed:
                    self._describe(blueprint)
                self._document = orjson.dumps(completed(self.spec.to_dict(), self._app))
        return Response(self._document, mimetype="application/json")

    def _describe(self, blueprint: Blueprint) -> None:
        blueprint.register_views_in_doc(
            self, self._app, self.spec, name=blueprint.name, parameters=None
        )
        self.spec.tag({"name": blueprint.name, "description": blueprint.description})

    def _register_error_handlers(self) -> None:
        """Leave errors to `shared.http.problems`."""

    def handle_http_exception(self, error: HTTPException) -> Any:
        """Never reached, as nothing is registered; kept so that the base is not used."""
        raise error


def take_paths_as_they_are(app: Flask) -> None:
    """Lead nobody to another spelling of a path: the address would be made of the request's own
    `Host`, which may be anyone's."""
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False


def create_api(service: str, settings: Settings, api: Api) -> Flask:
    """The Flask app of a service."""
    configure_logging(f"{service}-api", settings.log_level)
    runtime = Runtime(service, settings)
    app = Flask(f"clientele-{service}", static_folder=None)
    app.json = _OrjsonProvider(app)
    take_paths_as_they_are(app)
    app.extensions |= {"clientele": runtime, **api.extensions}
    app.config.update(
        _openapi_settings(api.title or f"Clientele, {service}"), MAX_CONTENT_LENGTH=MAX_BODY_BYTES
    )
    _register_requests(app, runtime, api)
    allow_long_bodies(app)
    register_problem_handlers(app)
    _register_health(app, runtime)
    app.register_blueprint(make_internal_blueprint(runtime))
    app.register_blueprint(make_docs_blueprint())
    app.register_blueprint(make_asyncapi_blueprint())
    _register_documented(app, api)
    return app


def _register_documented(app: Flask, api: Api) -> None:
    smorest = _SmorestApi(app, spec_kwargs={"extra_plugins": list(api.plugins)})
    for blueprint in api.blueprints:
        smorest.register_blueprint(blueprint)
    smorest.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    smorest.spec.options["security"] = [{"bearer": []}]


def _openapi_settings(title: str) -> dict[str, Any]:
    return {
        "API_TITLE": title,
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/",
        "OPENAPI_JSON_PATH": "openapi.json",
        "PROPAGATE_EXCEPTIONS": False,
    }


def _register_requests(app: Flask, runtime: Runtime, api: Api) -> None:
    @app.before_request
    def identify() -> None:
        note_request_ids()
        if "\0" in request.path:
            raise NotFound("No name has a NUL character.")
        if token := bearer_token():
            g.identity = api.authenticate(runtime, token)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers["X-Request-ID"] = g.get("request_id", "")
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return shortened(response) if api.is_public else response


def _register_health(app: Flask, runtime: Runtime) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return Response(b'{"status":"ok"}', mimetype="application/json")

    @app.get("/readyz")
    def readyz() -> Response:
        try:
            with runtime.app_engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Exception as error:  # Whatever it is, the database is not there for a request.
            _log.warning("not ready", part="database", error=str(error).partition("\n")[0])
            return problem(503, "not_ready", "Not ready", "Waiting for: database")
        return Response(b'{"status":"ready"}', mimetype="application/json")
