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


@dataclass(frozen=True, slots=True)
class Mailer:
    """A mail server; each message takes a connection of its own."""

    url: str

    def send(self, message: EmailMessage) -> None:
        """Hand a message over; raises `MailRefused` or `MailNotTaken`."""
        try:
            server = self._connect()
            with contextlib.closing(server):
                self._prepare(server)
                server.send_message(message)
                # The message is the server's by now, whatever it says to this.
                with contextlib.suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _answered(code, words) from error
        except smtplib.SMTPAuthenticationError as error:
            raise MailNotTaken(_words(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPResponseException as error:
            raise _answered(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailNotTaken(str(error) or type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 25)
        if parts.scheme == "smtps":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
        return smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)

    def _prepare(self, server: smtplib.SMTP) -> None:
        parts = urlsplit(self.url)
        server.ehlo()
        must_encrypt = parts.scheme == "smtp+starttls"
        if must_encrypt or (parts.scheme == "smtp" and server.has_extn("starttls")):
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))


def _answered(code: int, words: bytes | str) -> MailRefused | MailNotTaken:
    kind = MailRefused if code >= 500 else MailNotTaken
    return kind(_words(code, words))


def _words(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"
