"""B9: a report of a failed delivery is read, and nothing else is taken for one."""

from __future__ import annotations

import uuid
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.clients.correspondence.rules.bounces import Bounce, read_bounce

MAIL = uuid.UUID("0199c2f0-6c2e-7a51-8a3e-5b1f0c9d4e01")


def report(action: str, original: MIMEBase | MIMEText) -> bytes:
    """As Postfix writes one."""
    whole = MIMEMultipart("report", report_type="delivery-status")
    whole.attach(MIMEText("I am sorry to have to inform you…"))
    status = MIMEBase("message", "delivery-status")
    recipient = EmailMessage()
    recipient["Final-Recipient"] = "rfc822; jo@acme.example.com"
    recipient["Action"] = action
    recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 <jo@acme.example.com>: mailbox   unknown"
    server = EmailMessage()
    server["Reporting-MTA"] = "dns; mail.example.com"
    status.set_payload([server, recipient])
    whole.attach(status)
    whole.attach(original)
    return whole.as_bytes()


def whole(message_id: str = f"<{MAIL}@example.com>") -> MIMEBase:
    sent = EmailMessage()
    sent["Message-ID"], sent["Subject"] = message_id, "Invoice"
    sent.set_content("Hello")
    part = MIMEBase("message", "rfc822")
    part.set_payload([sent])
    return part


@pytest.mark.parametrize("header_alone", [False, True])
def test_the_reason_is_found_for_the_mail_that_came_back(header_alone: bool) -> None:
    headers = MIMEText(f"Message-ID: <{MAIL}@example.com>\nSubject: Invoice\n", "rfc822-headers")
    found = read_bounce(report("failed", headers if header_alone else whole()))
    assert found == Bounce(MAIL, "550 5.1.1 <jo@acme.example.com>: mailbox unknown")


def test_what_is_no_failure_of_ours_is_none() -> None:
    assert read_bounce(report("delayed", whole())) is None
    assert read_bounce(report("failed", whole("<someone-elses@example.com>"))) is None
    answer = EmailMessage()
    answer["In-Reply-To"] = f"<{MAIL}@example.com>"
    answer.set_content("I am away until Monday. Action: failed")
    assert read_bounce(answer.as_bytes()) is None


@given(st.binary(max_size=2_000), st.integers(0, 1_500))
def test_no_mail_is_too_broken_to_be_let_pass(noise: bytes, at: int) -> None:
    read_bounce(noise)
    good = report("failed", whole())
    read_bounce(good[:at] + noise + good[at:])
