"""Files through MinIO, at the address that a browser reaches from outside the network."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

import httpx

from tests.factories.documents import pdf
from tests.fixtures.compose import ComposeSystem
from tests.fixtures.firm import Firm
from tests.fixtures.waiting import eventually


def _uploaded(firm: Firm) -> tuple[str, str]:
    path = f"/clients/{firm.client()['id']}/documents"
    content = pdf()
    made = firm.post(path, {"file_name": "contract.pdf", "size": len(content)})
    sent = httpx.put(made["upload"]["url"], content=content, headers=made["upload"]["headers"])
    assert sent.status_code == 200, sent.text
    firm.post(f"{path}/{made['id']}/complete", {}, 200)
    link = firm.http.get(f"/v1{path}/{made['id']}/download").headers["Location"]
    return link, made["upload"]["url"]


def test_links_carry_the_address_that_is_published(project: ComposeSystem, firm: Firm) -> None:
    for link in _uploaded(firm):
        assert urlsplit(link).netloc == f"127.0.0.1:{project.s3_port}"


def test_a_file_comes_back_as_it_went(project: ComposeSystem, firm: Firm) -> None:
    link, _ = _uploaded(firm)
    assert httpx.get(link).content == pdf()


def test_a_tampered_link_is_refused(project: ComposeSystem, firm: Firm) -> None:
    link, upload = _uploaded(firm)
    assert httpx.get(link[:-1] + ("0" if link[-1] != "0" else "1")).status_code == 403
    assert httpx.get(link.replace("X-Amz-Expires=", "X-Amz-Expires=9")).status_code == 403
    assert httpx.put(upload.replace("uploads", "elsewhere") + "0", content=b"x").status_code == 403


def test_a_store_without_a_signature_gives_nothing(project: ComposeSystem, firm: Firm) -> None:
    link, _ = _uploaded(firm)
    assert httpx.get(link.partition("?")[0]).status_code == 403


def test_an_expired_link_is_refused(project: ComposeSystem, firm: Firm) -> None:
    with project.variables(CLIENTELE_DOWNLOAD_LINK_SECONDS="2"):
        project.compose("up", "-d", "--no-deps", "--wait", "documents-api")
    try:
        link, _ = _uploaded(firm)
        assert httpx.get(link).status_code == 200
        eventually("the link is refused", lambda: httpx.get(link).status_code == 403, 10)
    finally:
        project.compose("up", "-d", "--no-deps", "--wait", "documents-api")


def test_a_large_file_goes_in_parts(project: ComposeSystem, firm: Firm) -> None:
    content = b"A line of a long text, and nothing else.\n" * (65 * 2**20 // 41)
    path = f"/clients/{firm.client()['id']}/documents"
    made = firm.post(path, {"file_name": "long.txt", "size": len(content)})
    size = made["upload"]["part_size"]
    for part in made["upload"]["parts"]:
        start = (part["number"] - 1) * size
        sent = httpx.put(part["url"], content=content[start : start + size], timeout=60)
        assert sent.status_code == 200, sent.text
    answer = firm.http.post(f"/v1{path}/{made['id']}/complete", json={}, timeout=60)
    assert answer.is_success, answer.text
    document = f"{path}/{made['id']}"
    eventually("it is checked", lambda: firm.get(document)["status"] == "available", 60)
    link = firm.http.get(f"/v1{document}/download").headers["Location"]
    got = httpx.get(link, timeout=60).content
    assert hashlib.sha256(got).digest() == hashlib.sha256(content).digest()
