"""A tombstone takes the place of any event's data, and is taken for nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from shared.contracts.catalogue import (
    ContractViolation,
    contracts,
    find,
    types,
    validate_consumed,
    validate_produced,
)
from shared.contracts.tombstones import TOMBSTONE, is_tombstone


@pytest.mark.parametrize("event_type", types())
def test_a_tombstone_of_any_type_is_read(event_type: str) -> None:
    validate_consumed(event_type, dict(TOMBSTONE))


@pytest.mark.parametrize("event_type", types())
def test_no_event_is_told_as_a_tombstone_nor_taken_for_one(event_type: str) -> None:
    """So a batch that fits its contracts at once holds no tombstone."""
    with pytest.raises(ContractViolation):
        validate_produced(event_type, dict(TOMBSTONE))
    assert not find(event_type).consumer.is_valid(dict(TOMBSTONE))
    assert not is_tombstone(find(event_type).example())


def test_a_tombstone_of_a_type_that_nobody_knows_is_read_too() -> None:
    """There is nothing in it to understand."""
    validate_consumed("clients.client.unheard_of.v9", dict(TOMBSTONE))


def test_no_contract_has_a_field_that_would_make_a_tombstone() -> None:
    assert [name for name, it in contracts().items() if "erased" in it.schema["properties"]] == []


@pytest.mark.parametrize("data", [None, [], {"erased": 1}, {"erased": "true"}, {}, "erased"])
def test_only_the_mark_itself_makes_a_tombstone(data: Any) -> None:
    assert not is_tombstone(data)
