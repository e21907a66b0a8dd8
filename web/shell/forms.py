"""Forms: each proves that it was made for the session that sends it, and is carried out once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson
from flask import Flask, abort, current_app, g, request
from markupsafe import Markup

from web.settings import WebSettings
from web.shell import session

FIELD = "form_token"
KEY = "form_key"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PROVES_ITSELF = "proves_itself"

V = TypeVar("V", bound=Callable[..., Any])
T = TypeVar("T")


def prepare(app: Flask, settings: WebSettings) -> None:
    """Refuse every form that is not this session's; templates begin theirs with `form_start()`."""
    app.before_request(_check)
    app.jinja_env.globals["form_start"] = start


def start() -> Markup:
    """The hidden fields of a form: its proof, and the key under which it is carried out once."""
    proof, key = token(), uuid.uuid4().hex
    return Markup(  # noqa: S704  # Neither has a character that HTML would take for its own.
        f'<input type="hidden" name="{FIELD}" value="{proof}">'
        f'<input type="hidden" name="{KEY}" value="{key}">'
    )


def idempotency_key() -> str | None:
    """The key that the form came with."""
    return request.form.get(KEY) or None


def pressed(offered: Mapping[str, T], otherwise: str = "") -> T:
    """What the button says, of all that is offered; another is on no page of ours (400)."""
    name = request.form.get("do", otherwise)
    return offered[name] if name in offered else abort(400)


def version(name: str = "version") -> int:
    """Which version the form was drawn from; 0, which none has, where it says none."""
    return request.form.get(name, 0, type=int)


def key_of(body: Any) -> str | None:
    """The form's key for what it holds now: sent twice it is one request, changed it is another."""
    key = idempotency_key()
    if key is None:
        return None
    return hashlib.sha256(
        key.encode() + orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    ).hexdigest()


def proves_itself(view: V) -> V:
    """Leave it to a view to `verify` its form, which it reads while it arrives."""
    view.__dict__[_PROVES_ITSELF] = True
    return view


def reads_itself(view: Callable[..., Any]) -> bool:
    """Whether a view reads and verifies its form by itself."""
    return bool(getattr(view, _PROVES_ITSELF, False))


def verify(fields: Mapping[str, str]) -> None:
    """Refuse a form that was not made for this session."""
    if not _is_ours(fields.get(FIELD, "")):
        abort(400, "form_expired")


def token() -> str:
    """The session's proof behind a random mask, so that compression tells nothing of it; the same
    in all forms of a page."""
    proof = session.form_key()
    of, found = g.get("form_token", (None, ""))
    if of != proof:
        mask = secrets.token_bytes(len(proof))
        found = base64.urlsafe_b64encode(mask + _masked(proof, mask)).decode()
        g.form_token = proof, found
    return str(found)


def _check() -> None:
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in {"same-origin", "none"}:
        abort(400, "form_expired")
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or not reads_itself(view):
        verify(request.form)


def _is_ours(token: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return False
    half = len(raw) // 2
    return hmac.compare_digest(_masked(raw[half:], raw[:half]), session.form_key())


def _masked(value: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(value, mask, strict=False))
