"""PostgreSQL folds the words of short texts as Python folds the words of clients."""

from __future__ import annotations

import uuid
from unicodedata import category

import psycopg
import pytest

from shared.db.engine import role_url
from shared.values.folding import fold
from tests.fixtures.databases import Databases

_ASK = "SELECT ARRAY(SELECT (search_words(%s, word))[1] FROM unnest(%s::text[]) AS word)"


@pytest.mark.parametrize("service", ["clients", "documents"])
def test_every_letter_is_folded_alike(databases: Databases, service: str) -> None:
    """As the second letter of a word: a mark or a sign alone would be no word."""
    url = role_url(databases.settings, service, "app").set(drivername="postgresql")
    letters = [chr(code) for code in range(0x10000) if category(chr(code))[0] == "L"]
    # Some are spelt with a sign that parts words.
    asked = [f"a{letter}a" for letter in letters if fold(letter).isalnum() and ord(letter) > 0xBF]
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        words, folded = (
            connection.execute(_ASK, (uuid.UUID(int=0), texts)).fetchall()[0][0]
            for texts in (asked, [fold(text) for text in asked])
        )
    pairs = list(zip(asked, words, folded, strict=True))
    assert [text for text, word, other in pairs if word != other] == []
    assert [text for text, word, _ in pairs if fold(word[8:]) != fold(text)] == []
