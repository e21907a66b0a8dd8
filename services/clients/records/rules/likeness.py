"""What two records of one company have in common: keys that come out the same for both.

A host that many share says nothing about a company, so it makes no key.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from services.clients.records.rules.search_text import NAME_WORD
from services.clients.values.addresses import ascii_host
from services.clients.values.legal_forms import telling_words
from services.clients.values.public_hosts import own_host, own_mail_domain
from shared.values.folding import fold_spelling
from shared.values.text import NAME_LENGTH

# Points are left out of `S.A.`, and kept apart in `3.5`.
_POINT = re.compile(r"(?<!\d)\.|\.(?!\d)")


def name_key(company_name: str) -> str:
    """A name without capitals, accents, punctuation and the legal form at its end.

    It is folded less than for a search: what is refused has to be the same to a reader.
    """
    folded = fold_spelling(company_name)
    words = telling_words(NAME_WORD.findall(_POINT.sub("", folded)))
    return (" ".join(words) or folded)[:NAME_LENGTH]


def website_host(website: str | None) -> str | None:
    """The host of a web address that passed the check; None where it is nobody's own."""
    host = ascii_host(urlsplit(website).hostname or "") if website else None
    return None if host is None else own_host(host)


def email_domain(address: str) -> str | None:
    """The domain of an e-mail address; None where anybody can have an address."""
    domain = ascii_host(address.rpartition("@")[2])
    return None if domain is None else own_mail_domain(domain)
