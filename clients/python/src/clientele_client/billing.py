"""Invoices: made of lines or of time, issued, paid, credited, printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from clientele_client.shapes import CreditNote, Explanation, Invoice, Job, Paper
from clientele_client.transport import Transport, keyed, matching


class Billing:
    """The invoices of a workspace, as the holder of a token may write them.

    A `version` is that of the invoice as it was read: `StaleVersion` where it is another now.
    The same `key` carries a call out once.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, client_id: str, body: Mapping[str, Any], key: str | None = None) -> Invoice:
        """A draft with free lines."""
        return self._write("POST", f"/v1/clients/{client_id}/invoices", body, key=key)

    def create_from_time(
        self, client_id: str, period: Mapping[str, Any], key: str | None = None
    ) -> Invoice:
        """A draft of all time that is on no invoice yet: `period_start`, `period_end`.

        `Conflict` where there is none, or some of it has no rate.
        """
        path = f"/v1/clients/{client_id}/invoices/from-time"
        return self._write("POST", path, period, key=key)

    def update(
        self, invoice_id: str, changes: Mapping[str, Any], version: int, key: str | None = None
    ) -> Invoice:
        """The draft with these fields changed; `lines` replaces all lines."""
        return self._write("PATCH", _path(invoice_id), changes, version, key)

    def delete(self, invoice_id: str, version: int | None = None) -> None:
        """Delete a draft; its time is unbilled again."""
        self._transport.send("DELETE", _path(invoice_id), headers=matching(version))

    def issue(
        self,
        invoice_id: str,
        issued_on: str | None = None,
        version: int | None = None,
        key: str | None = None,
    ) -> Invoice:
        """Give a draft its number and its day, today where none is named."""
        body = {"issued_on": issued_on} if issued_on else {}
        return self._write("POST", _path(invoice_id, "issue"), body, version, key)

    def pay(
        self,
        invoice_id: str,
        body: Mapping[str, Any],
        version: int | None = None,
        key: str | None = None,
    ) -> Invoice:
        """Enter a payment: `amount`, below zero for a refund, `paid_on`, `method`, `reference`."""
        return self._write("POST", _path(invoice_id, "payments"), body, version, key)

    def void(
        self, invoice_id: str, reason: str, version: int | None = None, key: str | None = None
    ) -> Invoice:
        """Declare an invoice void; its number stays taken."""
        return self._write("POST", _path(invoice_id, "void"), {"reason": reason}, version, key)

    def credit(
        self,
        invoice_id: str,
        body: Mapping[str, Any],
        version: int | None = None,
        key: str | None = None,
    ) -> CreditNote:
        """A credit note: `reason`, and `lines` or an `amount`; without either, for the rest."""
        path, headers = _path(invoice_id, "credit-notes"), {**matching(version), **keyed(key)}
        answer = self._transport.send("POST", path, body=body, headers=headers)
        return cast(CreditNote, answer.json())

    # --- papers ----------------------------------------------------------------------------

    def papers(self, invoice_id: str) -> list[Paper]:
        """The invoice's PDFs, the newest first; one that is not made yet has no `printed_at`."""
        answer = self._transport.send("GET", _path(invoice_id, "pdfs"))
        return cast(list[Paper], answer.json()["data"])

    def print_again(self, invoice_id: str, key: str | None = None) -> Job:
        """Have an issued invoice printed afresh, as a job."""
        path = _path(invoice_id, "pdf")
        return cast(Job, self._transport.send("POST", path, headers=keyed(key)).json())

    def credit_note_link(self, invoice_id: str, credit_note_id: str) -> str:
        """An address where the credit note's PDF can be fetched for a short time."""
        return self._transport.leads_to(_path(invoice_id, f"credit-notes/{credit_note_id}/pdf"))

    def statement(self, client_id: str, first: str, last: str) -> dict[str, Any]:
        """What was owed before the first day, what happened, what is owed after the last."""
        path, params = f"/v1/clients/{client_id}/statement", {"from": first, "to": last}
        return cast(dict[str, Any], self._transport.send("GET", path, params=params).json())

    def print_statement(self, client_id: str, first: str, last: str, key: str | None = None) -> Job:
        """Have it printed as a document of the client, as a job."""
        path, body = f"/v1/clients/{client_id}/statement/pdf", {"from": first, "to": last}
        return cast(Job, self._transport.send("POST", path, body=body, headers=keyed(key)).json())

    def explain_rate(
        self, client_id: str, position: str, day: str, *, overtime: bool = False
    ) -> Explanation:
        """Which of the client's rates applies to a position on a day, and why."""
        body = {"client_id": client_id, "position": position, "date": day, "overtime": overtime}
        return cast(
            Explanation, self._transport.send("POST", "/v1/rates/explain", body=body).json()
        )

    def _write(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any],
        version: int | None = None,
        key: str | None = None,
    ) -> Invoice:
        headers = {**matching(version), **keyed(key)}
        return cast(Invoice, self._transport.send(method, path, body=body, headers=headers).json())


def _path(invoice_id: str, part: str = "") -> str:
    return f"/v1/invoices/{invoice_id}" + (f"/{part}" if part else "")
