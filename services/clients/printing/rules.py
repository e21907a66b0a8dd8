"""From the content of a paper to the bytes of its PDF. Pure: the same content, day and version
of typst give the same bytes.

The content is data, never markup: a `#` or a `$` in a client's name stays one. Fonts are those
beside this file (fonts/README.md), then those that come inside typst.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import orjson

_HERE = Path(__file__).parent
_LAYOUTS = _HERE / "layouts"

#: The layouts, and the revision of each: raise it with every change that can be seen.
LAYOUTS: Final = {"invoice": 3, "statement": 2, "report": 2}
CONTENT_TYPE: Final = "application/pdf"


# A name in a script that these fonts lack is printed with the machine's; where it has none
# either, as boxes, which a paper for all readers may not hold.
_WAYS: Final = ((False, True), (True, True), (True, False))


def render(layout: str, content: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF (tagged, PDF/UA-1 wherever every letter can be shown) of a paper; `made_at` is the
    time that stands in it.

    The shape of `content` is said in the layouts. A content that does not have it is a defect of
    its maker: `typst.TypstError`.
    """
    import typst  # It takes a tenth of a second to load, and only the jobs worker prints.

    *ways, last = _WAYS
    for way in ways:
        with suppress(typst.TypstError):
            return _compiled(layout, content, made_at, *way)
    return _compiled(layout, content, made_at, *last)


def _compiled(
    layout: str,
    content: Mapping[str, Any],
    made_at: datetime,
    system_fonts: bool,
    for_all: bool,
) -> bytes:
    import typst

    pdf = typst.compile(
        _LAYOUTS / f"{layout}.typ",
        root=_LAYOUTS,
        font_paths=_fonts(system_fonts),
        ignore_system_fonts=not system_fonts,
        sys_inputs={"content": orjson.dumps(content).decode()},
        timestamp=made_at.replace(microsecond=0),
        pdf_standards=["ua-1"] if for_all else [],
    )
    assert isinstance(pdf, bytes)
    return pdf


def engine() -> str:
    """What renders, with its version, as it is noted beside each paper."""
    return f"typst {version('typst')}"


@cache
def _fonts(system_fonts: bool) -> Any:
    import typst

    return typst.Fonts(include_system_fonts=system_fonts, font_paths=[_HERE / "fonts"])
