"""What the main pages look like: pictures of few cells, each as dark as much is drawn in it.

Pages bring their font, so a picture is the same on every machine but for a few cells. One that is
not there is drawn by the test, which fails then; to renew one, take it away and look at the new.
"""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Reader, Site

_FOLDER = Path(__file__).parent / "pictures"
_COLUMNS, _ROWS = 80, 40
_SHADES = " .:-=+*%#@"
#: Names, dates and amounts move a little; what is gone or elsewhere changes far more than that.
_MOST_OTHER_CELLS = 0.03
_PAGES = {
    "sign-in": "/sign-in",
    "clients": "/clients?industry=Industrials",
    "cards": "/clients?industry=Industrials&as=cards",
    "client": "/clients/{client}",
    "documents": "/clients/{client}/documents",
    "form": "/clients/{client}/edit/basic",
    "invoice": "/invoices/{invoice}",
    "week": "/time?week=2026-W02&person=Nobody",
    "settings": "/workspace",
}
_SHRINK = """async ([png, columns, rows, shades]) => {
  const image = Object.assign(new Image(), { src: `data:image/png;base64,${png}` });
  await image.decode();
  const { width, height } = image;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, width, height);
  const ground = data[data.length - 3];
  const cells = Array.from({ length: rows }, () => Array(columns).fill(0));
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) {
    cells[Math.floor(y * rows / height)][Math.floor(x * columns / width)] +=
      Math.abs(data[4 * (y * width + x) + 1] - ground);
  }
  const most = 255 * width * height / rows / columns;
  const last = shades.length - 1;
  const shade = (ink) => shades[Math.min(last, Math.round(Math.sqrt(ink / most) * 14))];
  return cells.map((row) => row.map(shade).join("")).join("\\n") + "\\n";
}"""


def _drawn(page: Page, blank: Page) -> str:
    page.evaluate("document.fonts.ready")
    png = base64.b64encode(page.screenshot(animations="disabled", caret="hide")).decode()
    found: str = blank.evaluate(_SHRINK, [png, _COLUMNS, _ROWS, _SHADES])
    return found


def _others(one: str, other: str) -> float:
    """The share of cells that are lighter or darker by more than two shades."""
    pairs = list(zip(one, other, strict=True))
    apart = [abs(_SHADES.find(a) - _SHADES.find(b)) > 2 for a, b in pairs]
    return sum(apart) / len(pairs)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", _PAGES)
def test_a_page_looks_as_it_did(
    owner: Reader, site: Site, chromium: Browser, name: str, scheme: str
) -> None:
    owner.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page = owner.go(_PAGES[name].format(client=site.quiet_id, invoice=site.quiet_invoice_id))
    found = _drawn(page, chromium.new_page())
    file = _FOLDER / f"{name}-{scheme}.txt"
    if not file.exists():
        file.write_text(found)
        pytest.fail(f"{file} was drawn: look at it")
    assert _others(file.read_text(), found) <= _MOST_OTHER_CELLS, f"\n{found}"
