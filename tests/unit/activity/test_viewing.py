"""Who may see which events, and what a pattern of types means."""

from __future__ import annotations

import pytest

from services.activity.events.rules import viewing, wildcards
from shared.contracts import catalogue
from shared.security.permissions import PERMISSIONS, ROLES


def test_every_kind_of_the_catalogue_is_decided_on() -> None:
    kinds = {name.split(".")[1] for name in catalogue.types()}
    assert kinds == set(viewing.NEEDED)
    assert set(viewing.NEEDED.values()) <= PERMISSIONS


def test_an_event_nobody_decided_on_asks_for_the_narrowest_right() -> None:
    assert viewing.needed_for("clients.secret.told.v1") == "users.manage"


def test_a_viewer_sees_whole_timelines_and_no_users() -> None:
    assert viewing.sees_whole_timelines(ROLES["viewer"])
    hidden = viewing.hidden_types(ROLES["viewer"])
    assert hidden == {
        name for name in catalogue.types() if name.split(".")[1] in viewing.OF_NO_CLIENT
    }
    assert viewing.hidden_types(ROLES["owner"]) == frozenset()


@pytest.mark.parametrize(
    "missing", ["invoices.view", "projects.view", "documents.view", "notes.view"]
)
def test_without_a_right_its_kind_is_hidden(missing: str) -> None:
    permissions = ROLES["owner"] - {missing}
    assert not viewing.sees_whole_timelines(permissions)
    hidden = viewing.hidden_types(permissions)
    assert hidden
    kinds = {name.split(".")[1] for name in hidden}
    assert {viewing.NEEDED[kind] for kind in kinds} == {missing}


@pytest.mark.parametrize(
    ("pattern", "some", "others"),
    [
        ("*", ["clients.client.created.v1", "documents.document.added.v1"], []),
        ("clients.*", ["clients.client.created.v1"], ["documents.document.added.v1"]),
        ("clients.invoice.*", ["clients.invoice.issued.v1"], ["clients.client.created.v1"]),
        ("clients.invoice.issued.v1", ["clients.invoice.issued.v1"], ["clients.invoice.voided.v1"]),
        ("clients.inv", [], ["clients.invoice.issued.v1"]),
        ("nothing.*", [], ["clients.client.created.v1"]),
    ],
)
def test_a_pattern_means_what_begins_with_it(
    pattern: str, some: list[str], others: list[str]
) -> None:
    meant = wildcards.matching([pattern])
    assert meant.issuperset(some)
    assert not meant & set(others)


def test_several_patterns_mean_what_any_of_them_means() -> None:
    both = wildcards.matching(["clients.rate.*", "clients.contact.*"])
    assert both == wildcards.matching(["clients.rate.*"]) | wildcards.matching(
        ["clients.contact.*"]
    )
