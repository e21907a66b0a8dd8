"""The kinds of mail to clients: what each says unless a workspace words it, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.security.permissions import DOCUMENTS_VIEW, INVOICES_VIEW

#: By which role of a contact a kind is received; the primary contact where no one has it.
INVOICES, REPORTS = "invoices", "reports"

_EVERYWHERE = {"client": "Acme Machines", "contact": "Jo Park", "workspace": "North Star"}
_OF_INVOICES = {"number": "ACM-2026-0001", "total": "$1,296.00", "issued_on": "1 December 2026"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mail to clients.

    `words` are what its wording may name in braces, each with an example. `label` stands on the
    button that leads to the mail's page, where it has one. What is `secret` holds a link for the
    recipient alone: it is not kept. `shows` is the permission to view what it tells of.
    """

    name: str
    subject: str
    text: str
    role: str | None = None
    label: str = ""
    own_words: Mapping[str, str] = field(default_factory=dict)
    secret: bool = False
    shows: str | None = None

    @property
    def words(self) -> dict[str, str]:
        """What a wording may name, with examples."""
        return {**_EVERYWHERE, **self.own_words}


INVOICE_ISSUED: Final = Kind(
    "invoice_issued",
    "Invoice {number} from {workspace}",
    "Hello {contact},\n\n"
    "here is invoice {number} of {issued_on} over {total}. It is due {due}.\n\n"
    "You find it attached as a PDF.",
    role=INVOICES,
    shows=INVOICES_VIEW,
    own_words={**_OF_INVOICES, "due": "on 31 December 2026"},
)
INVOICE_OVERDUE: Final = Kind(
    "invoice_overdue",
    "Reminder: invoice {number} was due {due}",
    "Hello {contact},\n\n"
    "invoice {number} of {issued_on} over {total} was due {due}. {balance} of it is still open.\n\n"
    "If you have paid in the meantime, please disregard this mail. The invoice is attached.",
    role=INVOICES,
    shows=INVOICES_VIEW,
    own_words={**_OF_INVOICES, "due": "on 31 December 2026", "balance": "$648.00"},
)
DOCUMENT_EXPIRING: Final = Kind(
    "document_expiring",
    "{document} expires on {expires_on}",
    "Hello {contact},\n\n"
    "the document {document} expires on {expires_on}. Please send us a new one in time.",
    shows=DOCUMENTS_VIEW,
    own_words={"document": "Certificate of insurance", "expires_on": "31 December 2026"},
)
REPORT_READY: Final = Kind(
    "report_ready",
    "Your report for {period}",
    "Hello {contact},\n\nthe report of our work for {client} in {period} is ready.\n\n"
    "You find it attached as a PDF.",
    role=REPORTS,
    shows=DOCUMENTS_VIEW,
    label="Open the report",
    own_words={"period": "the third quarter of 2026"},
)
PORTAL_INVITATION: Final = Kind(
    "portal_invitation",
    "{workspace} invites you to its client portal",
    "Hello {contact},\n\n"
    "{workspace} would like to show you the projects, invoices and documents of {client} in one "
    "place. The link below is for you alone, and good until {good_until}.",
    label="Accept the invitation",
    own_words={"good_until": "4 December 2026, 09:30 (UTC)"},
    secret=True,
)
#: A link to sign in by, which no workspace words: whoever asks for it gets it, though they want no
#: other mail.
PORTAL_SIGN_IN: Final = "portal_sign_in"

KINDS: Final = {
    kind.name: kind
    for kind in (
        INVOICE_ISSUED,
        INVOICE_OVERDUE,
        DOCUMENT_EXPIRING,
        REPORT_READY,
        PORTAL_INVITATION,
    )
}
