"""The embedded engines, where they are hardest to run, and servers of one's own instead."""

from __future__ import annotations

import os
import signal
import smtplib
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path

import httpx
import psycopg
import pytest
import redis

from devstack.data_folder import DataFolder
from devstack.engines import Engines
from devstack.errors import StackError
from devstack.ports import free_port
from devstack.replaced import require_reachable
from tests.fixtures.engines import RunningEngines, start_engines
from tests.fixtures.processes import alive, family
from tests.fixtures.waiting import eventually


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """A folder that no other user can pass."""
    tmp_path.chmod(0o700)
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    return folder


def test_postgres_runs_in_a_folder_that_other_users_cannot_reach(private: Path) -> None:
    process, running = start_engines(private / "data")
    try:
        with psycopg.connect(running.admin_url) as connection:
            version = connection.execute("SHOW server_version_num").fetchone()
            assert version is not None
            assert version[0].startswith("18")
            assert connection.execute("SELECT lower('ÄÉ')").fetchone() == ("äé",)
    finally:
        process.terminate()
        assert process.wait(30) == 0


def test_killing_their_parent_ends_all_engines_and_they_start_again(private: Path) -> None:
    process, running = start_engines(private / "data")
    with psycopg.connect(running.admin_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (n int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    everyone = family(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    eventually("nothing is left", lambda: not alive(everyone))
    unfinished = private / "data" / "s3" / "clientele" / ".rclone_temp_put_1"
    unfinished.write_bytes(b"half of a fi")
    process, running = start_engines(private / "data")
    try:
        with psycopg.connect(running.admin_url) as connection:
            assert connection.execute("SELECT n FROM kept").fetchone() == (7,)
        assert not unfinished.exists()
    finally:
        process.terminate()
        process.wait(30)


def test_postgres_asks_for_a_password_and_listens_on_loopback_only(
    engines: RunningEngines,
) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"password|authentication"):
        psycopg.connect(engines.admin_url.replace("postgres:", "postgres:wrong"))
    with psycopg.connect(engines.admin_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)


def test_redis_refuses_rather_than_forgets(engines: RunningEngines) -> None:
    with redis.Redis.from_url(engines.environment["CLIENTELE_BROKER_URL"]) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendfsync") == {"appendfsync": "everysec"}


def test_redis_asks_for_a_password(engines: RunningEngines) -> None:
    url = engines.environment["CLIENTELE_BROKER_URL"]
    client = redis.Redis.from_url("redis://" + url.partition("@")[2])
    with client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_the_store_refuses_unsigned_requests(engines: RunningEngines) -> None:
    endpoint = engines.environment["CLIENTELE_S3_ENDPOINT"]
    assert httpx.get(f"{endpoint}/clientele/anything").is_client_error


def test_mail_is_kept_and_not_sent_on(engines: RunningEngines) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Hello", "a@example.com", "b@example.com"
    message.set_content("Grüße")
    host, _, port = engines.environment["CLIENTELE_SMTP_URL"].partition("//")[2].partition(":")
    with smtplib.SMTP(host, int(port)) as client:
        client.send_message(message)
    kept = [found["Subject"] for found in Maildir(str(engines.mailbox))]
    assert kept.count("Hello") == 1


def test_a_replaced_engine_is_not_started(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.lock()
    found = Engines.of(folder, folder.config()).stages(
        {"CLIENTELE_DATABASE_URL": "postgresql://db.example:5432", "CLIENTELE_SMTP_URL": "smtp://m"}
    )
    assert [[spec.name for spec in stage] for stage in found] == [["redis"], ["s3"]]


@pytest.mark.parametrize(
    ("variable", "scheme"),
    [
        ("CLIENTELE_DATABASE_URL", "postgresql"),
        ("CLIENTELE_BROKER_URL", "redis"),
        ("CLIENTELE_S3_ENDPOINT", "http"),
        ("CLIENTELE_SMTP_URL", "smtp"),
    ],
)
def test_a_replaced_server_that_does_not_answer_is_named_without_its_password(
    variable: str, scheme: str
) -> None:
    url = f"{scheme}://jo:hush@127.0.0.1:{free_port()}"
    with pytest.raises(StackError) as caught:
        require_reachable({variable: url})
    assert f"named by {variable}" in caught.value.problem
    assert "hush" not in str(caught.value)


def test_a_replaced_address_that_is_none_is_refused() -> None:
    with pytest.raises(StackError, match="CLIENTELE_BROKER_URL is not an address"):
        require_reachable({"CLIENTELE_BROKER_URL": "carrier pigeon"})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes its user")
def test_postgres_does_not_run_as_root(engines: RunningEngines) -> None:
    with psycopg.connect(engines.admin_url) as connection:
        found = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert found is not None
        assert Path(f"/proc/{found[0]}").stat().st_uid != 0
