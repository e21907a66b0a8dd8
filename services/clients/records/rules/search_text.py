"""The words a client is found by, folded so that accents and capitals make no difference.

A compliance standard, a tag and the last four of a tax number are one word each, of their own
kind: they are found whole only. A telephone number is one too, backwards: it is found by its end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from unicodedata import category, decimal

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
_LETTERS = rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*"
_WORD = re.compile(rf"{_LETTERS}|[{_PICTURES}]")
#: A word of a name: what it is spelled with counts, C++ is not C.
NAME_WORD = re.compile(rf"{_LETTERS}[+#]*|[{_PICTURES}]")
_ASCII_WORD = re.compile("[a-z0-9]+")
_STANDARD, _TAG, _LAST4, _PHONE = "=", "#", "$", "~"
_LAST4_LENGTH = 4
# What is dialled, and how many digits of it are asked for at least.
_DIALLED = re.compile(r"\+?[(]?\d[\d\s()./-]{2,}\d")
_DIGITS_ASKED_FOR = 4
# Words are written together with these, and without.
_JOINED = re.compile(r"[^\W_]+(?:['\u2019\u02bc`.][^\W_]+)+\.?")
# Han, Kana, Thai, Lao, Burmese and Khmer put no blanks between words: any pair of characters
# may begin one.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
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
    phones: Iterable[str | None] = (),
) -> str:
    """The words of the texts, the standards, the tags, the last four of a tax number and
    telephone numbers, as PostgreSQL writes a tsvector."""
    words = {word[:_WORD_LENGTH] for text in texts if text for word in _found_by(text)}
    words |= {_backwards(phone) for phone in phones if phone}
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
        asked = [*_asked_for(typed)][:_QUERY_WORDS]
        terms += [_begun(*each, see_tax_ids) for each in asked] or [(Word(" "),)]
    return terms


def tsquery(terms: Iterable[Term]) -> str:
    """The terms as PostgreSQL writes a tsquery."""
    return " & ".join(f"({' | '.join(map(_lexeme, term))})" for term in terms)


def begins_in(typed: str, text: str | None) -> bool:
    """Whether one of the words typed begins a word of the text, or ends it as a number."""
    return any(map(_holds(text or ""), [*_asked_for(typed)][:_QUERY_WORDS]))


def all_begin_in(typed: str, text: str) -> bool:
    """Whether every word typed begins a word of the text, or ends it as a number."""
    return all(map(_holds(text), [*_asked_for(typed)][:_QUERY_WORDS]))


def _holds(text: str) -> Callable[[Asked], bool]:
    words = [*_found_by(text), *([_backwards(text)] if _DIALLED.fullmatch(text) else [])]
    return lambda asked: any(
        word.startswith(begun) for begun in (asked[0], *asked[1]) for word in words
    )


#: A word that was typed, and others that stand for it: any of them will do.
Asked = tuple[str, tuple[str, ...]]


def _asked_for(typed: str) -> Iterator[Asked]:
    """Each word typed; where it is part of a number that is dialled or of words that are
    written as one, that number or the one word will do as well."""
    at = 0
    for part in sorted([*_DIALLED.finditer(typed), *_JOINED.finditer(typed)], key=_begin_of):
        if part.start() < at:
            continue
        yield from ((word, ()) for word in _in_query(typed[at : part.start()]))
        instead = _instead(part[0])
        yield from ((word, instead) for word in _in_query(part[0]))
        at = part.end()
    yield from ((word, ()) for word in _in_query(typed[at:]))


def _begin_of(part: re.Match[str]) -> int:
    return part.start()


def _instead(part: str) -> tuple[str, ...]:
    if not _DIALLED.fullmatch(part):
        return (_as_one(part),)
    # A zero in front is dialled before a number, or is the first of the digits at its end.
    numbers = dict.fromkeys((_backwards(part), _backwards(part, keeps_zeros=True)))
    return tuple(number for number in numbers if len(number) > _DIGITS_ASKED_FOR)


def _as_one(part: str) -> str:
    return "".join(_words(part))


def _in_query(text: str) -> Iterator[str]:
    """The words typed, and of what is written without blanks pair after pair."""
    for word in _words(text):
        runs = _UNSPACED.findall(word)
        if not runs:
            yield word
            continue
        yield from (part for part in _UNSPACED.split(word) if part)
        for run in runs:
            pairs = [run[at : at + 2] for at in range(0, len(run) - 1, 2)]
            yield from [*pairs, run[-2:]] if len(run) % 2 else pairs or [run]


def _found_by(text: str) -> Iterator[str]:
    """Every word that the text is found by."""
    for word in _words(text):
        yield word
        if not word.isascii() and _UNSPACED.search(word):
            yield from (part for part in _UNSPACED.split(word) if part)
            for run in _UNSPACED.findall(word):
                yield from (run[at : at + 2] for at in range(len(run)))
    if "@" not in text:
        yield from map(_as_one, _JOINED.findall(text))


def _backwards(phone: str, *, keeps_zeros: bool = False) -> str:
    """A number from its last digit on, without an extension and the zeros of a prefix."""
    digits = "".join(str(decimal(each)) for each in phone.partition(";")[0] if each.isdecimal())
    return _PHONE + (digits if keeps_zeros else digits.lstrip("0"))[::-1]


def _words(text: str) -> list[str]:
    folded = fold(text)
    return (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)


def _begun(word: str, instead: Iterable[str], see_tax_ids: bool) -> Term:
    begun = [Word(each[:_WORD_LENGTH], begins=True) for each in (word, *instead)]
    may_be_last4 = see_tax_ids and len(word) <= _LAST4_LENGTH
    return (*begun, Word(_whole(_LAST4, word))) if may_be_last4 else tuple(begun)


def _whole(sign: str, text: str) -> str:
    """What is found whole only, each kind behind a sign of its own."""
    return f"{sign}{fold(text)[:_WHOLE_LENGTH]}"


def _lexeme(word: Word) -> str:
    return f"{_quoted(word.text)}:*" if word.begins else _quoted(word.text)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
