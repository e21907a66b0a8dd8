"""Mail is sent if and only if its change was committed; twice only after a kill, and counted."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.clients.gateway.breaker import Breaker
from services.clients.mail.models import Mail
from services.clients.mail.operations import purge_mails, queue_mail
from services.clients.mail.rules import LEASE, PAUSES
from services.clients.mail.tasks import send_mail
from shared.clock import now
from tests.fixtures.api import Api
from tests.fixtures.engines import RunningEngines
from tests.fixtures.mailbox import link_in, mails_to, text_of

LINK = "http://127.0.0.1:8080/invitation/cin_very-secret"
WORDS = {
    "invited_by": "Kim <b>Lee</b>",
    "workspace": "Acme & Söhne",
    "link": LINK,
    "good_until": "4 December 2026, 09:30",
}


_TRIED = text(
    "UPDATE mails SET attempts = :attempts, next_at = clock_timestamp() + interval '1 minute'"
)


def queue(api: Api, address: str, **more: Any) -> uuid.UUID:
    with api.runtime.unit_of_work(api.origin()) as uow:
        return queue_mail(uow, "invitation", address, WORDS, **more)


def kept(api: Api, mail_id: uuid.UUID) -> Mail:
    with api.runtime.unit_of_work(api.origin()) as uow:
        return uow.session.get_one(Mail, mail_id)


def pass_by(api: Api, time: timedelta) -> None:
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE mails SET next_at = next_at - :time"), {"time": time})


@pytest.fixture
def address() -> str:
    return f"{uuid.uuid4().hex}@example.com"


def test_a_mail_is_sent_once_as_text_and_html(
    api: Api, engines: RunningEngines, address: str
) -> None:
    mail_id = queue(api, address)
    assert send_mail(api.runtime) == 1
    assert send_mail(api.runtime) == 0
    [mail] = mails_to(engines.mailbox, address)
    assert mail["Subject"] == "Kim <b>Lee</b> has invited you to Acme & Söhne"
    assert mail["Message-ID"] == f"<{mail_id}@localhost>"
    assert link_in(mail) == LINK
    html = mail.get_body(("html",))
    assert html is not None
    assert "Kim &lt;b&gt;Lee&lt;/b&gt;" in html.get_content()
    assert (kept(api, mail_id).state, kept(api, mail_id).attempts) == ("sent", 1)


def test_a_change_that_is_rolled_back_sends_nothing(
    api: Api, engines: RunningEngines, address: str
) -> None:
    def fail() -> None:
        with api.runtime.unit_of_work(api.origin()) as uow:
            queue_mail(uow, "invitation", address, WORDS)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert send_mail(api.runtime) == 0
    assert mails_to(engines.mailbox, address) == []


def test_its_secrets_are_sealed_and_gone_once_it_is_sent(api: Api, address: str) -> None:
    mail_id = queue(api, address)
    sealed = kept(api, mail_id).sealed
    assert sealed is not None
    assert b"secret" not in sealed
    send_mail(api.runtime)
    assert kept(api, mail_id).sealed is None


def test_a_kill_after_the_servers_yes_sends_it_again_and_counts_that(
    api: Api, engines: RunningEngines, address: str, tmp_path: Path
) -> None:
    mail_id = queue(api, address)
    (tmp_path / "mail.after_sent").write_text("kill")
    environment = {**os.environ, **engines.environment, "CLIENTELE_FAILPOINTS": str(tmp_path)}
    environment["CLIENTELE_DATABASE_URL"] = api.runtime.settings.database_url
    environment["CLIENTELE_SECRET"] = api.runtime.settings.secret
    command = [sys.executable, "-m", "tests.integration.mail.one_sender"]
    killed = subprocess.run(command, env=environment, check=False, timeout=60)
    assert killed.returncode == -9
    assert send_mail(api.runtime) == 0
    pass_by(api, LEASE)
    assert send_mail(api.runtime) == 1
    first, second = mails_to(engines.mailbox, address)
    assert first["Message-ID"] == second["Message-ID"]
    assert text_of(first) == text_of(second)
    assert (kept(api, mail_id).state, kept(api, mail_id).repeated) == ("sent", 1)


def test_a_server_that_is_away_costs_no_mail_an_attempt_and_is_asked_by_one_at_a_time(
    api: Api, engines: RunningEngines, address: str
) -> None:
    there, clock = api.runtime.settings.smtp_url, [0.0]
    breaker = Breaker(retry_seconds=30, monotonic=lambda: clock[0])
    mails = [queue(api, address) for _ in range(5)]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        object.__setattr__(
            api.runtime.settings, "smtp_url", f"smtp://127.0.0.1:{closed.getsockname()[1]}"
        )
        for moment in (0.0, 1.0, 29.0, 31.0):
            clock[0] = moment
            assert send_mail(api.runtime, breaker) == 0
        waiting = [kept(api, each) for each in mails]
        assert {(each.state, each.attempts, each.repeated) for each in waiting} == {
            ("queued", 0, 0)
        }
        told = [each for each in waiting if each.problem is not None]
        assert len(told) == 2
        assert "refused" in (told[0].problem or "")
        assert told[0].next_at - now() > timedelta(seconds=20)
    object.__setattr__(api.runtime.settings, "smtp_url", there)
    pass_by(api, timedelta(seconds=30))
    clock[0] = 62.0
    assert send_mail(api.runtime, breaker) == 5
    assert {kept(api, each).state for each in mails} == {"sent"}
    assert len(mails_to(engines.mailbox, address)) == 5


def test_a_mail_that_breaks_off_each_time_is_given_up_and_holds_up_no_other(
    api: Api, address: str
) -> None:
    """Whatever it is that goes wrong with it: here it lacks words of its kind."""
    with api.runtime.unit_of_work(api.origin()) as uow:
        guilty = queue_mail(uow, "invitation", address, {})
    other = queue(api, address)
    for _ in range(len(PAUSES) + 2):
        send_mail(api.runtime)
        pass_by(api, LEASE)
    assert kept(api, other).state == "sent"
    assert (kept(api, guilty).state, kept(api, guilty).problem) == (
        "given_up",
        "Sending it broke off each time.",
    )


@pytest.mark.parametrize("attempts", [0, 1, 3])
def test_a_mail_waits_no_longer_for_a_clock_that_was_set_back(
    api: Api, address: str, attempts: int
) -> None:
    """Whether it is being tried by one that has died, or waits to be tried again."""
    mail_id = queue(api, address)
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(_TRIED, {"attempts": attempts})
    assert send_mail(api.runtime) == 0
    pass_by(api, timedelta(hours=-1))
    assert send_mail(api.runtime) == 1
    assert kept(api, mail_id).state == "sent"


def test_a_server_that_is_away_for_a_week_is_waited_for_no_longer(api: Api, address: str) -> None:
    mail_id = queue(api, address)
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE mails SET created_at = created_at - interval '6 days'"))
    object.__setattr__(api.runtime.settings, "smtp_url", "smtp://127.0.0.1:1")
    send_mail(api.runtime)
    assert (kept(api, mail_id).state, kept(api, mail_id).attempts) == ("queued", 1)


@contextmanager
def a_server(*answers: str) -> Iterator[str]:
    """A mail server that greets, then gives these answers to what it is told, one by one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb") as stream:
                stream.write(b"220 here\r\n")
                stream.flush()
                for answer in answers:
                    stream.readline()
                    stream.write(answer.encode() + b"\r\n")
                    stream.flush()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"smtp://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


