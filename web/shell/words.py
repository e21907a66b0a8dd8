"""What the values of the API are called on pages."""

from __future__ import annotations

from typing import Any, Final

from web.shell import formats
from web.shell.texts import gettext, noted

WORDS: Final[dict[str, dict[str, str]]] = {
    "client.status": {
        "active": noted("Active"),
        "pending": noted("Pending"),
        "inactive": noted("Inactive"),
    },
    "client.invoiced": {
        "weekly": noted("Every week"),
        "biweekly": noted("Every two weeks"),
        "monthly": noted("Every month"),
    },
    "role": {
        "owner": noted("Owner"),
        "manager": noted("Manager"),
        "member": noted("Member"),
        "viewer": noted("Viewer"),
    },
    "company_size": {
        "1-10": noted("1–10 people"),
        "11-50": noted("11–50 people"),
        "51-200": noted("51–200 people"),
        "201-500": noted("201–500 people"),
        "500+": noted("500+ people"),
    },
    "annual_revenue": {
        "under_1m": noted("Under $1 million"),
        "1m_5m": noted("$1–5 million"),
        "5m_20m": noted("$5–20 million"),
        "20m_100m": noted("$20–100 million"),
        "over_100m": noted("Over $100 million"),
    },
    "invoice.status": {
        "draft": noted("Draft"),
        "issued": noted("Issued"),
        "partially_paid": noted("Part paid"),
        "paid": noted("Paid"),
        "void": noted("Void"),
    },
    "project.status": {
        "planned": noted("Planned"),
        "active": noted("Active"),
        "on_hold": noted("On hold"),
        "completed": noted("Completed"),
        "cancelled": noted("Cancelled"),
    },
    "document.status": {
        "pending": noted("Waiting for the file"),
        "checking": noted("Being checked"),
        "available": noted("Available"),
        "quarantined": noted("Quarantined"),
        "deleting": noted("Being deleted"),
        "deleted": noted("Deleted"),
    },
    "document.category": {
        "contract": noted("Contract"),
        "agreement": noted("Agreement"),
        "specification": noted("Specification"),
        "invoice": noted("Invoice"),
        "statement": noted("Statement"),
        "report": noted("Report"),
        "other": noted("Other"),
    },
    "document.mark": {
        "password_protected": noted("Needs a password"),
        "scripts": noted("Holds scripts"),
        "launch_actions": noted("Starts programs"),
        "embedded_files": noted("Holds other files"),
        "leading_data": noted("Has more before its beginning"),
        "trailing_data": noted("Has more after its end"),
        "truncated": noted("Is cut off"),
    },
    "job.kind": {
        "import_read": noted("Reading of an import"),
        "import_preview": noted("Preview of an import"),
        "import": noted("Import"),
        "import_undo": noted("Undoing of an import"),
        "time_import_undo": noted("Undoing of an import of time"),
        "export": noted("Export"),
        "bulk": noted("Change of many clients"),
        "time_import_preview": noted("Preview of a time import"),
        "time_import": noted("Import of time"),
        "print": noted("Making of a PDF"),
        "auto_invoicing": noted("Auto-invoicing"),
    },
    "job.state": {
        "queued": noted("Waiting"),
        "running": noted("Running"),
        "done": noted("Done"),
        "failed": noted("Failed"),
        "cancelled": noted("Cancelled"),
    },
    "run.state": {
        "running": noted("Running"),
        "done": noted("Done"),
        "broken_off": noted("Broken off"),
    },
    "run.outcome": {
        "issued": noted("Issued and sent"),
        "drafted": noted("Draft"),
        "found": noted("Was invoiced already"),
        "nothing": noted("Nothing to bill"),
        "failed": noted("Failed"),
    },
    "mail.state": {
        "queued": noted("On its way"),
        "sent": noted("Sent"),
        "refused": noted("Refused"),
        "given_up": noted("Given up"),
        "withheld": noted("Held back"),
        "bounced": noted("Came back"),
    },
    "mail.kind": {
        "invoice_issued": noted("Invoice"),
        "invoice_overdue": noted("Reminder of an invoice"),
        "document_expiring": noted("Document that expires"),
        "report_ready": noted("Quarterly report"),
        "portal_invitation": noted("Invitation to the portal"),
        "portal_sign_in": noted("Link to sign in to the portal"),
        "invitation": noted("Invitation of a user"),
        "password_reset": noted("New password"),
        "signs_in_elsewhere": noted("How a user signs in"),
    },
    "import.state": {
        "reading": noted("Being read"),
        "ready": noted("Ready"),
        "unreadable": noted("Cannot be read"),
    },
    "row.state": {
        "waiting": noted("Waiting"),
        "created": noted("Made"),
        "updated": noted("Changed"),
        "unchanged": noted("The same already"),
        "skipped": noted("Left out"),
        "failed": noted("Wrong"),
        "deleted": noted("Deleted"),
        "reverted": noted("As it was before"),
    },
    "statement.kind": {
        "invoice": noted("Invoice"),
        "credit_note": noted("Credit note"),
        "payment": noted("Payment"),
        "refund": noted("Refund"),
    },
    "holding": {
        "client": noted("Record and its own fields"),
        "contacts": noted("Contacts beside the main one"),
        "rates": noted("Service rates"),
        "projects": noted("Projects"),
        "time_entries": noted("Time entries"),
        "draft_invoices": noted("Draft invoices"),
        "issued_invoices": noted("Issued invoices"),
        "invoices": noted("Invoices"),
        "notes": noted("Notes"),
        "portal_users": noted("Portal users"),
        "documents": noted("Documents"),
        "timeline": noted("Timeline entries"),
        "entries": noted("Timeline entries"),
        "events": noted("Events"),
    },
    "portal.state": {
        "pending": noted("Invited"),
        "accepted": noted("In the portal"),
        "expired": noted("Invitation expired"),
        "revoked": noted("Revoked"),
    },
    "portal.scope": {
        "projects": noted("Projects"),
        "invoices": noted("Invoices"),
        "documents": noted("Documents"),
    },
    "contact.role": {"invoices": noted("Gets invoices"), "reports": noted("Gets reports")},
    "actor.kind": {
        "user": noted("user"),
        "contact": noted("contact"),
        "api_key": noted("API key"),
        "system": noted("system"),
    },
    "backlog": {
        "job.queued": noted("Jobs that wait"),
        "job.running": noted("Jobs under way"),
        "mail.queued": noted("Mail on its way"),
        "mail.refused": noted("Mail that was refused"),
        "mail.given_up": noted("Mail that was given up"),
        "mail.bounced": noted("Mail that came back"),
    },
    "delivery.state": {
        "waiting": noted("Waiting"),
        "held": noted("Held back"),
        "delivered": noted("Delivered"),
        "failed": noted("Given up"),
        "erased": noted("Nothing left"),
    },
    "delivery.error": {
        "address_refused": noted("The address is not a public one"),
        "timed_out": noted("No answer in time"),
        "unresolvable": noted("The host is not known"),
        "tls_failed": noted("No secure connection"),
        "invalid_url": noted("The address cannot be used"),
        "unreachable": noted("Nobody answers there"),
        "broken_off": noted("The connection broke off"),
    },
    "field.type": {
        "text": noted("Text"),
        "number": noted("Number"),
        "date": noted("Date"),
        "boolean": noted("Yes or no"),
        "choice": noted("One of some"),
        "multi_choice": noted("Some of some"),
        "url": noted("Web address"),
        "email": noted("Email address"),
    },
    "service": {
        "documents": noted("Documents"),
        "activity": noted("Activity"),
        "metrics": noted("Overview"),
    },
}

_KINDS: Final = {"status": "client.status"}


def word(of: str, value: str) -> str:
    """The word for a value; a value that has none is shown as it is."""
    found = WORDS.get(of, {}).get(value)
    return gettext(found) if found else value


def said(field: str, value: Any) -> Any:
    """A value of a client's field as pages say it, where it has a word or a form of its own."""
    kind = _KINDS.get(field, field)
    if not isinstance(value, str):
        return value
    if kind in WORDS:
        return word(kind, value)
    return formats.phone(value) if field.endswith("phone") else value
