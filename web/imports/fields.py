"""What a column of a file can stand for, in the words of the pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from web.shell.texts import gettext, noted

#: A heading, and fields by path.
Group = tuple[str, Sequence[tuple[str, str]]]

_RECORD: Final = (
    (noted("Company"), (
        ("company_name", noted("Company name")), ("client_code", noted("Client code")),
        ("status", noted("Status")), ("website", noted("Website")), ("tags", noted("Tags")),
        ("owner_id", noted("Owner, by id")), ("id", noted("Id of the client")),
    )),
    (noted("Main contact"), (
        ("primary_contact.name", noted("Main contact, name")),
        ("primary_contact.email", noted("Main contact, email")),
        ("primary_contact.phone", noted("Main contact, phone")),
    )),
    (noted("Address"), (
        ("address.street", noted("Street")), ("address.city", noted("City")),
        ("address.state", noted("State")), ("address.county", noted("County")),
        ("address.postal_code", noted("Postal code")), ("address.country", noted("Country")),
    )),
    (noted("Business"), (
        ("industry", noted("Industry")), ("company_size", noted("Company size")),
        ("annual_revenue", noted("Annual revenue")), ("tax_id", noted("Tax id")),
        ("primary_service_type", noted("Service type")),
        ("current_systems", noted("Current systems")),
        ("technical_requirements", noted("Technical requirements")),
        ("compliance_requirements", noted("Compliance requirements")),
    )),
    (noted("Settings"), (
        ("settings.email_notifications", noted("Email notifications")),
        ("settings.quarterly_reports", noted("Quarterly reports")),
        ("settings.auto_invoicing", noted("Automatic invoicing")),
        ("settings.internal", noted("Internal client")),
    )),
)  # fmt: skip
_TIME: Final = (
    (noted("Work"), (
        ("project", noted("Project, by code or name")),
        ("client_code", noted("Code of the client")),
        ("project_id", noted("Project, by id")), ("position", noted("Position")),
    )),
    (noted("Hours"), (
        ("person", noted("Person: a name, or the email of a user")), ("date", noted("Day")),
        ("hours", noted("Hours")), ("overtime", noted("Overtime")), ("note", noted("Note")),
    )),
)  # fmt: skip
_CONTACT: Final = (
    ("name", noted("Contact %(num)s, name")), ("email", noted("Contact %(num)s, email")),
    ("phone", noted("Contact %(num)s, phone")), ("title", noted("Contact %(num)s, title")),
)  # fmt: skip
_RATE: Final = (
    ("position", noted("Rate %(num)s, position")),
    ("regular_rate", noted("Rate %(num)s, regular")),
    ("overtime_rate", noted("Rate %(num)s, overtime")),
)
_OFFERED: Final = 3


def groups(own: Sequence[tuple[str, str]], suggested: Sequence[str] = ()) -> Iterator[Group]:
    """What is offered: the record, its elements, the workspace's `own` fields by key, and what
    else was suggested."""
    found = [*_of_record(own)]
    known = {path for _, fields in found for path, _ in fields}
    yield from found
    if more := [(path, path) for path in suggested if path not in known]:
        yield gettext("Also in this file"), more


def groups_of_time() -> Iterator[Group]:
    """What is offered for a file of time."""
    for heading, fields in _TIME:
        yield gettext(heading), [(path, gettext(label)) for path, label in fields]


def _of_record(own: Sequence[tuple[str, str]]) -> Iterator[Group]:
    for heading, fields in _RECORD:
        yield gettext(heading), [(path, gettext(label)) for path, label in fields]
    for heading, name, parts in (
        (noted("Further contacts"), "contacts", _CONTACT),
        (noted("Rates"), "rates", _RATE),
    ):
        yield (
            gettext(heading),
            [
                (f"{name}[{number}].{part}", gettext(label, num=number + 1))
                for number in range(_OFFERED)
                for part, label in parts
            ],
        )
    if own:
        yield (
            gettext("Fields of this workspace"),
            [(f"custom_fields.{key}", label) for key, label in own],
        )
