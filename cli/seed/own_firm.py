"""The invented firm itself: where it is, how it is paid, and who works there."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from cli.seed.api import Api

_FIRM: Final = {
    "street": "500 Robert St N",
    "city": "Saint Paul",
    "state": "Minnesota",
    "postal_code": "55101",
    "tax_id": "41-5550147",
    "payment_instructions": "By bank transfer. Name the number of the invoice.",
    "bank_details": "Bank of the Example · routing 000000000 · account 5550147",
    "invoice_terms": "Net 30 days.",
    "invoice_due_days": 30,
}
#: Who does all that is done in the firm: the name, and the role. The first of them manages.
PEOPLE: Final = (("Avery Lund", "manager"), ("Sofia Marek", "member"), ("Jonas Weir", "member"))


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works in the firm, and the API as they call it."""

    name: str
    user_id: str
    api: Api


def describe_firm(api: Api) -> None:
    """Say where the firm is and how it is paid, as its invoices do; only where nobody has."""
    found = api.get("/v1/workspace")
    if found["street"] is None:
        api.send("PATCH", "/v1/workspace", _FIRM, headers={"If-Match": f'"{found["version"]}"'})


@contextmanager
def staff(api: Api, token: str) -> Iterator[list[Colleague]]:
    """The people, in their order, signed in for as long as this lasts.

    Their passwords derive from the owner's token: nobody else knows them, and a start that was
    interrupted finds them again.
    """
    known = {each["email"]: each["id"] for each in api.get("/v1/users?limit=200")["data"]}
    people = [_colleague(api, token, known, name, role) for name, role in PEOPLE]
    try:
        yield people
    finally:
        for each in people:
            each.api.sign_out()


def _colleague(api: Api, token: str, known: Mapping[str, str], name: str, role: str) -> Colleague:
    first, _, _ = name.lower().partition(" ")
    email = f"{first}@northwind.example.com"
    password = hmac.digest(token.encode(), email.encode(), "sha256").hex()
    if (user_id := known.get(email)) is None:
        body = {"name": name, "email": email, "role": role, "password": password}
        user_id = str(api.send("POST", "/v1/users", body)["id"])
    return Colleague(name, user_id, api.signed_in(email, password))
