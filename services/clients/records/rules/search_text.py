"""The words a client is found by, folded so that accents and capitals make no difference.

A compliance standard, a tag and the last four of a tax number are one word each, of their own
kind: they are found whole only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import category

from shared.values.folding import fold

#: Characters that count: of a word, of what is found whole, and of the name that its place in
#: an alphabetical list rests on. The key of an index has at most 2,704 bytes, a character up to
#: four, and one character may fold to eighteen.
_WORD_LENGTH = 64
_WHOLE_LENGTH = 200
_SORT_LENGTH = 100
#: Words of a query that count.
_QUERY_WORDS = 10

# The vowels of Thai or Hindi are marks that folding leaves: a word goes on through them. A
# picture is a word by itself; a joined one is found by each of those that it is made of.
_MARKS = "".join(c for c in map(chr, range(0x300, 0x1F000)) if category(c) in {"Mn", "Mc"})
_PICTURES = "\u2190-\u2bff\U0001f000-\U0001faff"
_WORD = re.compile(rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*|[{_PICTURES}]")
_ASCII_WORD = re.compile("[a-z0-9]+")
_STANDARD, _TAG, _LAST4 = "=", "#", "$"
_LAST4_LENGTH = 4
#: Above every character that a word may have.
_HIGHEST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Word:
    """A word that a client is to have: this one, or where it `begins` one, any that goes on."""

    text: str
    begins: bool = False

    @property
    def last(self) -> str:
        """The words meant are those from `text` to this one, in the order of code points."""
        return self.text + _HIGHEST if self.begins else self.text


#: Words of which a client is to have any.
Term = tuple[Word, ...]


def sort_name(company_name: str) -> str:
    """What an alphabetical list is sorted by."""
    return fold(company_name)[:_SORT_LENGTH]


def search_vector(
    texts: Iterable[str | None],
    standards: Iterable[str],
    tags: Iterable[str] = (),
    last4: str | None = None,
) -> str:
    """The words of the texts, the standards, the tags and the last four of a tax number, as
    PostgreSQL writes a tsvector."""
    words = {word[:_WORD_LENGTH] for text in texts if text for word in _words(text)}
    words |= {_whole(_STANDARD, standard) for standard in standards}
    words |= {_whole(_TAG, tag) for tag in tags}
    if last4:
        words.add(_whole(_LAST4, last4))
    return " ".join(map(_quoted, words))


def search_terms(
    typed: str | None,
    standards: Iterable[Sequence[str]],
    tags: Iterable[str] = (),
    *,
    see_tax_ids: bool = False,
) -> list[Term]:
    """What a client is to have, all of it: a word that begins with each word typed, every tag,
    and of every standard one of its names. None: anything. With `see_tax_ids` a word may also
    be the last four of a tax number.

    What is typed without any word in it (`%`) finds nothing, as no client has a blank.
    """
    terms: list[Term] = [
        tuple(Word(whole) for whole in {_whole(_STANDARD, name): None for name in names})
        for names in standards
    ]
    terms += [(Word(_whole(_TAG, tag)),) for tag in tags]
    if typed and typed.strip():
        words = _words(typed)[:_QUERY_WORDS]
        terms += [_begun(word, see_tax_ids) for word in words] or [(Word(" "),)]
    return terms


def tsquery(terms: Iterable[Term]) -> str:
    """The terms as PostgreSQL writes a tsquery."""
    return " & ".join(f"({' | '.join(map(_lexeme, term))})" for term in terms)


def begins_in(typed: str, text: str | None) -> bool:
    """Whether one of the words typed begins a word of the text."""
    words = _words(text or "")
    return any(_begins(each, words) for each in _words(typed)[:_QUERY_WORDS])


def all_begin_in(typed: str, text: str) -> bool:
    """Whether every word typed begins a word of the text."""
    words = _words(text)
    return all(_begins(each, words) for each in _words(typed)[:_QUERY_WORDS])


def _begins(begun: str, words: Sequence[str]) -> bool:
    return any(word.startswith(begun) for word in words)


def _words(text: str) -> list[str]:
    folded = fold(text)
    return (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)


def _begun(word: str, see_tax_ids: bool) -> Term:
    begun = Word(word[:_WORD_LENGTH], begins=True)
    may_be_last4 = see_tax_ids and len(word) <= _LAST4_LENGTH
    return (begun, Word(_whole(_LAST4, word))) if may_be_last4 else (begun,)


def _whole(sign: str, text: str) -> str:
    """What is found whole only, each kind behind a sign of its own."""
    return f"{sign}{fold(text)[:_WHOLE_LENGTH]}"


def _lexeme(word: Word) -> str:
    return f"{_quoted(word.text)}:*" if word.begins else _quoted(word.text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
