"""Papers as PDFs: the same bytes for ever, whatever is written on them (B7)."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pypdfium2
import pytest

from services.clients.printing import rules
from services.clients.printing.rules import LAYOUTS, render
from shared.http.bodies import MAX_BODY_BYTES
from tests.factories.papers import invoice_content, report_content, statement_content

DAY = datetime(2026, 11, 23, 14, 32, tzinfo=UTC)
CONTENTS = {
    "invoice": invoice_content(),
    "report": report_content(),
    "statement": statement_content(),
}


def text_of(pdf: bytes) -> str:
    """All that a reader can select."""
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_the_same_content_gives_the_same_bytes(layout: str) -> None:
    first, again = (render(layout, CONTENTS[layout], DAY) for _ in range(2))
    assert first == again
    assert render(layout, CONTENTS[layout], DAY.replace(minute=33)) != first


def test_every_word_and_amount_is_on_the_invoice() -> None:
    said = text_of(render("invoice", invoice_content(), DAY))
    for expected in (
        "ACM-2026-0001", "North Star Engineering", "Acme Machines", "23 December 2026",
        "Senior Engineer", "Regular rate, since 1 January 2026", "40.00", "$150.00", "8.25 %",
        "$6,495.00", "In one sum.", "First Bank",
    ):  # fmt: skip
        assert expected in said


@pytest.mark.parametrize(
    "name",
    [
        '#panic("no") $x$ *b* _i_ `c` @ref <label> \\ // /* */',
        "Łódź Żółć, Ελλάδα, Россия",
        "A" * 200,
        "= Heading",
    ],
)
def test_what_is_written_stays_text(name: str) -> None:
    said = text_of(render("invoice", invoice_content(recipient=name), DAY))
    assert condensed(name) in condensed(said)


def condensed(words: str) -> str:
    """Without what lines are broken at, and each letter as one."""
    return re.sub(r"[\s\u200b\ufffe]", "", unicodedata.normalize("NFC", words))


@pytest.mark.parametrize(
    "name",
    [
        "株式会社 東京メトロ", "深圳市腾讯计算机", "한국전력공사 뷁", "บริษัท น้ำ จำกัด", "شركة النور",
        "भारत निगम लिमिटेड", "שלום בע״מ", "Հայաստան", "საქართველო", "বাংলা", "தமிழ்", "తెలుగు",
        "ગુજરાતી", "ਪੰਜਾਬੀ", "ಕನ್ನಡ", "മലയാളം",
    ],
)  # fmt: skip
def test_names_in_many_scripts_need_no_font_of_the_machine(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PDF/UA is refused where a letter has no glyph, and here nothing else is tried."""
    monkeypatch.setattr(rules, "_WAYS", ((False, True),))
    said = condensed(text_of(render("invoice", invoice_content(recipient=name), DAY)))
    assert set(condensed(name)) <= set(said)


def test_fonts_are_as_they_came() -> None:
    fonts = Path(rules.__file__).parent / "fonts"
    listed = (line.split() for line in (fonts / "SHA256SUMS.txt").read_text().splitlines())
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in fonts.glob("*.ttf")}
    assert found == {name: digest for digest, name in listed}


def test_a_script_that_no_font_has_is_no_reason_not_to_print() -> None:
    said = text_of(render("invoice", invoice_content(recipient="𒀀 🙂 שלום"), DAY))
    assert "ACM-2026-0001" in said


def test_five_hundred_lines_are_pages_that_fit_into_a_request() -> None:
    pdf = render("invoice", invoice_content(500), DAY)
    assert len(pypdfium2.PdfDocument(pdf)) > 10
    assert text_of(pdf).count("Senior Engineer") == 500
    assert len(pdf) < MAX_BODY_BYTES
