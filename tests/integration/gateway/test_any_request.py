"""The OpenAPI document tells the truth: whatever is sent to any operation, right or wrong, the
answer is one that the document describes, and never a 5xx.

All checks of Schemathesis, as `schemathesis.toml` has them; `make fuzz` throws many more.
"""

from __future__ import annotations

import os
import re
from itertools import product
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from tests.integration.gateway.conftest import Office

_MANY = os.environ.get("FUZZ_EXAMPLES", "")
EXAMPLES = int(_MANY or 2)
_CONFIG = Path(__file__).resolve().parents[3] / "schemathesis.toml"
# What is taken away is taken away last.
_METHODS = ("get", "post", "put", "patch", "delete")
# What ends the session that the others are tried with, and what does not end.
_LEFT_OUT = {"/v1/auth/sessions/current", "/v1/events/stream"}

_LINE = {"description": "Advice", "quantity": "1", "unit_price": "100.00"}
# The name of a parameter, and what makes something that it may name.
_MADE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("contact_id", "/clients/{client_id}/contacts", {"name": "Al", "email": "al@b.example"}),
    ("rate_id", "/clients/{client_id}/rates", {"position": "Advisor", "regular_rate": "80"}),
    ("project_id", "/clients/{client_id}/projects", {"name": "Roof", "status": "active"}),
    ("note_id", "/clients/{client_id}/notes", {"text": "Met them."}),
    ("invoice_id", "/clients/{client_id}/invoices", {"lines": [_LINE]}),
    ("document_id", "/clients/{client_id}/documents", {"file_name": "a.txt", "size": 3}),
    ("draft_id", "/client-drafts", {}),
    ("role_id", "/roles", {"name": "Reader", "permissions": ["clients.view"]}),
    ("view_id", "/views", {"name": "All", "query": {"status": ["active"]}}),
    ("field_id", "/workspace/custom-fields", {"key": "a", "label": "A", "type": "text"}),
    ("key_id", "/api-keys", {"name": "K", "permissions": ["clients.view"]}),
)


def test_no_answer_to_any_request_is_another_than_the_document_says(office: Office) -> None:
    config = SchemathesisConfig.from_path(str(_CONFIG))
    schema = schemathesis.openapi.from_wsgi("/openapi.json", office.http.application, config=config)
    operations = [each.ok() for each in schema.get_all_operations()]
    operations.sort(key=lambda each: _METHODS.index(each.method))
    ids, failed = _ids(office), list[str]()
    for operation in operations:
        if operation.path not in _LEFT_OUT:
            _throw_at(operation, office, ids, failed)
    assert not failed, "\n\n".join(failed)


def test_no_name_in_a_path_is_answered_with_a_5xx(office: Office) -> None:
    names = ("%0A", "a%00b", "%2541", "%3F", "%E2%80%AE", "%FF")
    for rule in office.http.application.url_map.iter_rules():
        path = re.sub(r"<uuid:\w+>", office.client_id, rule.rule)
        if "<" not in path or not path.startswith("/v1/"):
            continue
        for name, method in product(names, (rule.methods or set()) & {"GET", "POST", "PUT"}):
            asked = re.sub(r"<[^>]+>", name, path).removeprefix("/v1")
            answer = office.call(method, asked, json={} if method != "GET" else None)
            assert answer.status_code < 500, f"{method} {asked}: {answer.text}"


def _ids(office: Office) -> dict[str, str]:
    """One of everything, by the name of the parameter that names it."""
    found = {"client_id": office.client_id}
    for name, path, body in _MADE:
        made = office.call("POST", path.format(**found), json=body)
        assert made.status_code == 201, made.text
        found[name] = made.headers.get("Location", made.json.get("id", "")).rpartition("/")[2]
    return found


def _throw_at(operation: Any, office: Office, ids: dict[str, str], failed: list[str]) -> None:
    headers = {"Authorization": f"Bearer {office.token}", "Accept-Encoding": "identity"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=not _MANY,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @_given(operation)
    def throw(case: Any) -> None:
        if case.meta.generation.mode.is_positive:
            known = {name: ids[name] for name in case.path_parameters or {} if name in ids}
            case.path_parameters = {**(case.path_parameters or {}), **known}
        # Waiting is for the server in front of the app, which is left out here.
        (case.query or {}).pop("wait", None)
        try:
            case.call_and_validate(headers=headers)
        except FailureGroup as group:
            failed.extend(f"{operation.label}: {_said(each)}" for each in group.exceptions)

    throw()


def _said(failure: Any) -> str:
    return f"{failure.title}\n{failure.message}"


def _given(operation: Any) -> Any:
    """Hypothesis' `given` over the cases of one operation, right and wrong ones."""
    modes = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]
    strategies = [operation.as_strategy(generation_mode=mode) for mode in modes]
    return given(case=strategies[0] | strategies[1])
