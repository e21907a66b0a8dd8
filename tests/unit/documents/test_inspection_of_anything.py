"""Whatever is uploaded, the check answers with a verdict or a refusal, never with a fault."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from services.documents.files.errors import Refused
from services.documents.files.rules.checks.inspection import inspect
from tests.factories import documents as files

_SEEDS = [
    files.png(),
    files.gif(b"a comment"),
    files.jpeg(b"a comment"),
    files.webp(),
    files.tiff(),
    files.doc("Other"),
    files.xls(),
    files.docx(extra={"word/document.xml": "<w/>"}),
    files.xlsx(),
]
_NAMES = ["a.png", "a.gif", "a.jpg", "a.webp", "a.tiff", "a.doc", "a.xls", "a.docx", "a.xlsx"]


def _inspect(name: str, data: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(Refused):
            inspect(Path(file.name), name)


@st.composite
def _damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A good file with some bytes overwritten, cut off, or doubled."""
    number = draw(st.integers(0, len(_SEEDS) - 1))
    data = bytearray(_SEEDS[number])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data) - 1))
        patch = draw(st.binary(min_size=1, max_size=8))
        data[at : at + len(patch)] = patch
    cut = draw(st.integers(1, len(data)))
    return _NAMES[number], bytes(data[:cut]) if draw(st.booleans()) else bytes(data)


@settings(max_examples=600, deadline=None)
@given(_damaged())
def test_damaged_file_never_breaks_the_check(damaged: tuple[str, bytes]) -> None:
    _inspect(*damaged)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*_NAMES, "a.csv", "a.txt", "a"]), st.binary(min_size=1, max_size=300))
def test_arbitrary_bytes_never_break_the_check(name: str, data: bytes) -> None:
    _inspect(name, data)
