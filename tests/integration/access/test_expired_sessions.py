"""Sessions that have expired go; whoever is signed in stays so."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from services.clients.access.operations import signing_in
from services.clients.access.tasks import purge_access
from tests.fixtures.api import Api

_EXPIRED = text(
    """
    INSERT INTO sessions (id, workspace_id, user_id, hash, device, address, idle_seconds,
                          created_at, last_used_at, idle_until, expires_at)
    SELECT gen_random_uuid(), workspace_id, id, sha256(n::text::bytea), '', '', 60,
           past, past, past, past
    FROM users, generate_series(1, 5) AS n,
         (SELECT clock_timestamp() - interval '1 second' AS past) AS t
    """
)
_COUNT = text("SELECT count(*) FROM sessions")


def _count(api: Api) -> Any:
    with api.runtime.unit_of_work(api.origin()) as uow:
        return uow.session.scalar(_COUNT)


@pytest.mark.parametrize("at_once", [2, 5_000])
def test_expired_sessions_go_and_the_others_stay(
    api: Api, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "_PURGED_AT_ONCE", at_once)
    token = api.sign_in("owner@example.com").token
    before = _count(api)
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(_EXPIRED)
    assert _count(api) == before + 5
    assert purge_access(api.runtime) >= 5
    assert _count(api) == before
    assert purge_access(api.runtime) == 0
    headers = {"Authorization": f"Bearer {token}"}
    assert api.app.test_client().get("/v1/me", headers=headers).status_code == 200
