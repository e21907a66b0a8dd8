"""B9: through a mail server of the world, there and back."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from click.testing import CliRunner
from sqlalchemy import text

from cli.mail import mail as mail_command
from services.clients.mail.models import Mail
from services.clients.mail.operations import queue_mail
from services.clients.mail.tasks import send_mail
from tests.fixtures.api import Api
from tests.fixtures.mail_server import make_certificate, serving
from tests.fixtures.postfix import postfix
from tests.fixtures.waiting import eventually

WORDS = {"invited_by": "Kim", "workspace": "Acme", "link": "http://x/y", "good_until": "tomorrow"}


@dataclass
class World:
    """Where mail ends: it has every mailbox but those of `nobody`."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address.startswith("nobody."):
            return "550 5.1.1 mailbox unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.kept.update(dict.fromkeys(envelope.rcpt_tos, envelope.content))
        return "250 OK"

    def session(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        return SMTP(self, loop=loop)

    def mail_to(self, address: str) -> bytes:
        return eventually(f"mail to {address}", lambda: self.kept.get(address), seconds=60) or b""


def queue(api: Api, address: str) -> uuid.UUID:
    with api.runtime.unit_of_work(api.origin()) as uow:
        return queue_mail(uow, "invitation", address, WORDS)


def kept(api: Api, mail_id: uuid.UUID) -> Mail:
    with api.runtime.unit_of_work(api.origin()) as uow:
        return uow.session.get_one(Mail, mail_id)


def due_now(api: Api) -> None:
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE mails SET next_at = created_at"))


def test_it_arrives_and_what_comes_back_is_noted(
    api: Api, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, world, here = make_certificate(tmp_path / "server.pem"), World(), uuid.uuid4().hex
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sender = f"records.{here}@firm.example.com"
    object.__setattr__(api.runtime.settings, "mail_from", f"Firm <{sender}>")
    good, bad = (f"{name}.{here}@client.example.com" for name in ("jo", "nobody"))
    with (
        serving(world.session) as onward,
        postfix(certificate, onward, "p@ss") as port,
    ):
        sent = [queue(api, each) for each in (good, bad)]
        for password, tried, state in (("wrong", 0, "queued"), ("p%40ss", 2, "sent")):
            url = f"smtp+starttls://kim:{password}@127.0.0.1:{port}"
            object.__setattr__(api.runtime.settings, "smtp_url", url)
            due_now(api)
            assert send_mail(api.runtime) == tried
            assert {kept(api, each).state for each in sent} == {state}
        arrived = message_from_bytes(world.mail_to(good), policy=default)
        report = world.mail_to(sender)
    assert isinstance(arrived, EmailMessage)
    assert arrived["Message-ID"] == f"<{sent[0]}@firm.example.com>"
    assert arrived.get_body(("html",)) is not None
    said = CliRunner().invoke(mail_command, ["returned"], input=report, env=environment)
    assert said.output.startswith(f"{sent[1]} came back: "), said.output
    back = kept(api, sent[1])
    assert (back.state, "mailbox unknown" in (back.problem or "")) == ("bounced", True)
    assert kept(api, sent[0]).state == "sent"
    again = CliRunner().invoke(mail_command, ["returned"], input=world.kept[good], env=environment)
    assert again.output == "No report of a mail that came back.\n"
