"""What a firm is rather than what it is called: Ltd, GmbH, S.p.A."""

from __future__ import annotations

from collections.abc import Sequence

from cleanco.termdata import terms_by_type

from shared.values.folding import fold

_FILLING = frozenset({"and", "the"})
# Forms that the library does not know by one word.
_MORE = frozenset({"kk", "ohg", "pty", "se", "ug"})
# Letters that stand for a country or a word more often than for a form.
_AMBIGUOUS = frozenset(
    [
        "da",
        "dat",
        "ee",
        "et",
        "fie",
        "ij",
        "mb",
        "nl",
        "pp",
        "rt",
        "sal",
        "sd",
        "stg",
        "tov",
        "vat",
        "xt",
    ]
)


def _single_words() -> frozenset[str]:
    terms = (
        fold(term).replace(".", "").strip() for forms in terms_by_type.values() for term in forms
    )
    return frozenset(term for term in terms if term.isalpha())


#: Folded and without dots.
LEGAL_FORMS = (_single_words() | _MORE) - _AMBIGUOUS


def telling_words(words: Sequence[str]) -> list[str]:
    """The words but for *and*, *the*, and the legal form at the end, as long as one remains."""
    kept = [word for word in words if word.lower() not in _FILLING]
    while len(kept) > 1 and kept[-1].lower() in LEGAL_FORMS:
        kept.pop()
    return kept or list(words)
