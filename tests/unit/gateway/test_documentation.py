"""The façade's OpenAPI document says of forwarded routes what their services say."""

from __future__ import annotations

from typing import Any

import pytest

from cli.reference import forwarded
from services.clients.gateway.documentation import forwarded as packaged
from services.clients.service import CLIENTS

FORWARDED = [
    ("get", "/v1/clients/{client_id}/activity"),
    ("get", "/v1/clients/{client_id}/metrics"),
    ("get", "/v1/clients/{client_id}/documents"),
    ("post", "/v1/clients/{client_id}/documents"),
    ("get", "/v1/clients/{client_id}/documents/{document_id}"),
    ("patch", "/v1/clients/{client_id}/documents/{document_id}"),
    ("delete", "/v1/clients/{client_id}/documents/{document_id}"),
    ("post", "/v1/clients/{client_id}/documents/{document_id}/complete"),
    ("get", "/v1/clients/{client_id}/documents/{document_id}/download"),
    ("get", "/v1/clients/{client_id}/activity/export"),
    ("get", "/v1/metrics"),
    ("get", "/v1/audit"),
    ("get", "/v1/subscribers"),
    ("get", "/v1/subscribers/{name}"),
    ("post", "/v1/subscribers/{name}/pause"),
    ("post", "/v1/subscribers/{name}/resume"),
    ("post", "/v1/subscribers/{name}/replay"),
    ("get", "/v1/events"),
    ("get", "/v1/events/stream"),
    ("get", "/v1/webhooks"),
    ("post", "/v1/webhooks"),
    ("delete", "/v1/webhooks/{webhook_id}"),
    ("get", "/v1/webhooks/{webhook_id}"),
    ("patch", "/v1/webhooks/{webhook_id}"),
    ("get", "/v1/webhooks/{webhook_id}/deliveries"),
    ("get", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}"),
    ("post", "/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/resend"),
    ("post", "/v1/webhooks/{webhook_id}/pause"),
    ("post", "/v1/webhooks/{webhook_id}/ping"),
    ("post", "/v1/webhooks/{webhook_id}/replay"),
    ("post", "/v1/webhooks/{webhook_id}/resume"),
    ("post", "/v1/webhooks/{webhook_id}/rotate-secret"),
]

_MERGED = {"$ref": "#/components/responses/ClientMerged"}


@pytest.fixture(scope="module")
def document() -> Any:
    """The façade's OpenAPI document, as it is served."""
    return forwarded.openapi_of(forwarded.service_app(CLIENTS))


def test_what_is_documented_of_the_other_services_is_fresh() -> None:
    assert forwarded.is_fresh(), "run `clientele reference write` and commit the result"


def test_every_route_behind_the_facade_is_forwarded() -> None:
    behind = {(method, path) for path, methods in packaged()["paths"].items() for method in methods}
    assert behind == set(FORWARDED)


@pytest.mark.parametrize(("method", "path"), FORWARDED)
def test_a_forwarded_route_is_documented_as_by_its_service(
    document: Any, method: str, path: str
) -> None:
    said = _with_references(packaged()["paths"][path][method])
    told = document["paths"][path][method]
    responses = {status: it for status, it in told["responses"].items() if it != _MERGED}
    assert {key: {**told, "responses": responses}[key] for key in said} == said


def _with_references(operation: Any) -> Any:
    """The operation with references to the parameters that it names."""
    if "parameters" not in operation:
        return operation
    parameters = [
        {"$ref": f"#/components/parameters/{each}"} if isinstance(each, str) else each
        for each in operation["parameters"]
    ]
    return {**operation, "parameters": parameters}


def test_every_reference_leads_somewhere(document: Any) -> None:
    references = list(_references(document))
    assert "#/components/schemas/ActivityTimelinePage" in references
    for reference in references:
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_the_overview_is_documented_with_the_parts_of_the_others(document: Any) -> None:
    answer = document["paths"]["/v1/clients/{client_id}/overview"]["get"]["responses"]["200"]
    properties = answer["content"]["application/json"]["schema"]["properties"]
    assert set(properties) == {"client", "metrics", "documents", "activity", "unavailable"}
    assert properties["client"] == {"$ref": "#/components/schemas/ClientView"}


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def test_it_is_the_document_of_the_product(document: Any) -> None:
    assert document["info"]["title"] == "Clientele"


def test_every_route_of_a_client_may_lead_on_to_the_one_it_was_merged_into(document: Any) -> None:
    assert "ClientMerged" in document["components"]["responses"]
    for path, methods in document["paths"].items():
        of_a_client = path.startswith("/v1/clients/{client_id}")
        for method, described in methods.items():
            if method in {"get", "post", "put", "patch", "delete"}:
                moved = {"get": "301"}.get(method, "308")
                found = described["responses"].get(moved)
                assert (found == _MERGED) is of_a_client, (method, path)
