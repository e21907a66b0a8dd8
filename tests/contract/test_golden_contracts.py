"""Readers and writers of different releases understand each other, both ways."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from shared.contracts import golden_files
from shared.contracts.catalogue import find, is_known, types, validate_consumed
from shared.contracts.golden_files import Golden, breaches, freeze, goldens
from shared.contracts.schema_files import Schema, tolerant

GOLDENS = goldens()

_HELP = (
    "Published contracts only grow by optional fields. Undo the change in "
    "shared/contracts/schemas/, or add a new version of the type beside it and run "
    "`clientele reference freeze`."
)


@pytest.mark.parametrize("event_type", types())
def test_every_published_type_is_frozen(event_type: str) -> None:
    assert event_type in GOLDENS, f"{event_type} has no golden: run `clientele reference freeze`"


@pytest.mark.parametrize("event_type", GOLDENS)
def test_no_frozen_type_has_disappeared(event_type: str) -> None:
    assert is_known(event_type), f"events of {event_type} stand in logs for ever. {_HELP}"


@pytest.mark.parametrize("golden", GOLDENS.values(), ids=list(GOLDENS))
def test_todays_reader_reads_yesterdays_bytes(golden: Golden) -> None:
    validate_consumed(golden.type, golden.example)


@pytest.mark.parametrize("golden", GOLDENS.values(), ids=list(GOLDENS))
def test_yesterdays_reader_reads_todays_bytes(golden: Golden) -> None:
    reader = Draft202012Validator(tolerant(golden.schema), validate_formats=True)
    mistakes = [str(error) for error in reader.iter_errors(find(golden.type).example())]
    assert mistakes == [], _HELP


@pytest.mark.parametrize("golden", GOLDENS.values(), ids=list(GOLDENS))
def test_contract_has_only_grown(golden: Golden) -> None:
    found = list(breaches(golden.schema, find(golden.type).schema))
    assert found == [], _HELP


def changed(event_type: str, *path: str, to: Any) -> list[str]:
    """What the check says after one change to a published contract."""
    schema: Schema = copy.deepcopy(find(event_type).schema)
    node = schema
    for name in path[:-1]:
        node = node[name]
    if to is None:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return list(breaches(find(event_type).schema, schema))


PROJECT = ("properties", "project")


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ((*PROJECT, "properties", "code"), None),
        ((*PROJECT, "properties", "name", "type"), "integer"),
        ((*PROJECT, "properties", "status", "enum"), ["planned", "active"]),
        ((*PROJECT, "properties", "status", "enum"), ["planned", "active", "lost"]),
        ((*PROJECT, "properties", "budget_amount", "pattern"), "^[0-9]+$"),
        ((*PROJECT, "required"), ["id", "name"]),
        ((*PROJECT, "properties", "version", "minimum"), 0),
        (("properties", "project"), None),
    ],
)
def test_every_breaking_change_is_noticed(path: tuple[str, ...], to: Any) -> None:
    assert changed("clients.project.created.v1", *path, to=to)


def test_an_optional_field_and_better_words_are_no_breach() -> None:
    added = changed(
        "clients.project.created.v1", *PROJECT, "properties", "phase", to={"type": "string"}
    )
    reworded = changed("clients.project.created.v1", "description", to="Better said.")
    assert added == reworded == []


def test_freeze_writes_missing_goldens_and_leaves_the_others_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(golden_files, "FOLDER", tmp_path)
    kept = tmp_path / "clients.project.created.v1.json"
    kept.write_text('{"schema": {}, "example": {}}')
    written = freeze()
    assert set(written) == set(types()) - {"clients.project.created.v1"}
    assert kept.read_text() == '{"schema": {}, "example": {}}'
    assert freeze() == []
