"""The invented firm itself: where it is, how it is paid, and who works there."""

from __future__ import annotations

import secrets
from typing import Any, Final

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
#: Who enters hours, and who looks after clients: the name, and the role.
PEOPLE: Final = (("Avery Lund", "manager"), ("Sofia Marek", "member"), ("Jonas Weir", "member"))


def describe_firm(api: Api) -> None:
    """Say where the firm is and how it is paid, as its invoices do; only where nobody has."""
    found = api.get("/v1/workspace")
    if found["street"] is None:
        api.send("PATCH", "/v1/workspace", _FIRM, headers={"If-Match": f'"{found["version"]}"'})


def employ(api: Api) -> list[str]:
    """The ids of the people, in their order. Nobody knows their passwords, which are drawn."""
    known = {each["email"]: each["id"] for each in api.get("/v1/users?limit=200")["data"]}
    return [known.get(_email(name)) or _sign_up(api, name, role) for name, role in PEOPLE]


def _email(name: str) -> str:
    first, _, _ = name.lower().partition(" ")
    return f"{first}@northwind.example.com"


def _sign_up(api: Api, name: str, role: str) -> str:
    drawn = secrets.token_urlsafe(24)
    body: dict[str, Any] = {"name": name, "email": _email(name), "role": role, "password": drawn}
    return str(api.send("POST", "/v1/users", body)["id"])
