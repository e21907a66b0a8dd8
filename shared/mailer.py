"""Handing mail to a server, which the address in `CLIENTELE_SMTP_URL` names.

`smtp://host:25` uses TLS where the server offers it; `smtp+starttls://` insists on it, and
`smtps://` begins with it. A name and a password in the address log in.
"""

from __future__ import annotations

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 15.0
_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailRefused(Exception):
    """The server will not take this message, now or later."""


class MailNotTaken(Exception):
    """The server did not take it this time; another time it may."""


class ServerAway(MailNotTaken):
    """The server takes no mail at all now: it is not there, or does not let us in."""


@dataclass(frozen=True, slots=True)
class Mailer:
    """A mail server; each message takes a connection of its own."""

    url: str

    def send(self, message: EmailMessage) -> None:
        """Hand a message over; raises `MailRefused`, `MailNotTaken` or `ServerAway`."""
        with contextlib.closing(self._ready()) as server:
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                code, words = next(iter(error.recipients.values()))
                raise _answered(code, words) from error
            except smtplib.SMTPResponseException as error:
                raise _answered(error.smtp_code, error.smtp_error) from error
            except (OSError, smtplib.SMTPException) as error:
                raise MailNotTaken(_said(error)) from error
            # The message is the server's by now, whatever it says to this.
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _ready(self) -> smtplib.SMTP:
        """A connection over which mail may be sent; raises `ServerAway`."""
        try:
            server = self._connect()
            try:
                self._prepare(server)
            except BaseException:
                server.close()
                raise
        except (OSError, smtplib.SMTPException) as error:
            raise ServerAway(_said(error)) from error
        return server

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 25)
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)

    def _prepare(self, server: smtplib.SMTP) -> None:
        parts = urlsplit(self.url)
        server.ehlo_or_helo_if_needed()
        must_encrypt = parts.scheme == "smtp+starttls"
        if must_encrypt or (parts.scheme == "smtp" and server.has_extn("starttls")):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))


def _answered(code: int, words: bytes | str) -> MailRefused | MailNotTaken:
    kind = MailRefused if code >= 500 else MailNotTaken
    return kind(_words(code, words))


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _words(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"
