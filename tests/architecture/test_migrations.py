"""Migrations: one line, numbered, both ways."""

from __future__ import annotations

import re

import pytest

from shared.db.migrate import script_directory
from shared.messaging.topology import SERVICES
from tests.architecture.sources import ROOT


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_form_one_numbered_line(service: str) -> None:
    folder = ROOT / "services" / service / "migrations" / "versions"
    names = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    assert [name[:4] for name in names] == [f"{n:04}" for n in range(1, len(names) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z_]+", name) for name in names)
    scripts = script_directory(service)
    assert len(scripts.get_heads()) == 1
    assert [s.revision for s in scripts.walk_revisions()][::-1] == [name[:4] for name in names]
