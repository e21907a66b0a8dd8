"""What the check says of a PDF that it opens, in a process of its own."""

from __future__ import annotations

import zlib

import pytest

from services.documents.files.errors import TypeMismatch
from tests.factories import documents as files
from tests.fixtures.inspection import Check


def test_it_is_recognised_by_its_bytes(check: Check) -> None:
    verdict = check("contract.pdf", files.pdf())
    assert verdict.content_type == "application/pdf"
    assert verdict.marks == ()


def test_pages_of_a_pdf_are_counted(check: Check) -> None:
    assert check("report.pdf", files.pdf(7)).pages == 7


def test_pdf_under_a_password_is_accepted_and_marked(check: Check) -> None:
    verdict = check("secret.pdf", files.pdf(under_password=True))
    assert (verdict.pages, verdict.marks) == (None, ("password_protected",))


@pytest.mark.parametrize(
    ("data", "mark"),
    [
        (files.pdf().replace(b"%%EOF", b""), "truncated"),
        (files.pdf() + b"appended", "trailing_data"),
        (b"From: a printer\r\n" + files.pdf(), "leading_data"),
    ],
)
def test_oddities_are_marked(data: bytes, mark: str, check: Check) -> None:
    assert check("a.pdf", data).marks == (mark,)


SCRIPT = b"<< /S /JavaScript /JS (app.alert(1)) >>"


@pytest.mark.parametrize(
    ("objects", "marks"),
    [
        (SCRIPT, ("scripts",)),
        (b"<< /S /J#61vaScript /#4aS (app.alert(1)) >>", ("scripts",)),
        (b"<< /S /Launch /F (calc.exe) >>", ("launch_actions",)),
        (b"<< /Names << /EmbeddedFiles 9 0 R >> >>", ("embedded_files",)),
        (b"<< /Type /ObjStm /Filter /FlateDecode >>\nstream\n" + zlib.compress(SCRIPT)
         + b"\nendstream", ("scripts",)),
        (b"<< >>\nstream\n" + SCRIPT + b"\nendstream", ()),
        (b"<< /JSON 1 /LaunchPad 2 >>", ()),
    ],
)  # fmt: skip
def test_what_it_brings_beside_its_pages_is_marked(
    objects: bytes, marks: tuple[str, ...], check: Check
) -> None:
    data = files.pdf().replace(b"%%EOF", b"99 0 obj\n" + objects + b"\nendobj\n%%EOF")
    assert check("a.pdf", data).marks == marks


@pytest.mark.parametrize("blank", [b"\n", b"\r\n\r\n", b"\0" * 2000])
def test_blank_past_the_end_is_no_oddity(blank: bytes, check: Check) -> None:
    assert check("a.pdf", files.pdf() + blank).marks == ()


def test_a_pdf_without_a_page_is_refused(check: Check) -> None:
    with pytest.raises(TypeMismatch, match="no page"):
        check("a.pdf", files.pdf(pages=0))


def test_blank_before_a_pdf_is_accepted(check: Check) -> None:
    assert check("a.pdf", b"\xef\xbb\xbf\r\n" + files.pdf()).content_type == "application/pdf"


def test_pdf_that_no_reader_opens_is_refused(check: Check) -> None:
    with pytest.raises(TypeMismatch):
        check("a.pdf", b"%PDF-1.7\n" + b"nothing of the kind\n" * 50)
