"""The generated reference pages say what the code says."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from jsonschema_rs import Draft202012Validator

from cli.reference.commands import PAGES, stale_files, stale_pages, write_pages
from shared.contracts import schema_files
from shared.contracts.catalogue import find, types
from shared.messaging.asyncapi import asyncapi_document, asyncapi_json
from shared.messaging.topology import SUBSCRIPTIONS
from tests.contract.asyncapi import SCHEMA


def test_reference_pages_are_fresh() -> None:
    assert stale_pages() == [], "run `clientele reference write` and commit the result"


def test_files_made_from_the_code_are_fresh() -> None:
    assert [*stale_files()] == [], "run `clientele reference write` and commit the result"


def test_writing_makes_every_page_fresh(tmp_path: Any) -> None:
    assert set(write_pages(tmp_path)) == set(PAGES)
    assert stale_pages(tmp_path) == []
    (tmp_path / "events.md").write_text("old")
    assert stale_pages(tmp_path) == ["events.md"]


@pytest.mark.parametrize("event_type", types())
def test_asyncapi_payload_accepts_a_whole_envelope_and_nothing_less(event_type: str) -> None:
    validator = _payload_validator(event_type)
    assert list(validator.iter_errors(_envelope(event_type))) == []
    assert not validator.is_valid({**_envelope(event_type), "data": {}})
    assert not validator.is_valid({**_envelope(event_type), "type": "clients.other.done.v1"})


def test_asyncapi_is_what_its_specification_asks_for() -> None:
    validator = Draft202012Validator(SCHEMA)
    document = orjson.loads(asyncapi_json())
    assert [error.message[:300] for error in validator.iter_errors(document)] == []
    for wrong in (
        {"channels": {"feed": {"adress": "/v1/events"}}},
        {
            "operations": {
                "feed.send": {"action": "publish", "channel": {"$ref": "#/channels/feed"}}
            }
        },
        {"operations": {"feed.send": {"action": "send"}}},
        {"components": {"message": {}}},
        {"asyncapi": "2.6.0"},
    ):
        assert not validator.is_valid({**document, **wrong})


@pytest.mark.parametrize("way", ["feed", "stream", "webhooks", "subscribers"])
def test_asyncapi_names_every_way_in_which_others_are_told(way: str) -> None:
    document = asyncapi_document()
    assert document["channels"][way]["messages"]
    assert document["operations"][f"{way}.send"]["channel"] == {"$ref": f"#/channels/{way}"}


def test_asyncapi_references_all_lead_somewhere() -> None:
    document = asyncapi_document()
    references = list(_references(document))
    assert references
    for reference in references:
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_asyncapi_names_every_subscription() -> None:
    operations = asyncapi_document()["operations"]
    for service, sources in SUBSCRIPTIONS.items():
        for source in set(sources) & {"clients", "documents"}:
            assert f"{service}.receive.{source}" in operations


def _payload_validator(event_type: str) -> Draft202012Validator:
    document = asyncapi_document()
    payload = document["components"]["messages"][event_type]["payload"]
    return Draft202012Validator({**payload, "components": document["components"]})


def _envelope(event_type: str) -> dict[str, Any]:
    schema = schema_files.inlined(schema_files.read("envelope"))
    schema["properties"]["type"]["examples"] = [event_type]
    schema["properties"]["data"]["examples"] = [find(event_type).example()]
    made: dict[str, Any] = orjson.loads(orjson.dumps(schema_files.example_of(schema)))
    return made


def _references(node: Any) -> Any:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
