"""How the client package sends again, and what it makes of answers."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from clientele_client.cursors import CursorFile
from clientele_client.errors import CursorExpired, Invalid, LogReset, Refused, Unreachable
from clientele_client.stream import blocks
from clientele_client.transport import Transport, asked_wait, checked, given
from devstack.ports import free_port
from tests.fixtures.sink import LOOPBACK, Received, Reply, Sink


def _answer(status: int, problem: dict[str, object]) -> httpx.Response:
    return httpx.Response(status, json=problem)


def test_a_write_is_sent_again_under_its_key_until_it_is_answered() -> None:
    sink = Sink()
    codes = iter([503, 429, 409, 201])

    def decide(_: Received) -> Reply:
        status = next(codes)
        body = b'{"code": "idempotency.in_progress"}' if status == 409 else b"{}"
        return Reply(status, {"Retry-After": "0"}, body)

    sink.decide = decide
    with sink.serving(), Transport(sink.url("")) as transport:
        assert transport.send("POST", "/v1/clients", body={}).status_code == 201
        assert len({got.headers["idempotency-key"] for got in sink.received}) == 1
        assert len(sink.received) == 4


def test_patience_ends_with_what_was_answered_or_that_nothing_was() -> None:
    sink = Sink()
    sink.decide = lambda _: Reply(503, {"Retry-After": "60"}, b'{"code": "busy"}')
    with sink.serving(), Transport(sink.url(""), patience=1.0) as transport:
        with pytest.raises(Refused, match="busy"):
            transport.send("POST", "/v1/clients")
        assert len(sink.received) == 1
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with Transport(nowhere, patience=0.5) as transport, pytest.raises(Unreachable):
        transport.send("GET", "/v1/me")


def test_an_error_names_every_wrong_field_and_where_to_go_on() -> None:
    errors = [{"field": f"f{n}", "code": "wrong", "message": "No."} for n in range(2)]
    with pytest.raises(Invalid) as invalid:
        checked(_answer(422, {"code": "invalid", "title": "Wrong", "errors": errors}))
    assert [each.field for each in invalid.value.errors] == ["f0", "f1"]
    with pytest.raises(CursorExpired) as expired:
        checked(_answer(410, {"code": "events.cursor_expired", "earliest": "c1"}))
    assert expired.value.earliest == "c1"
    with pytest.raises(LogReset):
        checked(_answer(409, {"code": "events.log_reset", "earliest": "c0"}))
    with pytest.raises(Refused, match=r"http\.502"):
        checked(httpx.Response(502, text="<html>"))


def test_retry_after_may_be_a_number_a_date_or_nonsense() -> None:
    def wait(value: str) -> float | None:
        return asked_wait(httpx.Response(503, headers={"Retry-After": value}))

    assert wait("7") == 7
    assert wait("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert wait("Wed, 21 Oct 2015 07:28:00 -0000") == 0
    assert wait("soon") is None


def test_parameters_that_are_none_are_left_out_and_lists_joined() -> None:
    assert given({"a": None, "b": ["x", "y"], "c": 0, "d": "z"}) == {"b": "x,y", "c": 0, "d": "z"}


def test_blocks_of_a_stream_that_breaks_off_amid_one() -> None:
    lines = ["retry: 3000", "", ": ", "id: 1", "", "id: 2", "data: a", "data: b", "", "id: 3"]
    assert list(blocks(lines)) == [{"retry": "3000"}, {"id": "1"}, {"id": "2", "data": "a\nb"}]


def test_a_cursor_file_keeps_what_was_saved_last(tmp_path: Path) -> None:
    cursor = CursorFile(tmp_path / "place")
    assert cursor.load() is None
    for value in ("one", "two"):
        cursor.save(value)
    assert CursorFile(tmp_path / "place").load() == "two"
    assert [file.name for file in tmp_path.iterdir()] == ["place"]
