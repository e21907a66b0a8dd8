"""How changes are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from hypothesis import given
from hypothesis import strategies as st

from web.client.live import news
from web.client.timeline import is_long, label, mark, pieces


def test_fields_are_called_as_people_call_them() -> None:
    assert label("technical_requirements") == "Technical requirements"
    assert label("address.city") == "Address, city"


def test_the_more_particular_mark_wins() -> None:
    assert mark({"type": "clients.invoice.payment_recorded.v1"}) == ("banknote", "good")
    assert mark({"type": "clients.invoice.updated.v1"}) == ("receipt-text", "info")
    assert mark({"type": "clients.client.updated.v1"}) == ("pencil", "")


@given(st.text(), st.text())
def test_a_difference_holds_both_texts(before: str, after: str) -> None:
    found = list(pieces(before, after))
    assert "".join(it.text for it in found if it.kind != "ins") == before
    assert "".join(it.text for it in found if it.kind != "del") == after


def test_only_texts_are_compared_by_word() -> None:
    assert is_long({"before": "word " * 20, "after": "word"})
    assert not is_long({"before": None, "after": "word " * 20})
    assert not is_long({"before": "a", "after": "b"})


def test_news_tell_that_something_happened_and_nothing_of_it() -> None:
    sent = (
        b'retry: 3000\n\nid: c1\nevent: clients.client.updated.v1\ndata: {"a": 1}\n\n: \nid: c2\n\n'
    )

    async def lines() -> AsyncIterator[bytes]:
        for line in sent.splitlines(keepends=True):
            yield line

    async def read() -> list[bytes]:
        return [piece async for piece in news(lines())]

    assert asyncio.run(read()) == [
        b": \n\n",
        b"id: c1\nevent: news\ndata: 1\n\n",
        b"id: c2\n: \n\n",
    ]
