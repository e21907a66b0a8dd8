"""Money, dates, numbers and sizes as people write them, in the workspace's zone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask import Flask, g
from markupsafe import Markup

from shared.clock import now
from web.settings import WebSettings
from web.shell import callers, session
from web.shell.texts import gettext, language, locale, ngettext

UNKNOWN = "—"
_MINUS = "\N{MINUS SIGN}"
_DAY_SECONDS = 24 * 60 * 60
_UNITS = ("kB", "MB", "GB")
_BIAS = 950
_TIME = Markup('<time datetime="%s" title="%s">%s</time>')


def prepare(app: Flask, settings: WebSettings) -> None:
    """Give templates the formats as filters."""
    app.jinja_env.filters.update(
        money=money, number=number, amount=amount, day=day, short=short, clock=clock,
        moment=moment, ago=ago, weekday=weekday, weekday_short=weekday_short, day_month=day_month,
        size=size, host=host, initials=initials, zoned=zoned, phone=phone,
    )  # fmt: skip


def is_english() -> bool:
    """Whether the page is in English, the language of the code."""
    return language() == "en"


def money(value: str | None, currency: str) -> str:
    """`$14,220.00`, the sign before the symbol; a dash where it is unknown."""
    return UNKNOWN if value is None else _money(value, currency, locale())


# Pages say the same amounts over and over, zero above all.
@lru_cache(maxsize=4096)
def _money(value: str, currency: str, locale: Locale) -> str:
    return _signed(format_currency(Decimal(value), currency, locale=locale))


def number(value: float | str | None) -> str:
    """`1,248`; a dash where it is unknown."""
    return UNKNOWN if value is None else _decimal(str(value), None, locale())


def amount(value: str | None) -> str:
    """`9,600.00`: an amount or hours under a heading that names the unit."""
    return UNKNOWN if value is None else _decimal(value, "#,##0.00##", locale())


@lru_cache(maxsize=4096)
def _decimal(value: str, pattern: str | None, locale: Locale) -> str:
    return _signed(format_decimal(Decimal(value), pattern, locale=locale))


def _signed(text: str) -> str:
    return text.replace("-", _MINUS)


# --- days and moments ------------------------------------------------------------------


def zone() -> ZoneInfo:
    """The workspace's zone; UTC where nobody is signed in."""
    found: ZoneInfo | None = g.get("zone")
    if found is None:
        found = g.zone = _of_workspace()
    return found


def _of_workspace() -> ZoneInfo:
    name = callers.me()["workspace"]["time_zone"] if session.current().token else "UTC"
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def zoned(value: str) -> datetime:
    """A moment of the API as the clocks of the workspace show it."""
    return datetime.fromisoformat(value).astimezone(zone())


def day(value: str | date | None) -> str:
    """`23 November 2026`; a dash where there is none."""
    return _date(value, "d MMMM y")


def short(value: str | date | None) -> str:
    """`23 Nov 2026`; a dash where there is none."""
    return _date(value, "d MMM y")


def weekday(value: date) -> str:
    """`Monday`."""
    return _date(value, "EEEE")


def weekday_short(value: date) -> str:
    """`Mon`."""
    return _date(value, "EEE")


def day_month(value: date) -> str:
    """`23 Nov`, where the year stands nearby."""
    return _date(value, "d MMM")


def _date(value: str | date | None, pattern: str) -> str:
    if value is None:
        return UNKNOWN
    return _written(_day_of(value), pattern, locale())


# Lists say the same days over and over.
@lru_cache(maxsize=4096)
def _written(found: date, pattern: str, locale: Locale) -> str:
    return format_date(found, pattern, locale=locale)


def _day_of(value: str | date) -> date:
    if not isinstance(value, str):
        return value
    return zoned(value).date() if "T" in value else date.fromisoformat(value)


def clock(value: str) -> str:
    """`14:32`."""
    return zoned(value).strftime("%H:%M")


def moment(value: str) -> str:
    """`23 November 2026, 14:32`."""
    found = zoned(value)
    return f"{day(found.date())}, {found:%H:%M}"


def ago(value: str) -> Markup:
    """`14 min ago` for a day, then the date; always with the moment behind it."""
    text = _distance(datetime.fromisoformat(value)) or _near_date(zoned(value).date())
    return _timed(value, text, zone(), locale())


@lru_cache(maxsize=4096)
def _timed(value: str, text: str, zone: ZoneInfo, locale: Locale) -> Markup:
    return _TIME % (value, moment(value), text)


def _distance(then: datetime) -> str:
    seconds = (now() - then).total_seconds()
    if not 0 <= seconds < _DAY_SECONDS:
        return ""
    if seconds < 60:
        return gettext("just now")
    if seconds < 60 * 60:
        return ngettext("%(num)s min ago", "%(num)s min ago", int(seconds // 60))
    return ngettext("%(num)s h ago", "%(num)s h ago", int(seconds // 3600))


def _near_date(found: date) -> str:
    return day_month(found) if found.year == local_date().year else short(found)


def local_date() -> date:
    """The day it is in the workspace."""
    return now().astimezone(zone()).date()


# --- others ----------------------------------------------------------------------------


def size(count: int) -> str:
    """`1.4 MB`."""
    if count < _BIAS:
        return ngettext("%(num)s byte", "%(num)s bytes", count)
    found, unit = count / 1000, 0
    while found >= _BIAS and unit < len(_UNITS) - 1:
        found, unit = found / 1000, unit + 1
    return f"{format_decimal(round(found, 1 if found < 10 else 0), locale=locale())} {_UNITS[unit]}"


def host(url: str) -> str:
    """The address of a website without what everyone leaves out."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


def initials(name: str | None) -> str:
    """The two letters that stand for a person."""
    words = (name or "").split()
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def phone(value: str) -> str:
    """A number in groups, as its country writes it abroad."""
    try:
        return phonenumbers.format_number(
            phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.INTERNATIONAL
        )
    except phonenumbers.NumberParseException:
        return value