@pytest.mark.parametrize(
    ("answers", "state", "problem"),
    [
        (("250 hi", "250 ok", "550 no such user", "250 reset"), "refused", "550 no such user"),
        (("250 hi", "250 ok", "451 try later", "250 reset"), "queued", "451 try later"),
        (("250 hi", "552 too much", "250 reset"), "refused", "552 too much"),
        (("250 hi", "250 ok"), "queued", "closed"),
    ],
)
def test_what_the_server_says_decides_and_is_kept(
    api: Api, address: str, answers: tuple[str, ...], state: str, problem: str
) -> None:
    mail_id = queue(api, address)
    with a_server(*answers) as url:
        object.__setattr__(api.runtime.settings, "smtp_url", url)
        assert send_mail(api.runtime) == 1
    mail = kept(api, mail_id)
    assert mail.state == state
    assert problem in (mail.problem or "")


@pytest.mark.parametrize(
    "answers",
    [
        ("250 hi", "250 ok", "550 <{}> unknown", "250 reset"),
        ("250 hi", "250 ok", "451 <{}> is over quota", "250 reset"),
        ("450 not for {}",) * 2,
    ],
    ids=["refused", "not_taken", "away"],
)
def test_what_the_server_says_of_the_recipient_is_kept_and_not_logged(
    api: Api, address: str, answers: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    mail_id = queue(api, address)
    with a_server(*(each.format(address) for each in answers)) as url:
        object.__setattr__(api.runtime.settings, "smtp_url", url)
        send_mail(api.runtime)
    assert address in (kept(api, mail_id).problem or "")
    assert str(mail_id) in caplog.text
    assert address not in caplog.text


def test_a_mail_whose_link_is_no_longer_good_is_not_sent(
    api: Api, engines: RunningEngines, address: str
) -> None:
    mail_id = queue(api, address, good_until=now())
    send_mail(api.runtime)
    assert kept(api, mail_id).state == "given_up"
    assert mails_to(engines.mailbox, address) == []


def test_two_that_send_at_once_send_it_once(
    api: Api, engines: RunningEngines, address: str
) -> None:
    for _ in range(5):
        queue(api, address)
    threads = [threading.Thread(target=send_mail, args=[api.runtime]) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(mails_to(engines.mailbox, address)) == 5


def test_a_mail_that_was_finished_long_ago_is_deleted(api: Api, address: str) -> None:
    mail_id = queue(api, address)
    send_mail(api.runtime)
    assert purge_mails(api.runtime.app_engine) == 0
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE mails SET finished_at = finished_at - interval '91 days'"))
    assert purge_mails(api.runtime.app_engine) == 1
    with api.runtime.unit_of_work(api.origin()) as uow:
        assert uow.session.get(Mail, mail_id) is None


def test_a_name_and_a_password_in_the_address_log_in(api: Api, address: str) -> None:
    """The sink offers no log-in, so it is the wish that shows."""
    host = api.runtime.settings.smtp_url.partition("//")[2]
    object.__setattr__(api.runtime.settings, "smtp_url", f"smtp://kim:p%40ss@{host}")
    mail_id = queue(api, address)
    send_mail(api.runtime)
    mail = kept(api, mail_id)
    assert mail.state == "queued"
    assert "AUTH" in (mail.problem or "")


def test_tls_that_is_insisted_on_and_not_offered_sends_nothing(
    api: Api, engines: RunningEngines, address: str
) -> None:
    host = api.runtime.settings.smtp_url.partition("//")[2]
    object.__setattr__(api.runtime.settings, "smtp_url", f"smtp+starttls://{host}")
    mail_id = queue(api, address)
    send_mail(api.runtime)
    assert kept(api, mail_id).state == "queued"
    assert "STARTTLS" in (kept(api, mail_id).problem or "")
    assert mails_to(engines.mailbox, address) == []
