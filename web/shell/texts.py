"""Texts in the reader's language: gettext catalogues, English being what the code says.

`clientele.pot` is made by `clientele reference write`; a translation is that file with its
language's code for a name, `de.po`. It is read as it is, so nothing has to be compiled.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, request
from markupsafe import Markup

from web.settings import WebSettings

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).parent / "texts"
TEMPLATE = FOLDER / "clientele.pot"
ENGLISH = "en"
_EXTENSION = "clientele.web.texts"
_METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}
_KEYWORDS: dict[str, Any] = {
    "gettext": None, "ngettext": (1, 2), "_": None, "noted": None,
}  # fmt: skip


def noted(text: str) -> str:
    """A text that is translated where it is shown, not where it stands."""
    return text


def read_catalogues(folder: Path = FOLDER) -> dict[str, NullTranslations]:
    """The translations that are there, by language."""
    found: dict[str, NullTranslations] = {ENGLISH: NullTranslations()}
    for file in sorted(folder.glob("*.po")):
        packed = io.BytesIO()
        write_mo(packed, read_po(io.BytesIO(file.read_bytes()), locale=file.stem))
        packed.seek(0)
        found[file.stem] = Translations(packed)
    return found


def template_text() -> str:
    """What `clientele.pot` should hold: every text of the pages, with where it stands."""
    catalogue = Catalog(project="Clientele", fuzzy=False)
    found = extract_from_dir(str(ROOT), _METHODS, _OPTIONS, _KEYWORDS, strip_comment_tags=True)
    for name, _, message, comments, context in sorted(found, key=lambda it: (it[0], it[1])):
        catalogue.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    written = io.BytesIO()
    write_po(written, catalogue, omit_header=True, include_lineno=False, width=100)
    return written.getvalue().decode()


def prepare(app: Flask, settings: WebSettings) -> None:
    """Choose each reader's language, and give templates `_`, `ngettext` and `trans`."""
    app.extensions[_EXTENSION] = read_catalogues()
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    install: Callable[..., None] = app.jinja_env.install_gettext_callables  # type: ignore[attr-defined]
    install(_plain, _plural, newstyle=True)
    # Most texts are the same on every page, and are marked as safe only once.
    app.jinja_env.globals.update(_=_marked, gettext=_marked, ngettext=_marked_plural)
    app.jinja_env.globals["language"] = language


def language() -> str:
    """The language of this request, of those there are."""
    if "language" not in g:
        known: dict[str, NullTranslations] = current_app.extensions[_EXTENSION]
        # Austria's German is German: the first wish that has a catalogue, its region aside.
        asked = (wish.partition("-")[0].lower() for wish in request.accept_languages.values())
        g.language = next((wish for wish in asked if wish in known), ENGLISH)
    return str(g.language)


def locale() -> Locale:
    """How numbers and dates are written; dates have the day first everywhere."""
    return _locale(language())


@cache
def _locale(language: str) -> Locale:
    return Locale.parse("en_US" if language == ENGLISH else language)


def gettext(text: str, **values: Any) -> str:
    """The text in the reader's language, with the values in their places."""
    return _plain(text) % values if values else _plain(text)


def ngettext(one: str, many: str, count: int, **values: Any) -> str:
    """The text for so many; `%(num)s` is the count, in groups of three digits."""
    return _plural(one, many, count) % {"num": _grouped(count), **values}


def _grouped(count: int) -> str:
    return str(count) if abs(count) < 1000 else format_decimal(count, locale=locale())


def _catalogue() -> NullTranslations:
    # A page has hundreds of texts: of one request they are all in the same language.
    found = g.get("catalogue")
    if found is None:
        found = g.catalogue = current_app.extensions[_EXTENSION][language()]
    return cast(NullTranslations, found)


def _marked(text: str, **values: Any) -> Markup:
    """The text as templates have it: what is put into it is escaped."""
    found = _as_markup(_catalogue(), text)
    return found % values if values or "%" in found else found


def _marked_plural(one: str, many: str, num: int, **values: Any) -> Markup:
    found = Markup(_plural(one, many, num))  # noqa: S704  # As those above.
    return found % {"num": _grouped(num), **values}


@lru_cache(maxsize=8192)
def _as_markup(catalogue: NullTranslations, text: str) -> Markup:
    return Markup(catalogue.gettext(text))  # noqa: S704  # Texts of ours may hold marks.


def _plain(text: str) -> str:
    return _catalogue().gettext(text)


def _plural(one: str, many: str, count: int) -> str:
    return _catalogue().ngettext(one, many, count)
