"""The client portal: as a contact, by a session of its own kind; and inviting contacts to it."""

from __future__ import annotations

from typing import Any, cast

import httpx

from clientele_client.files import Files
from clientele_client.transport import Transport

_BASE = "/v1/portal"
Found = dict[str, Any]


class Portal:
    """What a contact may ask, with a session's token or before there is one.

    Calls raise `Refused` or `Unreachable`, as `Clientele`'s do.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    # --- before anyone is known ------------------------------------------------------------

    def sign_in(self, email: str, password: str, access_id: str | None = None) -> Found:
        """A session; `Conflict` with `choices` in its problem where several companies fit."""
        body = {"email": email, "password": password, "access_id": access_id or None}
        return self._json("POST", "/sessions", body)

    def ask_for_link(self, email: str) -> None:
        """Have a link to sign in by sent, if the address is a contact's."""
        self._send("POST", "/sign-in-links", {"email": email})

    def use_link(self, token: str) -> Found:
        """A session by such a link; `Gone` if it is no longer good."""
        return self._json("POST", f"/sign-in-links/{token}")

    def invitation(self, token: str) -> Found:
        """What an invitation is for; `Gone` if it is no longer good."""
        return self._json("GET", f"/invitations/{token}")

    def accept(self, token: str, name: str, password: str | None = None) -> Found:
        """Accept an invitation: a session."""
        return self._json("POST", f"/invitations/{token}", {"name": name, "password": password})

    # --- one's own -------------------------------------------------------------------------

    def sign_out(self) -> None:
        """End the session of the token."""
        self._send("DELETE", "/sessions/current")

    def me(self) -> Found:
        """Who the token belongs to, of which company, and what is shared."""
        return self._json("GET", "/me")

    def rename(self, name: str) -> Found:
        """Be called otherwise."""
        return self._json("PATCH", "/me", {"name": name})

    def choose_password(self, new_password: str, password: str | None = None) -> None:
        """Choose a password; every other session ends."""
        self._send("PUT", "/me/password", {"password": password, "new_password": new_password})

    # --- what is shared --------------------------------------------------------------------

    def overview(self) -> Found:
        """The newest of each, and what is open."""
        return self._json("GET", "/overview")

    def projects(self, **place: Any) -> Found:
        """A page of projects: `data` and `next`."""
        return self._json("GET", "/projects", params=place)

    def invoices(self, **place: Any) -> Found:
        """A page of issued invoices."""
        return self._json("GET", "/invoices", params=place)

    def invoice(self, invoice_id: str) -> Found:
        """A whole invoice."""
        return self._json("GET", f"/invoices/{invoice_id}")

    def invoice_pdf_link(self, invoice_id: str) -> str:
        """An address where its PDF can be fetched for a short time."""
        return self._transport.leads_to(f"{_BASE}/invoices/{invoice_id}/pdf")

    def documents(self, **place: Any) -> Found:
        """A page of the documents that are shared."""
        return self._json("GET", "/documents", params=place)

    def files(self) -> Files:
        """Sending files to the firm, and fetching those that are shared."""
        return Files(self._transport, f"{_BASE}/documents")

    def reports(self, **place: Any) -> Found:
        """A page of reports."""
        return self._json("GET", "/reports", params=place)

    def report_link(self, document_id: str) -> str:
        """An address where a report can be fetched for a short time."""
        return self._transport.leads_to(f"{_BASE}/reports/{document_id}/download")

    def _send(self, method: str, path: str, body: Any = None, params: Any = None) -> httpx.Response:
        return self._transport.send(method, _BASE + path, body=body, params=params)

    def _json(self, method: str, path: str, body: Any = None, params: Any = None) -> Found:
        return cast(Found, self._send(method, path, body, params).json())


class PortalAccess:
    """Who of a client may come to the portal; for the firm."""

    def __init__(self, transport: Transport, client_id: str) -> None:
        self._transport = transport
        self._client = f"/v1/clients/{client_id}"

    def all(self) -> list[Found]:
        """Everyone who was invited, in the order they were."""
        found = self._transport.send("GET", f"{self._client}/portal-access").json()
        return cast(list[Found], found["data"])

    def invite(self, contact_id: str, scopes: list[str] | None = None) -> Found:
        """Send a contact a link, in the place of one before; `primary` means the primary one."""
        path = f"{self._client}/contacts/{contact_id}/invite"
        body = {} if scopes is None else {"scopes": scopes}
        return cast(Found, self._transport.send("POST", path, body=body).json())

    def share(self, access_id: str, scopes: list[str]) -> Found:
        """Share more or less, from the next request on."""
        path = f"{self._client}/portal-access/{access_id}"
        return cast(Found, self._transport.send("PATCH", path, body={"scopes": scopes}).json())

    def revoke(self, access_id: str) -> None:
        """Out at once."""
        self._transport.send("DELETE", f"{self._client}/portal-access/{access_id}")
