"""Mail to clients: what was sent, how it is worded, and who wants no more of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from clientele_client.calls import Calls
from clientele_client.pages import Page
from clientele_client.shapes import Mail, MailPreview, MailSummary, Stop, Wording
from clientele_client.transport import keyed

_MAILS, _WORDINGS = "/v1/mails", "/v1/mail-wordings"


class Correspondence(Calls):
    """The mail of a workspace, as the holder of a token may read and word it."""

    def mail_page(self, **filters: Any) -> Page[MailSummary]:
        """One page of the log, the newest first; `client_id`, `state`, `kind`, `cursor`."""
        return self._page(_MAILS, filters)

    def mail(self, mail_id: str) -> Mail:
        """A mail with the text as it was handed over."""
        return cast(Mail, self._json("GET", f"{_MAILS}/{mail_id}"))

    def resend(self, mail_id: str, key: str | None = None) -> Mail:
        """Send it once more, as it was: the new one. `Conflict` where that cannot be."""
        path = f"{_MAILS}/{mail_id}/resend"
        return cast(Mail, self._json("POST", path, headers=keyed(key)))

    def send_invoice(self, invoice_id: str, key: str | None = None) -> list[str]:
        """Send an issued invoice to those who receive invoices: the mails that are new."""
        path = f"/v1/invoices/{invoice_id}/send"
        return cast(list[str], self._json("POST", path, headers=keyed(key))["mails"])

    # --- who wants no more -----------------------------------------------------------------

    def stops(self, client_id: str) -> list[Stop]:
        """The addresses that have asked for no more mail about a client."""
        return cast(list[Stop], self._json("GET", f"/v1/clients/{client_id}/mail-stops")["data"])

    def allow(self, client_id: str, email: str) -> list[Stop]:
        """Write to an address again, as they have asked for: those that are left."""
        path = f"/v1/clients/{client_id}/mail-stops/allow"
        return cast(list[Stop], self._json("POST", path, body={"email": email})["data"])

    # --- what it says ----------------------------------------------------------------------

    def wordings(self) -> list[Wording]:
        """Every kind of mail to clients as it is worded now."""
        return cast(list[Wording], self._json("GET", _WORDINGS)["data"])

    def word(self, kind: str, body: Mapping[str, Any]) -> Wording:
        """Word a kind, by `subject` and `text`; `Invalid` names each word it does not have."""
        return cast(Wording, self._json("PUT", f"{_WORDINGS}/{kind}", body=body))

    def word_as_before(self, kind: str) -> Wording:
        """Word a kind as it is by itself."""
        return cast(Wording, self._json("DELETE", f"{_WORDINGS}/{kind}"))

    def preview(self, kind: str, body: Mapping[str, Any]) -> MailPreview:
        """How a wording would read, with examples in the places of words."""
        return cast(MailPreview, self._json("POST", f"{_WORDINGS}/{kind}/preview", body=body))
