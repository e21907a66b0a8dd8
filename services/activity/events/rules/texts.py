"""The catalogue of timeline texts: one entry per event type, data only.

`text` is filled from the words that `summaries.words` finds in an event's data; `bare` is
what stands there when those words are missing, as they are once personal data is gone.
`kind` is what a reader filters by.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """How one event type reads on the timeline."""

    kind: str
    text: str
    bare: str


SENTENCES: dict[str, Sentence] = {
    "clients.workspace.created.v1": Sentence(
        "workspace", "Workspace {workspace} created", "Workspace created"
    ),
    "clients.workspace.updated.v1": Sentence(
        "workspace", "Workspace: {changed}", "Workspace changed"
    ),
    "clients.list_entry.added.v1": Sentence(
        "workspace", "{List}: {entry} added", "A list of the workspace grew"
    ),
    "clients.list_entry.updated.v1": Sentence(
        "workspace", "{List}: {entry}: {changed}", "A list of the workspace changed"
    ),
    "clients.custom_field.added.v1": Sentence(
        "workspace", "Field {custom_field} added", "A field of clients added"
    ),
    "clients.custom_field.updated.v1": Sentence(
        "workspace", "Field {custom_field}: {changed}", "A field of clients changed"
    ),
    "clients.view.added.v1": Sentence("workspace", "View {view} saved", "A view saved"),
    "clients.view.updated.v1": Sentence("workspace", "View {view}: {changed}", "A view changed"),
    "clients.view.removed.v1": Sentence("workspace", "View {view} removed", "A view removed"),
    "clients.user.created.v1": Sentence("access", "User {user} added", "User added"),
    "clients.user.updated.v1": Sentence("access", "User {user}: {changed}", "User changed"),
    "clients.session.started.v1": Sentence(
        "access", "{session} signed in{whence}", "Someone signed in"
    ),
    "clients.session.ended.v1": Sentence(
        "access", "{session} signed out{whence}: {refusal}", "Someone was signed out"
    ),
    "clients.sign_in.refused.v1": Sentence(
        "access",
        "Signing in as {user} refused{whence}: {refusal}",
        "Signing in refused",
    ),
    "clients.invitation.sent.v1": Sentence(
        "access", "Invitation sent to {invited}, as {role}", "Somebody invited"
    ),
    "clients.invitation.revoked.v1": Sentence(
        "access", "Invitation of {invited} revoked", "An invitation revoked"
    ),
    "clients.invitation.accepted.v1": Sentence(
        "access", "{user} accepted the invitation of {invited}", "An invitation accepted"
    ),
    "clients.role.created.v1": Sentence("access", "Role {of_role} created", "A role created"),
    "clients.role.updated.v1": Sentence("access", "Role {of_role}: {changed}", "A role changed"),
    "clients.role.deleted.v1": Sentence("access", "Role {of_role} deleted", "A role deleted"),
    "clients.api_key.created.v1": Sentence(
        "access", "API key {api_key} created", "API key created"
    ),
    "clients.api_key.revoked.v1": Sentence(
        "access", "API key {api_key} revoked", "API key revoked"
    ),
    "clients.export.requested.v1": Sentence(
        "access", "Clients exported as {format}", "Clients exported"
    ),
    "clients.tax_id.read.v1": Sentence(
        "access", "Full tax ids shown in {through}", "Full tax ids shown"
    ),
    "clients.archive.requested.v1": Sentence(
        "access", "Archive of all data taken{without}", "Archive of all data taken out"
    ),
    "activity.export.requested.v1": Sentence(
        "access", "Timeline exported as {format}", "A timeline exported"
    ),
    "activity.webhook.created.v1": Sentence("access", "Webhook to {url} made", "Webhook made"),
    "activity.webhook.updated.v1": Sentence(
        "access", "Webhook to {url}: {changed}", "Webhook changed"
    ),
    "activity.webhook.state_changed.v1": Sentence(
        "access", "Webhook to {url}: {changed}{because}", "Webhook paused, resumed or disabled"
    ),
    "activity.webhook.secret_rotated.v1": Sentence(
        "access", "Webhook to {url} has a new secret", "Webhook has a new secret"
    ),
    "activity.webhook.replayed.v1": Sentence(
        "access", "Events sent again to the webhook {url}", "Events sent again to a webhook"
    ),
    "activity.webhook.removed.v1": Sentence(
        "access", "Webhook to {url} removed", "Webhook removed"
    ),
    "activity.subscriber.added.v1": Sentence(
        "access", "Subscriber {subscriber} added", "Subscriber added"
    ),
    "activity.subscriber.state_changed.v1": Sentence(
        "access", "Subscriber {subscriber}: {changed}", "Subscriber paused or resumed"
    ),
    "activity.subscriber.replayed.v1": Sentence(
        "access", "Events sent again to the subscriber {subscriber}", "Events sent again"
    ),
    "activity.subscriber.removed.v1": Sentence(
        "access", "Subscriber {subscriber} removed", "Subscriber removed"
    ),
    "clients.client.created.v1": Sentence("client", "Client {client} created", "Client created"),
    "clients.client.updated.v1": Sentence("client", "{Changed}", "Client changed"),
    "clients.client.status_changed.v1": Sentence("status", "{Changed}{because}", "Status changed"),
    "clients.client.deleted.v1": Sentence("client", "Client {code} deleted", "Client deleted"),
    "clients.client.deletion_scheduled.v1": Sentence(
        "client", "Client hidden, to be deleted on {day}", "Deletion of the client requested"
    ),
    "clients.client.deletion_undone.v1": Sentence(
        "client", "Deletion of {client} undone", "Deletion of the client undone"
    ),
    "clients.client.merged.v1": Sentence(
        "client", "Client {source} merged into this one", "Another client merged into this one"
    ),
    "clients.contact.added.v1": Sentence("contact", "Contact {contact} added", "Contact added"),
    "clients.contact.updated.v1": Sentence(
        "contact", "Contact {contact}: {changed}", "Contact changed"
    ),
    "clients.contact.removed.v1": Sentence(
        "contact", "Contact {contact} removed", "Contact removed"
    ),
    "clients.portal_access.invited.v1": Sentence(
        "portal", "{visitor} invited to the portal", "A contact invited to the portal"
    ),
    "clients.portal_access.accepted.v1": Sentence(
        "portal", "{visitor} accepted the invitation to the portal", "An invitation accepted"
    ),
    "clients.portal_access.expired.v1": Sentence(
        "portal", "Invitation of {visitor} to the portal expired", "An invitation expired"
    ),
    "clients.portal_access.revoked.v1": Sentence(
        "portal", "Access of {visitor} to the portal revoked", "An access to the portal revoked"
    ),
    "clients.portal_access.updated.v1": Sentence(
        "portal", "Portal access of {visitor}: {changed}", "An access to the portal changed"
    ),
    "clients.portal_session.started.v1": Sentence(
        "portal", "{visitor} signed in to the portal{whence}", "A contact signed in to the portal"
    ),
    "clients.portal_session.ended.v1": Sentence(
        "portal",
        "{visitor} signed out of the portal{whence}: {refusal}",
        "A contact was signed out of the portal",
    ),
    "clients.portal_sign_in.refused.v1": Sentence(
        "portal",
        "Signing in to the portal as {visitor} refused{whence}: {refusal}",
        "Signing in to the portal refused",
    ),
    "clients.portal_page.viewed.v1": Sentence(
        "portal", "{visitor} looked at {page} in the portal", "A contact looked at the portal"
    ),
    "clients.rate.added.v1": Sentence("rate", "Rate for {rate} added", "Rate added"),
    "clients.rate.updated.v1": Sentence("rate", "Rate for {rate}: {changed}", "Rate changed"),
    "clients.rate.removed.v1": Sentence("rate", "Rate for {rate} removed", "Rate removed"),
    "clients.note.added.v1": Sentence("note", "{author} noted {a_note}: {note}", "Note written"),
    "clients.note.edited.v1": Sentence(
        "note", "{A_note} noted by {author}: {changed}", "Note corrected"
    ),
    "clients.note.removed.v1": Sentence(
        "note", "{A_note} noted by {author} removed", "Note removed"
    ),
    "clients.project.created.v1": Sentence(
        "project", "Project {project} created", "Project created"
    ),
    "clients.project.updated.v1": Sentence(
        "project", "Project {project}: {changed}", "Project changed"
    ),
    "clients.project.status_changed.v1": Sentence(
        "project", "Project {project}: {changed}", "Project status changed"
    ),
    "clients.time_entry.added.v1": Sentence(
        "time", "{Worker} worked {hours} h as {position} on {worked_on}, {project}", "Time entered"
    ),
    "clients.time_entry.updated.v1": Sentence(
        "time", "Time of {worker} on {worked_on}, {project}: {changed}", "Time changed"
    ),
    "clients.time_entry.removed.v1": Sentence(
        "time",
        "Time of {worker} on {worked_on}, {project}, taken back: {hours} h",
        "Time taken back",
    ),
    "clients.invoice.created.v1": Sentence(
        "invoice", "Invoice draft over {total} created{moved}", "Invoice draft created"
    ),
    "clients.invoice.updated.v1": Sentence(
        "invoice", "Invoice draft: {changed}{moved}", "Invoice draft changed"
    ),
    "clients.invoice.issued.v1": Sentence(
        "invoice", "Invoice {number} over {total} issued", "Invoice issued"
    ),
    "clients.invoice.payment_recorded.v1": Sentence(
        "payment", "{Movement} of {amount} recorded for invoice {number}", "Payment recorded"
    ),
    "clients.invoice.voided.v1": Sentence(
        "invoice", "Invoice {number} over {total} voided{because}{moved}", "Invoice voided"
    ),
    "clients.invoice.credited.v1": Sentence(
        "invoice",
        "Credit note {credit_note} over {amount} issued for invoice {number}{because}",
        "Credit note issued",
    ),
    "clients.invoice.deleted.v1": Sentence(
        "invoice", "Invoice draft over {total} deleted{moved}", "Invoice draft deleted"
    ),
    "documents.document.added.v1": Sentence(
        "document", "Document {document} added", "Document added"
    ),
    "documents.document.refused.v1": Sentence(
        "document", "Document {document} refused: {refusal}", "Document refused"
    ),
    "documents.document.updated.v1": Sentence(
        "document", "Document {document}: {changed}", "Document changed"
    ),
    "documents.document.downloaded.v1": Sentence(
        "document", "Document {document} downloaded", "Document downloaded"
    ),
    "documents.document.deleted.v1": Sentence(
        "document", "Document {document} deleted", "Document deleted"
    ),
    "documents.paper.added.v1": Sentence("document", "Paper {document} added", "Paper added"),
    "documents.paper.refused.v1": Sentence(
        "document", "Paper {document} refused: {refusal}", "Paper refused"
    ),
    "documents.paper.updated.v1": Sentence(
        "document", "Paper {document}: {changed}", "Paper changed"
    ),
    "documents.paper.downloaded.v1": Sentence(
        "document", "Paper {document} downloaded", "Paper downloaded"
    ),
}

# Told between services once a client, or a draft of one, is gone: there is no timeline left to
# stand on.
UNTOLD = (
    "clients.draft.discarded.v1",
    "documents.client.erased.v1",
    "activity.client.erased.v1",
    "metrics.client.erased.v1",
)

# Fields whose name read aloud is not simply their path with spaces.
LABELS: dict[str, str] = {
    "tax_id": "tax ID",
    "has_tax_id": "tax ID",
    "due_on": "due date",
    "issued_on": "invoice date",
    "starts_on": "start date",
    "ends_on": "end date",
    "expires_on": "expiry date",
    "portal_visible": "portal visibility",
    "settings.internal": "internal client",
}

# The short form of a change: from one value to another, to a first value, to none.
CHANGED_FROM_TO = "{label} changed from {before} to {after}"
CHANGED_SET = "{label} set to {after}"
CHANGED_CLEARED = "{label} cleared"
CHANGED_LONG = "{label} changed"
CHANGED_SEVERAL = "{labels} and {last} changed"
CHANGED_MANY = "{labels} and {count} more fields changed"
#: What a contact has looked at in the portal.
PAGES = {
    "overview": "the overview",
    "project": "a project",
    "projects": "the projects",
    "invoice": "an invoice",
    "invoices": "the invoices",
    "document": "a document",
    "documents": "the documents",
    "reports": "the reports",
}
A_PAGE = "a page"
A_NOTE = {"note": "a note", "call": "a call", "meeting": "a meeting"}
ON, OFF = "on", "off"
THROUGH = {
    "record": "a client's record",
    "list": "the list of clients",
    "export": "an export",
    "archive": "an archive",
}
PAYMENT, REFUND = "payment", "refund"


def kinds() -> tuple[str, ...]:
    """Every kind a timeline may be filtered by, in a stable order."""
    return tuple(sorted({sentence.kind for sentence in SENTENCES.values()}))


def types_of(wanted: list[str]) -> list[str]:
    """The event types of the kinds named."""
    return [name for name, sentence in SENTENCES.items() if sentence.kind in wanted]
