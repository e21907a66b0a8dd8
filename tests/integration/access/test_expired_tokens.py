"""Tokens that have expired go; whoever is signed in stays so."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from services.clients.access.operations import people
from services.clients.access.tasks import purge_tokens
from tests.fixtures.api import Api

_EXPIRED = text(
    """
    INSERT INTO access_tokens (hash, workspace_id, user_id, expires_at)
    SELECT sha256(n::text::bytea), workspace_id, id, clock_timestamp() - interval '1 second'
    FROM users, generate_series(1, 5) AS n
    """
)
_COUNT = text("SELECT count(*) FROM access_tokens")


def _count(api: Api) -> Any:
    with api.runtime.unit_of_work(api.origin()) as uow:
        return uow.session.scalar(_COUNT)


@pytest.mark.parametrize("at_once", [2, 5_000])
def test_expired_tokens_go_and_the_others_stay(
    api: Api, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "_PURGED_AT_ONCE", at_once)
    before = _count(api)
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(_EXPIRED)
    assert _count(api) > before
    expired = _count(api) - before
    assert purge_tokens(api.runtime) == expired
    assert _count(api) == before
    assert purge_tokens(api.runtime) == 0
    assert api.owner.call("GET", "/v1/me").status_code == 200
