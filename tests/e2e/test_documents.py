"""A file from the caller's disk to the object store and back, and never through an API."""

from __future__ import annotations

import httpx

from tests.factories.documents import pdf
from tests.fixtures.firm import Firm


def test_upload_check_download(firm: Firm) -> None:
    made = firm.client()
    path = f"/clients/{made['id']}/documents"
    content = pdf()
    announced = firm.post(path, {"file_name": "Vertrag 契約.pdf", "size": len(content)})
    assert announced["status"] == "pending"
    upload = announced["upload"]
    sent = httpx.put(upload["url"], content=content, headers=upload["headers"])
    assert sent.status_code == 200
    refused = firm.http.get(f"/v1{path}/{announced['id']}/download")
    assert refused.status_code == 409, "nothing is handed out before it was checked"
    checked = firm.post(f"{path}/{announced['id']}/complete", {}, 200)
    assert (checked["status"], checked["content_type"]) == ("available", "application/pdf")
    link = firm.http.get(f"/v1{path}/{announced['id']}/download")
    assert link.status_code == 302
    got = httpx.get(link.headers["Location"])
    assert got.content == content
    assert got.headers["Content-Disposition"].startswith("attachment")
    firm.sees(made["id"], "documents.document.added.v1")
    firm.sees(made["id"], "documents.document.downloaded.v1")


def test_a_file_that_is_not_what_its_name_says_is_refused(firm: Firm) -> None:
    made = firm.client()
    path = f"/clients/{made['id']}/documents"
    announced = firm.post(path, {"file_name": "picture.png", "size": len(pdf())})
    upload = announced["upload"]
    httpx.put(upload["url"], content=pdf(), headers=upload["headers"])
    answer = firm.http.post(f"/v1{path}/{announced['id']}/complete", json={})
    assert answer.status_code == 422
    assert answer.json()["code"] == "documents.type_mismatch"
