"""What reports and mail tell of documents and events that other services keep."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pypdfium2
import pytest
import urllib3

from services.activity.events.consumers import apply
from services.activity.settings import ActivitySettings
from services.clients.correspondence.tasks import tell_of_expiring
from services.clients.reports.rules import quarter_of
from shared.clock import now
from shared.errors import Unavailable
from shared.messaging.inbox import Inbox
from shared.runtime import Runtime
from shared.settings import load
from tests.factories.documents import pdf
from tests.factories.envelopes import Source
from tests.factories.events import batch
from tests.integration.gateway.conftest import Addresses
from tests.integration.gateway.servers import dead_address
from tests.integration.printing.conftest import Press
from tests.integration.printing.test_papers import At


def added(press: Press, **details: Any) -> str:
    """A document of the client, checked."""
    body = {"file_name": "insurance.pdf", "size": len(pdf()), **details}
    made = press.office.call("POST", f"{client(press)}/documents", json=body).json
    upload = made["upload"]
    put = urllib3.request("PUT", upload["url"], body=pdf(), headers=upload["headers"])
    assert put.status == 200
    complete = f"{client(press)}/documents/{made['id']}/complete"
    assert press.office.call("POST", complete, json={}).status_code == 200
    return str(made["id"])


def client(press: Press) -> str:
    return f"/clients/{press.office.client_id}"


def tell(press: Press, day: date, hour: int = 12) -> int:
    return tell_of_expiring(press.runtime, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))


def written(press: Press) -> list[tuple[str, str]]:
    """Kind and state of the mails to the client, the oldest first."""
    found = press.office.call("GET", f"/mails?client_id={press.office.client_id}").json["data"]
    return [(each["kind"], each["state"]) for each in reversed(found)]


def test_a_client_is_told_once_a_step_of_a_document_that_expires(press: Press) -> None:
    expires = now().date() + timedelta(days=100)
    document = added(press, expires_on=expires.isoformat(), title="Certificate of insurance")
    added(press)
    days = [expires - timedelta(days=left) for left in (40, 30, 29, 8, 7, 6, 0, -1)]
    assert [tell(press, day) for day in days] == [0, 1, 0, 0, 1, 0, 0, 0]
    assert written(press) == [("document_expiring", "queued")] * 2
    # Moved to a later day it is told of anew, and of one that comes late only once.
    later = expires + timedelta(days=60)
    path = f"{client(press)}/documents/{document}"
    etag = press.office.call("GET", path).headers["ETag"]
    changed = press.office.call(
        "PATCH", path, json={"expires_on": later.isoformat()}, headers={"If-Match": etag}
    )
    assert changed.status_code == 200, changed.text
    assert tell(press, expires) == 0
    assert tell(press, later - timedelta(days=3)) == 1


def test_where_the_documents_service_is_away_nobody_is_told(
    press_at: At, addresses: Addresses
) -> None:
    press = press_at({**addresses, "documents": dead_address()})
    with pytest.raises(Unavailable):
        tell(press, now().date())


def test_a_report_tells_of_shared_documents_and_milestones(
    press: Press, environment: dict[str, str]
) -> None:
    added(press, title="Certificate of insurance", portal_visible=True)
    added(press, title="What we think of them")
    created = Source(workspace_id=press.workspace_id).tell(
        "clients.project.created.v1",
        client_id=uuid.UUID(press.office.client_id),
        time=now().isoformat(),
    )
    runtime = Runtime("activity", load(ActivitySettings, environment))
    Inbox("activity", runtime.pipe_engine, apply).ingest(batch([created]))
    this = {"quarter": quarter_of(now().date()).name}
    assert press.office.call("POST", f"{client(press)}/reports", json=this).status_code == 202
    press.work()
    [report] = press.office.get("reports").json["data"]
    link = press.office.get(f"documents/{report['document_id']}/download")
    written = read(httpx.get(link.headers["Location"]).content)
    assert "Certificate of insurance" in written
    assert "What we think of them" not in written
    assert f"Project {created['data']['project']['name']} created" in written


def read(content: bytes) -> str:
    """The text of a PDF, in one line."""
    document = pypdfium2.PdfDocument(content)
    pages = (page.get_textpage().get_text_bounded() for page in document)
    return " ".join(" ".join(pages).split())
