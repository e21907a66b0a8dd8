"""No log tells what was written, whatever fails. What the test writes itself has marks by which the
logs are looked through when the stack ends (`tests/fixtures/untold.py`)."""

from __future__ import annotations

import contextlib
import secrets
import uuid
from collections.abc import Iterator

from tests.fixtures import untold
from tests.fixtures.firm import LINE, Firm
from tests.fixtures.system import System, database_away
from tests.fixtures.waiting import eventually

# What a request writes into, and a consumer.
TABLES = {"clients": ("clients", "notes", "users", "imports"), "activity": ("events",)}


def _mark() -> str:
    return f"w-{uuid.uuid4().hex}"


def _write_all(firm: Firm) -> list[int]:
    """One of each kind of what is nobody's business; the answers' statuses."""
    email = f"{_mark()}@example.com"
    contact = {"name": _mark(), "email": email}
    client = {
        "company_name": _mark(), "tax_id": "98-7654321", "current_systems": _mark(),
        "primary_contact": contact, "allow_duplicate": True,
    }  # fmt: skip
    user = {"email": f"{_mark()}@example.com", "name": _mark(), "password": _mark(),
            "role": "member"}  # fmt: skip
    hook = {"url": f"https://93.184.216.34/{_mark()}", "types": ["*"]}
    token = f"crt_{secrets.token_urlsafe(32)}"
    return [
        firm.http.post(path, json=body).status_code
        for path, body in (
            ("/v1/clients", client),
            ("/v1/users", user),
            ("/v1/users", user),
            ("/v1/webhooks", hook),
            ("/v1/auth/sessions", {"email": user["email"], "password": _mark()}),
            ("/v1/auth/password-resets", {"email": user["email"]}),
            (f"/v1/auth/password-resets/{token}", {"password": _mark()}),
            (f"/v1/portal/invitations/{token}", {"password": _mark()}),
            ("/v1/imports?file_name=a.csv", _mark()),
            ("/v1/clients", _mark()),
        )
    ]


def _write_to(firm: Firm, client_id: str) -> None:
    """A note and a mail of a client, whether they are taken or not."""
    one = f"/v1/clients/{client_id}"
    firm.http.post(f"{one}/notes", json={"text": _mark()})
    made = firm.http.post(f"{one}/invoices", json={"lines": [{**LINE, "description": _mark()}]})
    if made.is_success:
        invoice = f"/v1/invoices/{made.json()['id']}"
        firm.http.post(f"{invoice}/issue", json={})
        firm.http.post(f"{invoice}/send", json={})


def _word_mails(firm: Firm) -> None:
    words = {"subject": f"{{number}} {_mark()}", "text": f"{_mark()}"}
    answer = firm.http.put("/v1/mail-wordings/invoice_issued", json=words)
    assert answer.is_success, answer.text


def test_a_system_that_is_well_tells_nothing(system: System, firm: Firm) -> None:
    _word_mails(firm)
    assert _write_all(firm)[:2] == [201, 201]
    made = firm.client(_mark())
    _write_to(firm, made["id"])
    firm.sees(made["id"], "clients.invoice.issued.v1")


def test_databases_that_are_away_are_told_of_without_what_was_to_be_written(
    system: System, firm: Firm
) -> None:
    made = firm.client(_mark())
    for service in (*TABLES, "metrics"):
        with database_away(system, service):
            _write_all(firm)
            _write_to(firm, made["id"])


_REFUSE = """
CREATE OR REPLACE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE check_violation USING MESSAGE = 'never', DETAIL = 'Failing row contains ' || NEW::text;
END $$
"""


@contextlib.contextmanager
def _refusing(system: System, service: str) -> Iterator[None]:
    """No row that is written meanwhile is right, and all of it is quoted: a constraint would quote
    what each column begins with."""
    with system.connect(service) as database:
        tables = TABLES[service]
        database.execute(_REFUSE)
        for table in tables:
            database.execute(
                f"CREATE TRIGGER never BEFORE INSERT OR UPDATE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION never()"
            )
        try:
            yield
        finally:
            for table in tables:
                database.execute(f"DROP TRIGGER never ON {table}")


def test_a_row_that_is_refused_is_told_of_without_its_values(system: System, firm: Firm) -> None:
    """PostgreSQL quotes it to whoever wrote it."""
    made = firm.client(_mark())
    with _refusing(system, "clients"):
        assert 500 in _write_all(firm)
        _write_to(firm, made["id"])


def test_an_envelope_that_is_parked_is_told_of_without_its_values(
    system: System, firm: Firm
) -> None:
    with _refusing(system, "activity"):
        firm.client(_mark(), current_systems=_mark())
        with system.connect("activity") as database:
            query = "SELECT id, detail FROM dead_letters WHERE state = 'parked'"
            letters = eventually("it is parked", lambda: database.execute(query).fetchall())
    details = "\n".join(detail for _, detail in letters)
    numbers = [str(number) for number, _ in letters]
    done = system.cli("dead-letters", "replay", "--service", "activity", *numbers)
    assert done.returncode == 0, done.stderr
    assert untold.lines_that_tell(details) == []
