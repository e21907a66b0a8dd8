"""Roles are sets of permissions, each within the next."""

from __future__ import annotations

import re

from shared.security.permissions import PERMISSIONS, ROLES


def test_the_four_roles_contain_one_another() -> None:
    assert set(ROLES) == {"owner", "manager", "member", "viewer"}
    assert ROLES["viewer"] < ROLES["member"] < ROLES["manager"] < ROLES["owner"]


def test_an_owner_may_do_everything() -> None:
    assert ROLES["owner"] == PERMISSIONS


def test_a_viewer_only_looks() -> None:
    assert {name.partition(".")[2] for name in ROLES["viewer"]} == {"view"}


# Who may do something first; everyone above may too. What cannot be taken back, and what goes
# out of the house, is not for every member; who comes in is for the owner alone.
LOWEST = {
    "viewer": {"clients.view", "documents.view", "invoices.view", "projects.view", "notes.view"},
    "member": {
        *(
            f"{subject}.{verb}"
            for subject in ("clients", "documents", "invoices", "projects")
            for verb in ("create", "update")
        ),
        "notes.create",
        "mails.view",
    },
    "manager": {
        *(f"{subject}.delete" for subject in ("clients", "documents", "invoices", "projects")),
        "clients.export",
        "clients.view_tax_id",
        "invoices.issue",
        "invoices.pay",
        "invoices.void",
        "mails.send",
        "notes.manage",
        "webhooks.manage",
    },
    "owner": {"workspace.manage", "users.manage"},
}


def test_each_role_adds_what_is_written_here_and_nothing_else() -> None:
    below: frozenset[str] = frozenset()
    for role, added in LOWEST.items():
        assert ROLES[role] - below == added, role
        below = ROLES[role]


def test_the_names_that_programs_rely_on_are_there() -> None:
    """They stand in stored API keys: taking one away is a migration, not an edit."""
    clients = {"view", "create", "update", "delete", "export", "view_tax_id"}
    assert {f"clients.{verb}" for verb in clients} <= PERMISSIONS
    for subject in ("documents", "invoices", "projects"):
        assert {f"{subject}.{verb}" for verb in ("view", "create", "update", "delete")} <= (
            PERMISSIONS
        )
    assert {"invoices.issue", "invoices.pay", "invoices.void"} <= PERMISSIONS
    assert {"notes.view", "notes.create", "notes.manage"} <= PERMISSIONS
    assert {"webhooks.manage", "workspace.manage", "users.manage"} <= PERMISSIONS
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in PERMISSIONS)
