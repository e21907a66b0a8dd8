"""Names of files: which are taken and how they travel."""

from __future__ import annotations

import pytest

from services.documents.files.rules.checks.kinds import extension_of
from shared.values.file_names import attachment, is_file_name


@pytest.mark.parametrize(
    "name", ["contract.pdf", "Vertrag (neu) Größe.docx", "契約書.pdf", "عقد.pdf", "a", "x" * 255]
)
def test_name_in_any_script_is_a_file_name(name: str) -> None:
    assert is_file_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "", " a.pdf", "a.pdf ", ".", "..", "a/b.pdf", "..\\b.pdf", "a\nb.pdf", "a\x7f.pdf",
        "invoice\u202efdp.exe", "a\u2066.pdf", "a\u2028b.pdf", "x" * 256,
    ],
)  # fmt: skip
def test_name_that_hides_something_is_refused(name: str) -> None:
    assert not is_file_name(name)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.pdf", "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf"),
        ("Größe.pdf", "attachment; filename=\"Groe.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe.pdf"),
        (
            "契約.pdf",
            "attachment; filename=\"document.pdf\"; filename*=UTF-8''%E5%A5%91%E7%B4%84.pdf",
        ),
        ('a".pdf', "attachment; filename=\"a_.pdf\"; filename*=UTF-8''a%22.pdf"),
        ("契約", "attachment; filename=\"document\"; filename*=UTF-8''%E5%A5%91%E7%B4%84"),
    ],
)
def test_download_keeps_the_name_in_any_script(name: str, header: str) -> None:
    assert attachment(name) == header


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), (".pdf", ""), ("a.", "")],
)
def test_extension_is_what_follows_the_last_dot(name: str, extension: str) -> None:
    assert extension_of(name) == extension
