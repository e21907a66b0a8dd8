"""The situations that stop a billing command."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound, PreconditionFailed


class InvoiceNotFound(NotFound):
    """No such invoice in this workspace."""

    code = "invoices.not_found"
    title = "No such invoice"


class StaleInvoice(PreconditionFailed):
    """The invoice has changed since the caller read it."""

    code = "invoices.stale_version"
    title = "The invoice has changed since you read it"

    def __init__(self, version: int) -> None:
        super().__init__(version, version=version)


class NotDraft(Conflict):
    """Only drafts can be edited, deleted and issued; what was issued is immutable."""

    code = "invoices.not_draft"
    title = "This invoice is no longer a draft"


class NotCreditable(Conflict):
    """Only what was issued is credited, and only once."""

    code = "invoices.not_creditable"
    title = "This invoice cannot be credited"


class CreditNoteNotFound(NotFound):
    """The invoice has no such credit note."""

    code = "invoices.credit_note_not_found"
    title = "This invoice has no such credit note"


class NotIssued(Conflict):
    """Only what was issued is printed."""

    code = "invoices.not_issued"
    title = "This invoice has not been issued"


class NotPayable(Conflict):
    """Payments are entered against issued invoices that are not void."""

    code = "invoices.not_payable"
    title = "Payments can be entered against issued invoices only"


class NotVoidable(Conflict):
    """It is void already, or money or a credit note is entered against it."""

    code = "invoices.not_voidable"
    title = "This invoice cannot be made void"


class NothingToBill(Conflict):
    """No time up to the end of the period is without an invoice."""

    code = "invoices.nothing_to_bill"
    title = "There is no time to bill"


class NoRate(Conflict):
    """Some of the time has no rate on its day; `errors` says which."""

    code = "invoices.no_rate"
    title = "Some of the time has no rate"


class NoLines(Conflict):
    """There is nothing on the invoice."""

    code = "invoices.no_lines"
    title = "An invoice without lines cannot be issued"


class NoCode(Conflict):
    """The number is made from the client's code, and the client has none."""

    code = "billing.no_code"
    title = "The client needs a code before an invoice can be issued"


class InternalClient(Conflict):
    """The internal client is the issuer; it is never invoiced."""

    code = "billing.internal_client"
    title = "The internal client is never invoiced"


class NumberTaken(Conflict):
    """The workspace's pattern came to a number that another series has used."""

    code = "billing.number_taken"
    title = "Another invoice has this number"


class BillingInvalid(Invalid):
    """Values that fit the body but not the record; `errors` names the fields."""

    code = "invalid"
    title = "Some values are wrong"
