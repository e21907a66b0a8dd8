"""Pages and pieces of pages, of one template each."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import jinja2
from flask import (
    Flask,
    Response,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.templating import Environment
from werkzeug.wrappers import Response as Answer

from web.settings import WebSettings
from web.shell import formats, navigation, reading, session, words

_FOLDER = Path(__file__).resolve().parents[1]
THEME_COOKIE: Final = "theme"
KEYS_COOKIE: Final = "keys"
THEMES: Final = ("system", "light", "dark")
_YEAR_SECONDS: Final = 365 * 24 * 3600


class Templates(Environment):
    """None has globals of its own: so each piece of a page copies a plain dictionary of those
    of all, in a hundredth of the time that the chain takes which Jinja makes of them."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template knows."""
        return super().make_globals(d) if d else self.globals


def prepare(app: Flask, settings: WebSettings) -> None:
    """Find templates beside the routes that use them, and give them their parts."""
    app.jinja_loader = jinja2.FileSystemLoader(_FOLDER)
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.undefined = jinja2.StrictUndefined
    formats.prepare(app, settings)
    env.globals.update(
        is_signed_in=lambda: session.current().token is not None,
        take_notices=session.take_notices,
        navigation=navigation.groups,
        parts_of_workspace=navigation.workspace,
        theme=theme,
        has_keys=has_keys,
        word=words.word,
        said=words.said,
        query=query,
        is_continued=is_continued,
        is_piece=is_piece,
        is_portal=session.is_portal,
        has_page=has_page,
    )
    env.filters.update(at=reading.at, rows=reading.rows, chosen=reading.words)
    env.filters["pairs"] = lambda found: [(each, each) for each in found]
    env.globals["ui"] = env.get_template("shell/parts.html").module


def theme() -> str:
    """What the reader has chosen: light, dark, or as the system has it."""
    found = request.cookies.get(THEME_COOKIE, "")
    return found if found in THEMES else "system"


def has_keys() -> bool:
    """Whether single keys do something; who dictates or trembles turns them off."""
    return request.cookies.get(KEYS_COOKIE) != "off"


def is_piece() -> bool:
    """Whether htmx asks for a piece of a page; going back in the history asks for all of it."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def show(template: str, piece: str | None = None, *, code: int = 200, **values: Any) -> Response:
    """The page, or to htmx only its piece: a template that the page includes."""
    chosen = piece if piece is not None and is_piece() else template
    return make_response(render_template(chosen, **values), code)


def go(url: str) -> Answer:
    """On to another page, after something was done (303)."""
    return redirect(url, 303)


def query(**changes: str | None) -> str:
    """This page's address with other filters: None takes one away, and the list begins anew."""
    found: Mapping[str, str | None] = {**request.args.to_dict(), "cursor": None, **changes}
    kept = {name: value for name, value in found.items() if value}
    return f"{request.path}?{urlencode(kept)}" if kept else request.path


def is_continued() -> bool:
    """Whether this page of a list is not its first."""
    return bool(request.args.get("cursor"))


def where_from(otherwise: str) -> str:
    """The page of this site that the form was on."""
    found = urlsplit(request.referrer or "")
    is_own = found.netloc == request.host
    return found._replace(scheme="", netloc="").geturl() if is_own else otherwise


def own(path: str | None, otherwise: str) -> str:
    """The page of this site that a form names; what could lead elsewhere leads otherwise."""
    if path and path.startswith("/") and not path.startswith(("//", "/\\")):
        return path.rstrip("?")
    return otherwise


def has_page(endpoint: str, **values: Any) -> str | None:
    """The address of a page that other families may or may not have."""
    known = endpoint in current_app.view_functions
    return url_for(endpoint, **values) if known else None


def remember(answer: Answer, cookie: str, chosen: str) -> None:
    """Have this browser keep for a year what was chosen."""
    answer.set_cookie(cookie, chosen, _YEAR_SECONDS, httponly=True, samesite="Lax")


def place(limit: int) -> dict[str, Any]:
    """Which page of a list is asked for, as the API takes it."""
    return {"cursor": request.args.get("cursor") or None, "limit": limit}
