"""A server that wants TLS and a password, as those of the world do."""

from __future__ import annotations

import asyncio
import datetime as dt
import ssl
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.clients.mail.models import Mail
from services.clients.mail.operations import queue_mail
from services.clients.mail.tasks import send_mail
from tests.fixtures.api import Api

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

    def serve(self, ready: threading.Event, stop: threading.Event) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)

        async def run() -> None:
            loop = asyncio.get_running_loop()

            def session() -> SMTP:
                return SMTP(
                    self,
                    require_starttls=True,
                    tls_context=context,
                    authenticator=self.authenticate,
                    auth_required=True,
                    loop=loop,
                )

            server = await loop.create_server(session, "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            async with server:
                await loop.run_in_executor(None, stop.wait)

        asyncio.run(run())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(_certificate(tmp_path / "server.pem"))
    ready, stop = threading.Event(), threading.Event()
    thread = threading.Thread(target=made.serve, args=(ready, stop), daemon=True)
    thread.start()
    assert ready.wait(30)
    yield made
    stop.set()
    thread.join(30)


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def send(api: Api, server: Server, password: str) -> Mail:
    url = f"smtp+starttls://kim:{password}@127.0.0.1:{server.port}"
    object.__setattr__(api.runtime.settings, "smtp_url", url)
    with api.runtime.unit_of_work(api.origin()) as uow:
        mail_id = queue_mail(uow, "invitation", f"{uuid.uuid4().hex}@example.com", WORDS)
    assert send_mail(api.runtime) == 1
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


def test_a_server_that_cannot_say_who_it_is_gets_nothing(api: Api, server: Server) -> None:
    mail = send(api, server, "p%40ss")
    assert (mail.state, server.taken) == ("queued", [])
    assert "certificate" in (mail.problem or "").lower()
