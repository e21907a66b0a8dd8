"""What two records of one company have in common: keys that come out the same for both.

A host that many share says nothing about a company, so it makes no key.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from services.clients.values.legal_forms import telling_words
from shared.values.folding import fold
from shared.values.text import NAME_LENGTH


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_WORD = re.compile(r"[^\W_]+")

# RFC 2606: hosts for examples. Only these themselves: acme.example.com is a company in one.
_RESERVED = frozenset({"example.com", "example.net", "example.org"})
_RESERVED_ENDS = (".example", ".invalid", ".localhost", ".test")

# Mail for everyone. These have a domain in many countries.
_MAIL_FAMILIES = re.compile(
    r"(aol|bigpond|btinternet|daum|gmx|googlemail|gmail|hanmail|hotmail|icloud|live|mail|msn|"
    r"naver|outlook|proton|protonmail|rediffmail|rocketmail|seznam|terra|tutanota|windowslive|"
    r"yahoo|yandex|ymail|zoho|zohomail)\.[a-z]{2,4}(\.[a-z]{2})?"
)
_MAIL_HOSTS = _words(
    """
    126.com 139.com 163.com 189.cn abv.bg alice.it arcor.de att.net bellsouth.net
    blueyonder.co.uk bluewin.ch bol.com.br centrum.cz centurylink.net charter.net chello.nl
    club-internet.fr comcast.net cox.net duck.com earthlink.net email.com email.cz fastmail.com
    fastmail.fm free.fr freenet.de frontier.com fsmail.net hey.com home.nl hushmail.com
    inbox.com inbox.lv inbox.ru interia.pl juno.com kpnmail.nl laposte.net libero.it list.ru
    mac.com mailbox.org mailfence.com me.com netzero.net neuf.fr ntlworld.com o2.pl online.no
    onet.pl optonline.net optusnet.com.au orange.fr planet.nl pm.me posteo.de qq.com runbox.com
    sapo.pt sbcglobal.net sfr.fr shaw.ca sina.com sky.com sohu.com sympatico.ca t-online.de
    talktalk.net telenet.be telus.net tin.it tiscali.it uol.com.br verizon.net videotron.ca
    virgilio.it virgin.net virginmedia.com voila.fr wanadoo.fr web.de windstream.net wp.pl
    xtra.co.nz yeah.net ziggo.nl
    """
)
# Companies live in paths there, not under hosts of their own.
_SHARED_SITES = _words(
    """
    about.com about.me amazon.com behance.net bit.ly business.site dropbox.com etsy.com
    facebook.com fb.com github.com goo.gl google.com instagram.com linkedin.com linktr.ee
    m.facebook.com maps.google.com medium.com meetup.com notion.site notion.so pinterest.com
    sites.google.com t.me tiktok.com tripadvisor.com tumblr.com twitter.com vimeo.com vk.com
    wa.me web.facebook.com wordpress.com x.com xing.com yell.com yelp.com youtu.be youtube.com
    """
)
_NOBODYS = _RESERVED | _MAIL_HOSTS | _SHARED_SITES


def name_key(company_name: str) -> str:
    """A name without capitals, accents, punctuation and the legal form at its end."""
    folded = fold(company_name)
    words = telling_words(_WORD.findall(folded.replace(".", "")))
    return (" ".join(words) or folded)[:NAME_LENGTH]


def website_host(website: str | None) -> str | None:
    """The host of a web address that passed the check; None where it is nobody's own."""
    return _own(urlsplit(website).hostname or "") if website else None


def email_domain(address: str) -> str | None:
    """The domain of an e-mail address; None where anybody can have an address."""
    return _own(address.rpartition("@")[2])


def _own(host: str) -> str | None:
    """The host as all its spellings have it, where it can be one company's."""
    plain = _ascii(host.lower().rstrip(".").removeprefix("www."))
    is_named = "." in plain and ":" not in plain and not plain.replace(".", "").isdigit()
    is_shared = plain in _NOBODYS or _MAIL_FAMILIES.fullmatch(plain) is not None
    return plain if is_named and not is_shared and not plain.endswith(_RESERVED_ENDS) else None


def _ascii(host: str) -> str:
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return host
