"""The six steps: what each is called, what part of a client it takes, and what its fields are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from web.shell.texts import gettext, noted


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the form; `names` are the fields of a client that it takes."""

    name: str
    title: str
    names: tuple[str, ...] = ()
    tab: str = "details"

    @property
    def template(self) -> str:
        """What its fields look like."""
        return f"client_form/{self.name}.html"


STEPS: Final = (
    Step(
        "basic",
        noted("Basic information"),
        ("company_name", "client_code", "website", "industry", "primary_contact", "address"),
    ),
    Step(
        "business",
        noted("Business details"),
        (
            "company_size",
            "annual_revenue",
            "tax_id",
            "primary_service_type",
            "compliance_requirements",
            "current_systems",
            "technical_requirements",
        ),
    ),
    Step("rates", noted("Service rates"), ("rates",), "rates"),
    Step("contacts", noted("Contacts"), ("contacts",), "contacts"),
    Step("documents", noted("Documents"), (), "documents"),
    Step(
        "settings", noted("Settings"), ("settings", "status", "tags", "owner_id", "custom_fields")
    ),
)
BY_NAME: Final = {step.name: step for step in STEPS}
#: A step's name in the address of a page.
ANY_STEP: Final = f"any({', '.join(step.name for step in STEPS)})"

# What fields are called where they are named away from their place.
_LABELS: Final = {
    "company_name": noted("Company name"),
    "client_code": noted("Client code"),
    "website": noted("Website"),
    "industry": noted("Industry"),
    "primary_contact": noted("Main contact"),
    "primary_contact.name": noted("Name of the main contact"),
    "primary_contact.email": noted("Email of the main contact"),
    "primary_contact.phone": noted("Phone of the main contact"),
    "address": noted("Address"),
    "address.street": noted("Street"),
    "address.city": noted("City"),
    "address.state": noted("State"),
    "address.county": noted("County"),
    "address.postal_code": noted("Postal code"),
    "address.country": noted("Country"),
    "company_size": noted("Company size"),
    "annual_revenue": noted("Annual revenue"),
    "tax_id": noted("Tax id"),
    "primary_service_type": noted("Main service"),
    "compliance_requirements": noted("Compliance standards"),
    "current_systems": noted("Current systems"),
    "technical_requirements": noted("Technical requirements"),
    "rates": noted("Service rates"),
    "contacts": noted("Contacts"),
    "status": noted("Status"),
    "tags": noted("Tags"),
    "owner_id": noted("Owner"),
    "settings.email_notifications": noted("Email notifications"),
    "settings.quarterly_reports": noted("Quarterly reports"),
    "settings.auto_invoicing": noted("Auto-invoicing"),
    "settings.auto_invoicing_frequency": noted("Invoiced"),
    "settings.internal": noted("Internal client"),
}
_OF_A_ROW: Final = {
    "position": noted("position"),
    "regular_rate": noted("regular rate"),
    "overtime_rate": noted("overtime rate"),
    "currency": noted("currency"),
    "valid_from": noted("valid from"),
    "valid_until": noted("until"),
    "name": noted("name"),
    "email": noted("email"),
    "phone": noted("phone"),
    "title": noted("title"),
    "roles": noted("roles"),
}
_ROW: Final = re.compile(r"(rates|contacts)\[(\d+)\](?:\.(\w+))?")


def step_of(field: str) -> Step:
    """The step on which a field stands; the first for one that is on none."""
    top = re.split(r"[.\[]", field, maxsplit=1)[0]
    return next((step for step in STEPS if top in step.names), STEPS[0])


def label_of(field: str) -> str:
    """What a field is called: `rates[1].position` is *Rate 2, position*."""
    if row := _ROW.fullmatch(field):
        one = gettext("Rate") if row[1] == "rates" else gettext("Contact")
        part = gettext(_OF_A_ROW[row[3]]) if row[3] in _OF_A_ROW else ""
        return f"{one} {int(row[2]) + 1}" + (f", {part}" if part else "")
    if field in _LABELS:
        return gettext(_LABELS[field])
    return field.removeprefix("custom_fields.").replace("_", " ").capitalize()


def near(step: Step, by: int) -> Step | None:
    """The step before or after; None past the ends."""
    at = STEPS.index(step) + by
    return STEPS[at] if 0 <= at < len(STEPS) else None
