"""What is served beside the pages is named by its content, and is what its maker published."""

from __future__ import annotations

import gzip
import hashlib
import re

from web.shell.assets import FOLDER, read_assets


def test_what_is_not_ours_is_what_its_maker_published() -> None:
    lines = [line for line in (FOLDER / "vendor.lock").read_text().splitlines() if line[0] != "#"]
    listed = set()
    for line in lines:
        name, source, _, licence, text, digest = line.split()
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == digest, name
        assert re.fullmatch(r"npm:\S+@\d+\.\d+\.\d+", source)
        assert licence in {"0BSD", "OFL-1.1", "ISC"}
        assert (FOLDER / text).is_file()
        listed.add(name)
    foreign = {*FOLDER.glob("vendor/*.js"), *FOLDER.glob("fonts/*.woff2")}
    assert listed == {file.relative_to(FOLDER).as_posix() for file in foreign}


def test_names_follow_the_content_and_the_style_sheet_names_the_font_by_it() -> None:
    found = read_assets()
    font = found["fonts/atkinson-next-latin.woff2"]
    assert f'url("{font.url}")'.encode() in found["clientele.css"].body
    for asset in found.values():
        assert re.fullmatch(r"/static/[\w.-]+\.[0-9a-f]{12}\.\w+", asset.url)
        if asset.packed is not None:
            assert gzip.decompress(asset.packed) == asset.body


def test_every_icon_that_templates_name_is_there() -> None:
    icons = set(re.findall(r'id="i-([a-z0-9-]+)"', (FOLDER / "icons.svg").read_text()))
    pages = FOLDER.parents[1]
    sources = [*pages.rglob("*.html"), *pages.rglob("*.py")]
    named = set()
    for file in sources:
        named |= set(re.findall(r'icon\("([a-z0-9-]+)"\)', file.read_text()))
        named |= set(re.findall(r'blank\("([a-z0-9-]+)"', file.read_text()))
    assert named
    assert named <= icons, named - icons


def test_no_template_has_a_script_a_style_or_a_handler_of_its_own() -> None:
    for file in FOLDER.parents[1].rglob("*.html"):
        text = file.read_text()
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), (
            file
        )
        assert "| safe" not in text, file


# Whoever follows a link in a mail has no session, and the link is the proof.
WITHOUT_SESSION = {FOLDER.parents[1] / "links" / "unsubscribe.html"}


def test_every_form_that_posts_proves_whose_it_is() -> None:
    for file in {*FOLDER.parents[1].rglob("*.html")} - WITHOUT_SESSION:
        for form in re.findall(r'<form[^>]*method="post".*?</form>', file.read_text(), re.DOTALL):
            assert "form_start()" in form, file
