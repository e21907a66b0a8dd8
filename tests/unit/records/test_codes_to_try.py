"""Which codes are tried for a client without one."""

from __future__ import annotations

import time
import uuid

import pytest

from services.clients.records.operations.suggesting import CodesToTry
from services.clients.records.rules.codes import ALL_CODES, suggestions


def test_at_first_all_codes_are_tried_in_their_order() -> None:
    chunks = list(CodesToTry(uuid.uuid4(), "Acme Machines"))
    assert [len(chunk) for chunk in chunks[:3]] == [12, 60, 300]
    assert [code for chunk in chunks for code in chunk] == list(suggestions("Acme Machines"))


def test_the_next_client_of_such_a_name_begins_near_where_the_last_ended_for_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace, at = uuid.uuid4(), time.monotonic()
    codes = list(suggestions("Acme Machines"))
    first = CodesToTry(workspace, "Acme Machines 1")
    for chunk in first:
        if codes[40] in chunk:
            first.found(chunk, codes[40])
            break
    after = list(CodesToTry(workspace, "Acme Machines 2"))
    assert 30 < codes.index(after[0][0]) <= 40
    assert sorted(after[-1]) == sorted(codes)
    assert next(iter(CodesToTry(uuid.uuid4(), "Acme Machines 3")))[0] == codes[0]
    monkeypatch.setattr(time, "monotonic", lambda: at + 62)
    assert next(iter(CodesToTry(workspace, "Acme Machines 4")))[0] == codes[0]


def test_the_notes_never_hide_a_code() -> None:
    workspace = uuid.uuid4()
    for _ in range(3):
        codes_to_try = CodesToTry(workspace, "Zenith")
        *_, last = iter(codes_to_try)
        assert len(last) >= ALL_CODES - 372
        codes_to_try = CodesToTry(workspace, "Zenith")
        chunk = next(iter(codes_to_try))
        codes_to_try.found(chunk, chunk[-1])
    offered = {code for chunk in CodesToTry(workspace, "Zenith") for code in chunk}
    assert len(offered) == ALL_CODES
