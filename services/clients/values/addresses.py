"""E-mail addresses, web addresses and countries."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import SplitResult, urlsplit

import idna
import pycountry
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from shared.values.findings import Wrong
from shared.values.folding import caseless
from shared.values.text import plain

WEBSITE_LENGTH = 2_000
EMAIL_LENGTH = 254
_HOST_LENGTH = 253

COUNTRIES = frozenset(country.alpha_2 for country in pycountry.countries)

_UNFIT_FOR_URL = re.compile(r"[\s\\\x00-\x20\x7f-\x9f]")
# A label of a name server; an underscore is none of a host, and is met all the same.
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_IP6 = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*")


# Most addresses are as plain as this and come out of the library as they went in but for the
# domain's capitals; asking it takes ten times as long.
_PLAIN_LOCAL = r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
_PLAIN_DOMAIN = r"(?:[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?\.){1,3}([A-Za-z]{2,20})"
_PLAIN_EMAIL = re.compile(rf"({_PLAIN_LOCAL})@({_PLAIN_DOMAIN})")
_LOCAL_LENGTH = 64
_SPECIAL_ENDS = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)


# Addresses that exist in a firm's own network only: good to sign in with, and refused by the
# library because the world cannot reach them.
_OWN_NETWORK = re.compile(
    r"[\w.+-]+@([\w-]+\.)*(internal|lan|local|localhost|test)", re.ASCII | re.IGNORECASE
)


def email(value: Any) -> str | None:
    """An address in its normal form, of a domain that could exist; a blank one is None."""
    text = plain(value)
    if not text:
        return None
    return _plain_email(text) or _any_email(text)


def _plain_email(text: str) -> str | None:
    found = _PLAIN_EMAIL.fullmatch(text)
    if found is None or len(found[1]) > _LOCAL_LENGTH or found[3].lower() in _SPECIAL_ENDS:
        return None
    return f"{found[1]}@{found[2].lower()}"


def _any_email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, strict=True).normalized
    except EmailNotValidError as error:
        raise Wrong("invalid_email", str(error)) from error


def required_email(value: Any) -> str:
    """As `email`, but it must be there."""
    found = email(value)
    if found is None:
        raise Wrong("required", "Must not be empty.")
    return found


def sign_in_email(value: Any) -> str:
    """As `required_email`; one of the firm's own network will do."""
    text = plain(value)
    is_own = len(text) <= EMAIL_LENGTH and _OWN_NETWORK.fullmatch(text) is not None
    return text if is_own else required_email(text)


def email_key(address: str) -> str:
    """What two spellings of one address have in common."""
    return caseless(address)


def website(value: Any) -> str | None:
    """An http or https URL with a host and without a password; a blank one is None.

    `www.acme.example.com` is taken as it would be by a browser.
    """
    text = plain(value)
    if not text:
        return None
    if len(text) > WEBSITE_LENGTH:
        raise Wrong("too_long", f"At most {WEBSITE_LENGTH} characters; this has {len(text)}.")
    if text[:4].lower() == "www.":
        text = f"https://{text}"
    if not _is_web_address(text):
        raise Wrong("invalid_url", "Must be a web address such as https://acme.example.com.")
    return text


def _is_web_address(text: str) -> bool:
    if _UNFIT_FOR_URL.search(text):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and _has_plain_host(parts)
    except ValueError:
        return False


def _has_plain_host(parts: SplitResult) -> bool:
    """`port` is read because it raises for one that is no number."""
    host = parts.hostname or ""
    named = ascii_host(host) is not None or _IP6.fullmatch(host) is not None
    return named and "@" not in parts.netloc and parts.port != 0


def ascii_host(host: str) -> str | None:
    """The host as name servers know it, by IDNA 2008; None where it could not be one."""
    try:
        plain = host if host.isascii() else idna.uts46_remap(host, std3_rules=False)
        found = ".".join(map(_ascii_label, plain.lower().removesuffix(".").split(".")))
    except (idna.IDNAError, UnicodeError):
        return None
    return found if 0 < len(found) <= _HOST_LENGTH else None


def _ascii_label(label: str) -> str:
    if label.isascii() and not label.startswith("xn--"):
        if _LABEL.fullmatch(label) is None:
            raise idna.IDNAError(label)
        return label
    return idna.alabel(label).decode()


def country(value: Any) -> str | None:
    """A country of ISO 3166 as two capital letters; a blank one is None."""
    text = plain(value)
    if not text:
        return None
    code = text.upper() if text.isascii() else text
    if code not in COUNTRIES:
        raise Wrong("unknown_country", 'Must be a country of ISO 3166-1, for example "US".')
    return code
