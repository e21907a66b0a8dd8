"""What a browser holds of its reader: one cookie, sealed, that only the web process can read.

A contact's session in the portal has a cookie of its own: somebody may be both, in one browser.

The whole session is in the cookie: the caller's token, the key of its forms, and notices for the
next page. It is the one module that knows how people are signed in.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

import orjson
from flask import Flask, Response, current_app, g, request

from shared.security.crypto import CannotDecrypt, Vault
from web.settings import WebSettings

_CONTEXT = "web.session"
_EXTENSION = "clientele.web.session"


@dataclass
class Session:
    """A browser's session; without a `token` nobody has signed in."""

    token: str | None = None
    key: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    notices: list[tuple[str, str]] = field(default_factory=list)


class _Cookie:
    """The one cookie: its name, and what it may be sent along with."""

    def __init__(self, settings: WebSettings, whose: str = "") -> None:
        self.vault = Vault(settings.secret)
        self.is_secure = settings.is_secure
        # Cookies know no ports, and two stacks of one machine are two sites.
        port = urlsplit(settings.web_url).port or 80
        name = "__Host-clientele" if self.is_secure else f"clientele-{port}"
        self.name = name + whose

    def read(self) -> Session:
        try:
            sealed = base64.urlsafe_b64decode(request.cookies.get(self.name, ""))
            return Session(**orjson.loads(self.vault.decrypt(sealed, _CONTEXT)))
        except (CannotDecrypt, binascii.Error, TypeError, ValueError):
            return Session()

    def write(self, response: Response, session: Session) -> None:
        sealed = self.vault.encrypt(orjson.dumps(asdict(session)), _CONTEXT)
        value = base64.urlsafe_b64encode(sealed).decode()
        response.set_cookie(
            self.name, value, httponly=True, samesite="Lax", secure=self.is_secure, path="/"
        )


def prepare(app: Flask, settings: WebSettings) -> None:
    """Have every request find its session, and every answer carry what has changed of it."""
    app.extensions[_EXTENSION] = (_Cookie(settings), _Cookie(settings, "-portal"))

    def find() -> None:
        g.session = _cookie().read()
        g.session_before = asdict(g.session)

    def keep(response: Response) -> Response:
        if "session" in g and asdict(g.session) != g.session_before:
            _cookie().write(response, g.session)
        return response

    app.before_request(find)
    app.after_request(keep)


def is_portal() -> bool:
    """Whether this request is for a page of the portal."""
    return request.path == "/portal" or request.path.startswith("/portal/")


def _cookie() -> _Cookie:
    firm, portal = current_app.extensions[_EXTENSION]
    found: _Cookie = portal if is_portal() else firm
    return found


def current() -> Session:
    """The session of this request."""
    found: Session = g.session
    return found


def begin(token: str) -> None:
    """Someone has signed in: a new session, so that no key from before is worth anything."""
    g.session = Session(token)


def lapse() -> None:
    """The token is good no more; the browser's forms are still known to be its own."""
    current().token = None


def end() -> None:
    """Forget whoever was signed in."""
    g.session = Session()


def form_key() -> bytes:
    """What proves that a form was made for this session; the session keeps its key from now on."""
    cookie = _cookie()
    # A session that was just drawn must reach the browser, or no form of it could come back.
    g.session_before = None if cookie.name not in request.cookies else g.session_before
    return cookie.vault.keyed_hash(current().key, "web.form")


def notice(tone: str, text: str) -> None:
    """Say something at the top of the next page: `good`, `warn` or `bad`."""
    current().notices.append((tone, text))


def take_notices() -> list[tuple[str, str]]:
    """What is to be said, once."""
    found, current().notices = current().notices, []
    return found
