"""What the check says of files, good and bad, by their bytes."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from services.documents.files.errors import (
    Encrypted,
    FileTooLarge,
    Macros,
    Polyglot,
    TooManyPixels,
    TypeMismatch,
    UnsupportedType,
)
from tests.factories import documents as files
from tests.fixtures.inspection import Check

GOOD = {
    "contract.pdf": (files.pdf(), "application/pdf"),
    "logo.png": (files.png(), "image/png"),
    "photo.jpg": (files.jpeg(), "image/jpeg"),
    "photo.JPEG": (files.jpeg(b"taken in May"), "image/jpeg"),
    "loop.gif": (files.gif(), "image/gif"),
    "loop2.gif": (files.gif(b"made by hand"), "image/gif"),
    "web.webp": (files.webp(), "image/webp"),
    "scan.tif": (files.tiff(), "image/tiff"),
    "scan.tiff": (files.tiff(), "image/tiff"),
    "old.doc": (files.doc(), "application/msword"),
    "offer.docx": (files.docx(), files.DOCX_TYPE),
    "old.xls": (files.xls(), "application/vnd.ms-excel"),
    "rates.xlsx": (files.xlsx(), files.XLSX_TYPE),
    "rates.csv": (b"position,rate\nEngineer,150\n", "text/csv"),
    "notes.txt": ("Grüße aus 東京\n".encode(), "text/plain"),
}
# A good PDF is opened by a process of its own, so what comes of it is tested with the engines.
OPENED = {"contract.pdf"}
PROGRAM = b"MZ" + b"\0" * 200
PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"


@pytest.mark.parametrize("name", [name for name in GOOD if name not in OPENED])
def test_each_accepted_kind_is_recognised_by_its_bytes(name: str, check: Check) -> None:
    data, content_type = GOOD[name]
    verdict = check(name, data)
    assert verdict.content_type == content_type
    assert verdict.marks == ()


@pytest.mark.parametrize("name", GOOD)
def test_name_of_another_kind_is_refused(name: str, check: Check) -> None:
    other = "renamed.png" if not name.endswith(".png") else "renamed.pdf"
    with pytest.raises(TypeMismatch):
        check(other, GOOD[name][0])


@pytest.mark.parametrize("name", ["contract", "contract.exe", ".pdf", "contract.pdf."])
def test_good_bytes_under_a_name_that_does_not_say_so_are_refused(name: str, check: Check) -> None:
    with pytest.raises(TypeMismatch):
        check(name, files.pdf())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("setup.exe", PROGRAM),
        ("page.html", PAGE),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("files.zip", files.zip_of({"a.txt": "a"})),
        ("slides.pptx", files.office(files.PPTX_MAIN)),
        ("mail.msg", files.ole("__properties_version1.0")),
        ("unknown.bin", bytes(range(256))),
        ("tune.mp3", b"ID3\x04\0\0\0\0\0\0"),
        ("noextension", PROGRAM),
    ],
)
def test_kind_that_is_not_on_the_list_is_unsupported(name: str, data: bytes, check: Check) -> None:
    with pytest.raises(UnsupportedType):
        check(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("invoice.pdf", PROGRAM),
        ("invoice.pdf", PAGE),
        ("invoice.docx", files.zip_of({"a.txt": "a"})),
        ("invoice.docx", files.office(files.PPTX_MAIN)),
        ("invoice.docx", files.xlsx()),
        ("invoice.doc", files.xls()),
        ("invoice.xls", files.ole("PowerPoint Document")),
        ("invoice.png", b""" \n"""),
        ("rates.csv", files.pdf()),
    ],
)
def test_other_bytes_than_the_name_says_are_refused(name: str, data: bytes, check: Check) -> None:
    with pytest.raises(TypeMismatch):
        check(name, data)


@pytest.mark.parametrize(
    "data",
    [
        b"a\0b",
        b"\xe9\x01b",
        b"\xff\xfea\0b",
        b"  \n<html>",
        "<script>".encode("utf-16"),
        b"\xef\xbb\xbf<?xml version='1.0'?>",
        b"{\\rtf1 text}",
        b"%!PS-Adobe-3.0",
    ],
    ids=["nul", "control", "cut utf-16", "markup", "utf-16 markup", "xml", "rtf", "postscript"],
)
@pytest.mark.parametrize("name", ["list.csv", "list.txt"])
def test_what_is_no_plain_text_is_refused(name: str, data: bytes, check: Check) -> None:
    with pytest.raises(TypeMismatch):
        check(name, data)


@pytest.mark.parametrize(
    "data",
    [
        b"BMW fleet: list of vehicles",
        b"BZh is how bzip2 begins",
        b"<notes> meeting of 3 May",
        "Übergabeprotokoll – Köln".encode("cp1252"),
        "meeting notes".encode("utf-16"),
        "meeting notes".encode("utf-32"),
        "会議".encode("cp932"),
        "é".encode() * 600_000 + b"\xc3",
    ],
    ids=["bmw", "bzh", "angle", "cp1252", "utf-16", "utf-32", "shift-jis", "cut in a character"],
)
@pytest.mark.parametrize(("name", "kind"), [("a.txt", "text/plain"), ("a.csv", "text/csv")])
def test_text_in_any_encoding_is_taken(name: str, kind: str, data: bytes, check: Check) -> None:
    assert check(name, data).content_type == kind


def test_what_programs_write_otherwise_is_what_it_is(check: Check) -> None:
    animated = files.png()[:33] + files.png_chunk(b"acTL", bytes(8)) + files.png()[33:]
    assert check("a.png", animated).content_type == "image/png"
    assert check("a.tif", _big_tiff()).content_type == "image/tiff"
    types = files.content_types(files.XLSX_MAIN)
    parts = {"[content_types].xml": types, "xl\\workbook.xml": "<workbook/>"}
    assert check("a.xlsx", files.zip_of(parts)).content_type == files.XLSX_TYPE


def _big_tiff() -> bytes:
    head = struct.pack("<2sHHHQ", b"II", 43, 8, 0, 24)
    entries = struct.pack("<HHQQ", 273, 16, 1, 16) + struct.pack("<HHQQ", 279, 16, 1, 8)
    return head + bytes(8) + struct.pack("<Q", 2) + entries + bytes(8)


def test_a_directory_behind_the_end_of_a_big_tiff_is_cut_off(check: Check) -> None:
    whole = _big_tiff()
    far = struct.pack("<Q", 2**64 - 8)
    assert check("a.tif", whole[:8] + far + whole[16:]).marks == ("truncated",)
    assert check("a.tif", whole[:-8] + far).marks == ("truncated",)


def test_a_file_inside_an_old_one_makes_no_kind(check: Check) -> None:
    book = files.xls("MBD0001/WordDocument")
    verdict = check("a.xls", book)
    assert (verdict.content_type, verdict.marks) == (
        "application/vnd.ms-excel",
        ("embedded_files",),
    )


def test_text_whose_characters_straddle_the_chunks_is_accepted(check: Check) -> None:
    assert check("long.txt", b"a" + "é".encode() * 1_200_000).content_type == "text/plain"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("macro.docx", files.office(files.DOCM_MAIN)),
        ("macro.docm", files.office(files.DOCM_MAIN)),
        ("macro.docx", files.docx(extra={"word/vbaProject.bin": b"\0"})),
        ("macro.xlsx", files.xlsx(extra={"XL/VBAPROJECT.BIN": b"\0"})),
        ("macro.xlsx", files.office(files.XLSX_MAIN, "application/vnd.ms-office.vbaProject")),
        ("macro.xlsx", files.xlsx(extra={"xl/macrosheets/sheet1.xml": "<m/>"})),
        ("macro.doc", files.doc("Macros/")),
        ("macro.doc", files.doc("_VBA_PROJECT")),
        ("macro.xls", files.xls("_VBA_PROJECT_CUR/")),
        ("macro.xls", files.xls(sheet_kind=1)),
        ("macro.xls", files.xls(sheet_kind=1, filler=40_000)),
    ],
)
def test_office_file_with_macros_is_refused(name: str, data: bytes, check: Check) -> None:
    with pytest.raises(Macros):
        check(name, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("locked.docx", files.ole("EncryptedPackage", "EncryptionInfo")),
        ("locked.xlsx", files.with_encrypted_flag(files.xlsx())),
        ("locked.doc", files.doc(encrypted=True)),
        ("locked.xls", files.xls(encrypted=True)),
        ("rights.doc", files.doc("\x09DRMContent", "\x06DataSpaces/")),
    ],
)
def test_encrypted_office_file_is_refused(name: str, data: bytes, check: Check) -> None:
    with pytest.raises(Encrypted):
        check(name, data)


def test_long_workbook_is_read_no_further_than_needed(check: Check) -> None:
    long = files.xls(filler=5 << 20)
    assert check("long.xls", long).content_type == "application/vnd.ms-excel"


@pytest.mark.parametrize(
    "data",
    [
        files.xlsx(extra={"xl/sheet.xml": b"\0" * (100 << 20)}),
        files.xlsx(extra={f"p{number}.xml": "" for number in range(10_001)}),
    ],
    ids=["dense", "many parts"],
)
def test_archive_that_unpacks_without_end_is_refused(data: bytes, check: Check) -> None:
    with pytest.raises(FileTooLarge):
        check("bomb.xlsx", data)


def test_archive_whose_parts_overlap_is_refused(check: Check) -> None:
    with pytest.raises(FileTooLarge):
        check("bomb.xlsx", _overlapping(files.xlsx(extra={"a.xml": "x" * 999})))


def _overlapping(archive: bytes) -> bytes:
    """Every listed part claims to be as long as the whole file."""
    made = bytearray(archive)
    at = made.find(b"PK\x01\x02")
    while at >= 0:
        made[at + 20 : at + 24] = len(archive).to_bytes(4, "little")
        at = made.find(b"PK\x01\x02", at + 1)
    return bytes(made)


def test_content_types_that_declare_entities_are_refused(check: Check) -> None:
    types = '<!DOCTYPE t [<!ENTITY a "aaaa">]>' + files.content_types(files.DOCX_MAIN)[38:]
    with pytest.raises(TypeMismatch):
        check("lol.docx", files.zip_of({"[Content_Types].xml": types}))


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.gif", files.gif(b"<script>alert(1)</script>")),
        ("a.gif", b"GIF89a/*" + files.gif()[8:] + b"*/=1;alert(1)"),
        ("a.gif", b"GIF89a=1;alert(1);//" + files.gif()[10:]),
        ("a.gif", files.gif() + files.zip_of({"a": "b"})),
        ("a.gif", files.gif() + files.zip_of({"a": "b"}) + b"more"),
        ("a.jpg", files.jpeg(b"<?php system($_GET[0]); ?>")),
        ("a.jpg", files.jpeg() + files.zip_of({"a": "b"})),
        ("a.jpg", files.jpeg() + b"Rar!\x1a\x07\x01\0"),
        ("a.png", files.png() + PAGE),
        ("a.png", files.png() + b"7z\xbc\xaf\x27\x1c"),
        ("a.webp", files.webp() + files.zip_of({"a": "b"})),
        ("a.tif", files.tiff() + files.zip_of({"a": "b"}, comment=b"hello")),
        ("a.tif", files.tiff() + PAGE),
        ("a.tif", _big_tiff() + PAGE),
        ("a.pdf", files.pdf() + files.zip_of({"a": "b"})),
        ("a.pdf", files.pdf() + PAGE),
        ("a.pdf", b"%PDF-1.4\n" + files.zip_of({"a": "b"}) + files.pdf()[9:]),
        ("a.pdf", b"%PDF-1.4\n%<script>alert(1)</script>\n" + files.pdf()[9:]),
        ("a.doc", files.doc() + files.zip_of({"a": "b"})),
        ("a.docx", files.docx(comment=b"#!/bin/sh")),
        ("a.docx", files.docx() + PAGE),
        ("a.docx", files.docx(extra={"META-INF/MANIFEST.MF": "Main-Class: A"})),
        ("a.docx", files.docx(extra={"classes.dex": b"dex\n035"})),
        ("a.docx", files.office(files.DOCX_MAIN, files.XLSX_MAIN)),
        ("a.docx", b"PK\x03\x04 something in front " + files.docx()),
    ],
)
def test_file_that_is_two_things_at_once_is_refused(name: str, data: bytes, check: Check) -> None:
    with pytest.raises(Polyglot):
        check(name, data)


def test_old_workbook_that_keeps_its_theme_in_an_archive_is_accepted(check: Check) -> None:
    theme = files.zip_of({"theme/theme1.xml": "<theme/>"})
    check("old.xls", files.ole("Workbook", "Theme", contents={"Theme": theme}))


@pytest.mark.parametrize(
    ("name", "data", "mark"),
    [
        ("a.png", files.png() + b"camera notes", "trailing_data"),
        ("a.jpg", files.jpeg() + b"\0\0SEFT", "trailing_data"),
        ("a.jpg", files.jpeg()[:-2], "truncated"),
        ("a.tif", files.tiff() + b"camera notes", "trailing_data"),
        ("a.png", files.png()[:-12], "truncated"),
        ("a.gif", files.gif()[:-8], "truncated"),
        ("a.webp", files.webp()[:-3], "truncated"),
        ("a.docx", files.docx(extra={"word/embeddings/o.bin": b"\0"}), "embedded_files"),
        ("a.docx", files.docx() + files.pdf(), "trailing_data"),
    ],
)
def test_oddities_are_marked(name: str, data: bytes, mark: str, check: Check) -> None:
    assert check(name, data).marks == (mark,)


@pytest.mark.parametrize("blank", [b"\n", b"\r\n\r\n", b"\0" * 2000])
def test_blank_past_the_end_is_no_oddity(blank: bytes, check: Check) -> None:
    assert check("a.png", files.png() + blank).marks == ()


_HUGE = 2**31


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", files.png().replace(struct.pack(">II", 1, 1), struct.pack(">II", _HUGE, _HUGE))),
        ("a.gif", b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + files.gif()[10:]),
        ("a.jpg", b"\xff\xd8\xff\xc0\0\x11\x08" + struct.pack(">HH", 65_535, 40_000) + b"\3" * 10
         + files.jpeg()[2:]),
        ("a.webp", b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff" * 6),
        ("a.tif", b"II*\0" + struct.pack("<IH", 8, 2)
         + struct.pack("<HHII", 256, 4, 1, _HUGE) + struct.pack("<HHIHH", 257, 3, 1, 65_535, 0)),
        ("a.tiff", b"MM\0*" + struct.pack(">IH", 8, 2)
         + struct.pack(">HHII", 256, 4, 1, _HUGE) + struct.pack(">HHII", 257, 4, 1, _HUGE)),
    ],
)  # fmt: skip
def test_a_picture_that_nobody_could_open_is_refused(name: str, data: bytes, check: Check) -> None:
    with pytest.raises(TooManyPixels):
        check(name, data)


def test_archives_made_here_are_what_they_pretend(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(files.docx())
    assert zipfile.ZipFile(path).testzip() is None
