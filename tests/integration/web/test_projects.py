"""Projects of all clients, and the form that makes and changes one."""

from __future__ import annotations

import re
from typing import Any

from tests.integration.web.conftest import Browser


def _made(browser: Browser, client: Any, **more: str) -> str:
    path = f"/clients/{client['id']}/projects/new"
    browser.get(path)
    values = {"name": "Line 4", "status": "active", "currency": "USD", "budget_hours": "10", **more}
    made = browser.post(path, values)
    assert made.status_code == 303, made.text
    return str(made.location)


def test_a_project_is_made_found_and_counts_its_time(browser: Browser) -> None:
    client = browser.client()
    project = _made(browser, client)
    entry = {"project_id": project.rpartition("/")[2], "position": client["rates"][0]["position"],
             "person": "Ana", "date": "2026-01-05", "hours": "5"}  # fmt: skip
    browser.api.owner.call("POST", "/v1/time-entries", entry)
    page = browser.get(project).text
    assert "Line 4 was created." in page
    assert "Ana" in page
    assert "of 10.00" in page
    listed = browser.get("/projects").text
    assert f'href="{project}"' in listed
    assert "Acme Machines" in listed
    assert "50 % used" in listed
    assert f'href="{project}"' not in browser.get("/projects?status=completed").text
    assert f'href="{project}"' in browser.get("/projects?status=all").text


def test_what_is_wrong_stands_at_its_field_and_late_changes_are_told(browser: Browser) -> None:
    client = browser.client()
    project = _made(browser, client, code="L4")
    path = f"/clients/{client['id']}/projects/new"
    wrong = browser.post(path, {"name": "", "status": "active", "currency": "USD",
                                "starts_on": "2026-02-01", "ends_on": "2026-01-01"})  # fmt: skip
    assert wrong.status_code == 422
    assert 'href="#name">Name</a>' in wrong.text
    form = browser.get(f"{project}/edit").text
    version = re.search(r'name="version" value="(\d+)"', form)
    assert version is not None
    values = {"name": "Line 5", "status": "completed", "currency": "USD", "version": version[1]}
    assert browser.post(f"{project}/edit", values).status_code == 303
    late = browser.post(f"{project}/edit", {**values, "name": "Line 6"})
    assert late.status_code == 412
    assert 'value="Line 6"' in late.text
    assert f'href="{project}"' not in browser.get("/projects").text
