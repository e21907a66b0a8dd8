"""The records of a workspace: clients, what belongs to them, their documents and timelines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, cast

import httpx

from clientele_client.administration import Administration
from clientele_client.automation import Automation
from clientele_client.billing import Billing
from clientele_client.calls import Calls
from clientele_client.connections import Connections
from clientele_client.correspondence import Correspondence
from clientele_client.drafts import Drafts
from clientele_client.endings import Endings
from clientele_client.files import Files
from clientele_client.pages import Page
from clientele_client.portal import PortalAccess
from clientele_client.shapes import (
    AllInvoicesPage,
    Client,
    ClientBody,
    ClientChanges,
    ClientSummary,
    Contact,
    ContactBody,
    ContactChanges,
    CustomField,
    Document,
    Facets,
    Installation,
    Invoice,
    InvoiceSummary,
    Job,
    ListEntry,
    LogIn,
    Me,
    Metrics,
    Plan,
    Project,
    Rate,
    RateBody,
    RateChanges,
    SavedView,
    Search,
    TimelineEntry,
)
from clientele_client.transfers import Transfers
from clientele_client.transport import Transport, keyed, matching
from clientele_client.work import Work

_PAGE = 200


class Clientele(Calls):
    """The API as the holder of a token may use it; a context manager that gives back connections.

    Every call raises `Refused` (or one of its kinds) with all wrong fields, or `Unreachable`.
    What fails on the way or is answered 429 or 5xx is sent again for `patience` seconds; a write
    has one idempotency key over its attempts, so it is carried out once.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience: float | None = 60.0,
        timeout: float = 30.0,
        http: httpx.Client | None = None,
    ) -> None:
        super().__init__(Transport(url, token, patience=patience, timeout=timeout, http=http))
        #: Clients that are being put together, what ends a client's record, its invoices, and work.
        self.drafts = Drafts(self._transport)
        self.endings = Endings(self._transport)
        #: Clients from files and into files.
        self.transfers = Transfers(self._transport)
        #: What the workspace decides for itself, and who is told of its events.
        self.administration = Administration(self._transport)
        self.connections = Connections(self._transport)
        self.billing = Billing(self._transport)
        self.work = Work(self._transport)
        #: What happens to clients by itself, and the mail to them.
        self.automation = Automation(self._transport)
        self.correspondence = Correspondence(self._transport)

    @classmethod
    def log_in(cls, url: str, email: str, password: str, **options: Any) -> Self:
        """The API as a person uses it, until the token expires."""
        return cls(url, cls.token(url, email, password, **options)["access_token"], **options)

    @staticmethod
    def token(url: str, email: str, password: str, **options: Any) -> LogIn:
        """A token for a person, and for how many seconds it stands."""
        with Transport(url, **options) as transport:
            body = {"email": email, "password": password}
            return cast(LogIn, transport.send("POST", "/v1/auth/token", body=body).json())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._transport.close()

    def me(self) -> Me:
        """Who the token belongs to, in which workspace, and what it may do."""
        return cast(Me, self._json("GET", "/v1/me"))

    def installation(self) -> Installation:
        """How every service does, for those who run the installation."""
        return cast(Installation, self._json("GET", "/v1/installation"))

    # --- clients ---------------------------------------------------------------------------

    def clients(self, **filters: Any) -> Iterator[ClientSummary]:
        """Every client that fits: `q`, `status`, `tag`, `sort`, … as the API has them."""
        return self._each("/v1/clients", filters)

    def client_page(self, **filters: Any) -> Page[ClientSummary]:
        """One page of them; `cursor` is the `next` of the page before."""
        return self._page("/v1/clients", filters)

    def facets(self, **filters: Any) -> Facets:
        """How many clients fit, by status, industry, size, service type and owner."""
        return cast(Facets, self._json("GET", "/v1/clients/facets", params=filters))

    def search(self, typed: str, kinds: str | None = None, limit: int | None = None) -> Search:
        """What has words that begin as typed: `kinds` of it, all where left out, at most `limit`
        of each; `unavailable` tells what could not be asked."""
        params = {"q": typed, "kinds": kinds, "limit": limit}
        return cast(Search, self._json("GET", "/v1/search", params=params))

    def views(self) -> Iterator[SavedView]:
        """The saved views that the caller sees."""
        return self._each("/v1/views", {})

    def save_view(self, name: str, query: dict[str, Any], *, shared: bool = False) -> SavedView:
        """Keep filters and order under a name."""
        body = {"name": name, "query": query, "shared": shared}
        return cast(SavedView, self._json("POST", "/v1/views", body=body))

    def remove_view(self, view_id: str) -> None:
        """Forget a saved view."""
        self._transport.send("DELETE", f"/v1/views/{view_id}")

    def plan_bulk(self, body: dict[str, Any]) -> dict[str, Any]:
        """How many clients a bulk change would touch, with its confirmation."""
        return cast(dict[str, Any], self._json("POST", "/v1/clients/bulk/plan", body=body))

    def begin_bulk(self, body: dict[str, Any], key: str | None = None) -> Job:
        """Begin a bulk change as a job; the same `key` begins it once."""
        return cast(Job, self._json("POST", "/v1/clients/bulk", body=body, headers=keyed(key)))

    def overview(self, client_id: str) -> dict[str, Any]:
        """`client`, `metrics`, `documents` and `activity` at once; those away are None.

        `unavailable` names them with the reason.
        """
        return cast(dict[str, Any], self._json("GET", f"/v1/clients/{client_id}/overview"))

    def client(self, client_id: str, **query: Any) -> Client:
        """One client; `as_of` shows it as it was at a moment."""
        return cast(Client, self._json("GET", f"/v1/clients/{client_id}", params=query))

    def create_client(self, body: ClientBody) -> Client:
        """A new client; `Conflict` names those it may be a duplicate of."""
        return cast(Client, self._json("POST", "/v1/clients", body=body))

    def update_client(
        self, client_id: str, changes: ClientChanges, version: int, key: str | None = None
    ) -> Client:
        """The client with these fields changed, as seen in this version of it.

        What others have changed since is merged; `StaleVersion` where that is the same fields.
        """
        headers = {**matching(version), **keyed(key)}
        path = f"/v1/clients/{client_id}"
        return cast(Client, self._json("PATCH", path, body=changes, headers=headers))

    def duplicates(self, client_id: str) -> list[dict[str, Any]]:
        """Clients much like it, the likest first: `id`, `company_name`, `matches`, …"""
        found = self._json("GET", f"/v1/clients/{client_id}/duplicates")
        return cast(list[dict[str, Any]], found["data"])

    def suggest_codes(self, name: str) -> list[str]:
        """Free client codes that suit a name, the best first."""
        params = {"name": name}
        return cast(list[str], self._json("GET", "/v1/client-codes/suggest", params=params)["data"])

    def set_status(self, client_id: str, status: str, reason: str | None = None) -> Client:
        """The client as active, inactive or pending."""
        body = {"status": status, "reason": reason}
        return cast(Client, self._json("PUT", f"/v1/clients/{client_id}/status", body=body))

    def deletion_plan(self, client_id: str) -> Plan:
        """What a deletion would take along and what would stay, with its confirmation."""
        return self.endings.deletion_plan(client_id)

    def delete_client(self, client_id: str, confirm: str) -> str:
        """Begin a deletion by the `confirm` of its plan; answers its id."""
        return self.endings.delete(client_id, confirm)["deletion_id"]

    def metrics(self, client_id: str) -> Metrics:
        """The client's numbers, with up to where they are counted."""
        return cast(Metrics, self._json("GET", f"/v1/clients/{client_id}/metrics"))

    def timeline(self, client_id: str, **filters: Any) -> Iterator[TimelineEntry]:
        """What has happened to the client, newest first; `order`, `kind`, `actor`, `from`, `to`."""
        return self._each(f"/v1/clients/{client_id}/activity", filters)

    def timeline_page(self, client_id: str, **filters: Any) -> Page[TimelineEntry]:
        """One page of it; `cursor` is the `next` of the page before."""
        return self._page(f"/v1/clients/{client_id}/activity", filters)

    # --- projects, invoices, jobs, lists ---------------------------------------------------

    def project_page(self, client_id: str, **filters: Any) -> Page[Project]:
        """The client's projects, page by page; `status`."""
        return self._page(f"/v1/clients/{client_id}/projects", filters)

    def project(self, project_id: str) -> Project:
        """One project."""
        return cast(Project, self._json("GET", f"/v1/projects/{project_id}"))

    def invoice_page(self, client_id: str, **filters: Any) -> Page[InvoiceSummary]:
        """The client's invoices, page by page; `status`."""
        return self._page(f"/v1/clients/{client_id}/invoices", filters)

    def all_invoices(self, **filters: Any) -> AllInvoicesPage:
        """Invoices of all clients, newest first, with what all that match come to."""
        return cast(AllInvoicesPage, self._json("GET", "/v1/invoices", params=filters))

    def pdf_link(self, invoice_id: str) -> str:
        """An address where the invoice's newest PDF can be fetched for a short time."""
        return self._transport.leads_to(f"/v1/invoices/{invoice_id}/pdf")

    def invoice(self, invoice_id: str) -> Invoice:
        """One invoice with its lines and payments."""
        return cast(Invoice, self._json("GET", f"/v1/invoices/{invoice_id}"))

    def job_page(self, **filters: Any) -> Page[Job]:
        """Imports, exports and bulk changes, newest first; `state`, `kind`."""
        return self._page("/v1/jobs", filters)

    def job(self, job_id: str) -> Job:
        """One of them, with how far it is."""
        return cast(Job, self._json("GET", f"/v1/jobs/{job_id}"))

    def entries(self, name: str) -> list[ListEntry]:
        """A list of the workspace: `industries`, `service-types`, `compliance-standards`, …"""
        return cast(list[ListEntry], self._json("GET", f"/v1/workspace/{name}")["data"])

    def custom_fields(self) -> list[CustomField]:
        """The workspace's own fields of clients, retired ones too."""
        return cast(list[CustomField], self._json("GET", "/v1/workspace/custom-fields")["data"])

    # --- contacts and rates ----------------------------------------------------------------

    def contacts(self, client_id: str) -> list[Contact]:
        """The client's further contacts."""
        return cast(list[Contact], self._json("GET", _contact(client_id))["data"])

    def add_contact(self, client_id: str, body: ContactBody) -> Contact:
        """A new contact of the client."""
        return cast(Contact, self._json("POST", _contact(client_id), body=body))

    def change_contact(self, client_id: str, contact_id: str, changes: ContactChanges) -> Contact:
        """The contact with these fields changed."""
        return cast(Contact, self._json("PATCH", _contact(client_id, contact_id), body=changes))

    def remove_contact(self, client_id: str, contact_id: str) -> None:
        """Take a contact away."""
        self._transport.send("DELETE", _contact(client_id, contact_id))

    def rates(self, client_id: str) -> list[Rate]:
        """The client's rates by position."""
        return cast(list[Rate], self._json("GET", _rate(client_id))["data"])

    def add_rate(self, client_id: str, body: RateBody) -> Rate:
        """A new rate of the client."""
        return cast(Rate, self._json("POST", _rate(client_id), body=body))

    def change_rate(self, client_id: str, rate_id: str, changes: RateChanges) -> Rate:
        """The rate with these fields changed."""
        return cast(Rate, self._json("PATCH", _rate(client_id, rate_id), body=changes))

    def remove_rate(self, client_id: str, rate_id: str) -> None:
        """Take a rate away."""
        self._transport.send("DELETE", _rate(client_id, rate_id))

    # --- documents -------------------------------------------------------------------------

    def documents(self, client_id: str, **filters: Any) -> Iterator[Document]:
        """The client's documents; `status`, `category`."""
        return self._each(_document(client_id), filters)

    def document_page(self, client_id: str, **filters: Any) -> Page[Document]:
        """One page of them; `cursor` is the `next` of the page before."""
        return self._page(_document(client_id), filters)

    def download_link(self, client_id: str, document_id: str) -> str:
        """An address where the document's bytes can be fetched for a short time."""
        return self.files(client_id).download_link(document_id)

    def document(self, client_id: str, document_id: str) -> Document:
        """One document; `status` says whether it may be fetched yet."""
        return self.files(client_id).one(document_id)

    def upload(self, client_id: str, file: str | Path, **details: Any) -> Document:
        """Put a file's bytes straight into the store and have them checked.

        `details` are `category`, `title`, `expires_on` and the like. Up to 16 MiB the document is
        `available` or refused (`Invalid`); above that it may be `checking` for a while.
        """
        return self.files(client_id).upload(file, **details)

    def reports(self, client_id: str) -> list[dict[str, Any]]:
        """The client's quarterly reports, the latest quarter first."""
        found = self._json("GET", f"/v1/clients/{client_id}/reports")
        return cast(list[dict[str, Any]], found["data"])

    def make_report(
        self, client_id: str, quarter: str | None = None, *, key: str | None = None
    ) -> Job:
        """Have a report made, as `2026-Q3`, by default of the quarter before: the job."""
        path, body = f"/v1/clients/{client_id}/reports", {"quarter": quarter} if quarter else {}
        answer = self._transport.send("POST", path, body=body, headers=keyed(key))
        return cast(Job, answer.json())

    def portal_access(self, client_id: str) -> PortalAccess:
        """Who of the client may come to the portal."""
        return PortalAccess(self._transport, client_id)

    def files(self, client_id: str) -> Files:
        """The client's documents, to announce, complete, change and remove."""
        return Files(self._transport, _document(client_id))

    def download(self, client_id: str, document_id: str) -> bytes:
        """The document's bytes."""
        path = f"{_document(client_id, document_id)}/download"
        return self._transport.send("GET", path).content

    # --- the way there ---------------------------------------------------------------------

    def _each(self, path: str, filters: dict[str, Any]) -> Iterator[Any]:
        params: dict[str, Any] = {"limit": _PAGE, **filters}
        while True:
            page = self._page(path, params)
            yield from page.data
            if page.next is None:
                return
            params["cursor"] = page.next


def _contact(client_id: str, contact_id: str | None = None) -> str:
    return _path(client_id, "contacts", contact_id)


def _rate(client_id: str, rate_id: str | None = None) -> str:
    return _path(client_id, "rates", rate_id)


def _document(client_id: str, document_id: str | None = None) -> str:
    return _path(client_id, "documents", document_id)


def _path(client_id: str, kind: str, element: str | None) -> str:
    return f"/v1/clients/{client_id}/{kind}" + (f"/{element}" if element else "")
