"""A server that wants TLS and a password, as those of the world do."""

from __future__ import annotations

import asyncio
import ssl
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from services.clients.mail.models import Mail
from services.clients.mail.operations import queue_mail
from services.clients.mail.tasks import send_mail
from tests.fixtures.api import Api
from tests.fixtures.mail_server import make_certificate, serving

WORDS = {"invited_by": "Kim", "workspace": "Acme", "link": "http://x/y", "good_until": "tomorrow"}


@dataclass
class Server:
    """It takes mail over TLS from who knows the password."""

    certificate: Path
    port: int = 0
    taken: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        assert session.ssl is not None
        assert session.auth_data is not None
        self.taken += envelope.rcpt_tos
        return "250 taken"

    def authenticate(self, server: Any, session: Any, envelope: Any, how: str, data: Any) -> Any:
        known = LoginPassword(b"kim", b"p@ss")
        return AuthResult(success=data == known, handled=data == known, auth_data=data)

    def session(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return SMTP(
            self,
            require_starttls=True,
            tls_context=context,
            authenticator=self.authenticate,
            auth_required=True,
            loop=loop,
        )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(make_certificate(tmp_path / "server.pem"))
    with serving(made.session) as made.port:
        yield made


def send(api: Api, server: Server, password: str) -> Mail:
    url = f"smtp+starttls://kim:{password}@127.0.0.1:{server.port}"
    object.__setattr__(api.runtime.settings, "smtp_url", url)
    with api.runtime.unit_of_work(api.origin()) as uow:
        mail_id = queue_mail(uow, "invitation", f"{uuid.uuid4().hex}@example.com", WORDS)
    send_mail(api.runtime)
    with api.runtime.unit_of_work(api.origin()) as uow:
        return uow.session.get_one(Mail, mail_id)


def test_it_is_sent_over_tls_by_name_and_password(
    api: Api, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    mail = send(api, server, "p%40ss")
    assert (mail.state, server.taken) == ("sent", [mail.recipient])


def test_a_wrong_password_is_tried_again_later(
    api: Api, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    mail = send(api, server, "wrong")
    assert (mail.state, server.taken) == ("queued", [])
    assert "535" in (mail.problem or "")
    assert mail.attempts == 0


def test_a_server_that_cannot_say_who_it_is_gets_nothing(api: Api, server: Server) -> None:
    mail = send(api, server, "p%40ss")
    assert (mail.state, server.taken) == ("queued", [])
    assert "certificate" in (mail.problem or "").lower()
