"""A webhook leads to public addresses, and to those the firm allows; whatever a name says later."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.ids import uuid7
from tests.fixtures.sink import Reply, Sink
from tests.integration.webhooks.conftest import MakeOffice, Office

NAME = "hooks.example.test"


def _says(*answers: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """A name server that gives these answers in turn, the last one for ever."""
    left = list(answers)

    def resolve(host: str, port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


@pytest.fixture
def other_sink() -> Iterator[Sink]:
    """A neighbour that must never hear a word."""
    with Sink("127.0.0.2").serving() as serving:
        yield serving


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://127.0.0.1/x", "internal_address"),
        ("https://localhost:8000/x", "internal_address"),
        ("https://[::1]/x", "internal_address"),
        ("https://[::ffff:10.0.0.1]/x", "internal_address"),
        ("https://[64:ff9b::a00:1]/x", "internal_address"),
        ("https://169.254.169.254/latest/meta-data", "internal_address"),
        ("https://2130706433/x", "internal_address"),
        ("https://0x7f.1/x", "internal_address"),
        ("https://192.168.1.1:8443/x", "internal_address"),
        ("http://93.184.216.34/x", "not_encrypted"),
        ("https://no-such-host.invalid/x", "unresolvable"),
        ("https://user:secret@example.com/x", "invalid_url"),
        ("https://example.com/x#part", "invalid_url"),
        ("ftp://example.com/x", "invalid_url"),
        ("https:///x", "invalid_url"),
        ("example.com/x", "invalid_url"),
        ("https://[::1/x", "invalid_url"),
    ],
)
def test_a_url_that_leads_inside_is_refused_when_it_is_given(
    make_office: MakeOffice, url: str, code: str
) -> None:
    office = make_office(allow="")
    answer = office.call("POST", "", {"url": url, "types": ["*"]})
    assert answer.status_code == 422, answer.text
    assert answer.json["code"] == "webhooks.address_refused"
    assert [each["code"] for each in answer.json["errors"]] == [code]
    assert office.ok("GET")["data"] == []


def test_a_change_of_the_url_is_looked_at_as_well(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    answer = office.call("PATCH", f"/{webhook['id']}", {"url": "https://10.0.0.1/x"})
    assert answer.status_code == 422
    assert office.webhook(webhook)["url"] == webhook["url"]


@pytest.fixture
def named(office: Office, sink: Sink) -> Any:
    """A webhook whose URL has a name, as if that had been public when it was given."""
    webhook = office.add(sink.url())
    url = sink.url(host=NAME)
    office.database.execute("UPDATE webhooks SET url = %s WHERE id = %s", (url, webhook["id"]))
    return webhook


def test_a_name_that_comes_to_mean_an_inner_address_is_not_connected_to(
    office: Office, sink: Sink, named: Any
) -> None:
    sink.decide = lambda _: Reply(headers={"Connection": "close"})
    resolve = _says(["127.0.0.1"], ["169.254.169.254"])
    for _ in range(2):
        office.tell(uuid7())
        office.dispatch(resolve)
    assert len(sink.received) == 1
    first, second = office.deliveries(named)
    assert first["state"] == "delivered"
    assert second["attempts"][0]["error"] == "address_refused"


def test_no_connection_is_opened_to_an_address_that_is_not_allowed(
    office: Office, other_sink: Sink
) -> None:
    """Not even where one of its addresses is."""
    webhook = office.add(f"http://127.0.0.1:{other_sink.port}/")
    url = f"http://{NAME}:{other_sink.port}/"
    office.database.execute("UPDATE webhooks SET url = %s WHERE id = %s", (url, webhook["id"]))
    office.tell(uuid7())
    office.dispatch(_says(["127.0.0.1", "127.0.0.2"]))
    assert other_sink.connections == 0
    (delivery,) = office.deliveries(webhook)
    assert delivery["attempts"][0]["error"] == "address_refused"


def test_an_address_in_the_url_itself_is_looked_at_when_connecting(
    office: Office, other_sink: Sink
) -> None:
    """The list of allowed networks may have become shorter since."""
    webhook = office.add(f"http://127.0.0.1:{other_sink.port}/")
    url = other_sink.url()
    office.database.execute("UPDATE webhooks SET url = %s WHERE id = %s", (url, webhook["id"]))
    office.tell(uuid7())
    office.dispatch()
    assert other_sink.connections == 0
    (delivery,) = office.deliveries(webhook)
    assert delivery["attempts"][0]["error"] == "address_refused"


def test_a_redirection_to_the_metadata_service_leads_nowhere(office: Office, sink: Sink) -> None:
    webhook = office.add(sink.url())
    sink.decide = lambda _: Reply(302, {"Location": "http://169.254.169.254/latest/meta-data"})
    office.tell(uuid7())
    office.dispatch()
    (delivery,) = office.deliveries(webhook)
    assert [each["error"] for each in delivery["attempts"]] == ["redirected"]


def test_a_name_that_nobody_knows_is_a_failure(office: Office, named: Any) -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError(host)

    office.tell(uuid7())
    office.dispatch(unknown)
    (delivery,) = office.deliveries(named)
    assert delivery["attempts"][0]["error"] in {"unresolvable", "unreachable"}


def test_by_tls_the_name_of_the_url_is_asked_for_and_the_checked_address_connected_to(
    office: Office, tmp_path: Path
) -> None:
    """The certificate is of the name alone, so it would not do for the address."""
    server, client = _tls(tmp_path)
    names: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: names.append(name)
    with Sink(tls=server).serving() as sink:
        webhook = office.add(f"http://127.0.0.1:{sink.port}/")
        url = sink.url("/path?q=1", host=NAME)
        office.database.execute("UPDATE webhooks SET url = %s WHERE id = %s", (url, webhook["id"]))
        office.tell(uuid7())
        office.dispatch(_says(["127.0.0.1"]), tls=client)
        (got,) = sink.received
    assert names == [NAME]
    assert (got.path, got.headers["host"]) == ("/path?q=1", f"{NAME}:{sink.port}")


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    office: Office, tmp_path: Path
) -> None:
    server, _ = _tls(tmp_path)
    with Sink(tls=server).serving() as sink:
        webhook = office.add(f"http://127.0.0.1:{sink.port}/")
        url = sink.url(host=NAME)
        office.database.execute("UPDATE webhooks SET url = %s WHERE id = %s", (url, webhook["id"]))
        office.tell(uuid7())
        office.dispatch(_says(["127.0.0.1"]))
        assert sink.received == []
    (delivery,) = office.deliveries(webhook)
    assert delivery["attempts"][0]["error"] == "tls_failed"


def _tls(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's side with a certificate of `NAME`, and a client's that trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        certificate.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    client = ssl.create_default_context(cafile=str(file))
    return server, client


def test_the_neighbour_could_be_reached(other_sink: Sink) -> None:
    """Otherwise its silence would prove nothing."""
    with urllib.request.urlopen(other_sink.url(), data=b"{}") as answer:
        assert answer.status == 204
    assert other_sink.connections == 1
    assert ipaddress.ip_address(other_sink.host).is_loopback
