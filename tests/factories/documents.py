"""Small real files of every kind, good and bad, made byte by byte."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX_TYPE = f"{_OFFICE}.wordprocessingml.document"
XLSX_TYPE = f"{_OFFICE}.spreadsheetml.sheet"
DOCX_MAIN, XLSX_MAIN = f"{DOCX_TYPE}.main+xml", f"{XLSX_TYPE}.main+xml"
DOCM_MAIN = "application/vnd.ms-word.document.macroEnabled.main+xml"
PPTX_MAIN = f"{_OFFICE}.presentationml.presentation.main+xml"


def pdf(pages: int = 1, *, under_password: bool = False, filler: int = 0) -> bytes:
    """A PDF that any reader opens; `filler` bytes of a comment make it larger."""
    kids = " ".join(f"{number + 3} 0 R" for number in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>",
        *["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"] * pages,
    ]
    made = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n" + b"%" + b"x" * filler + b"\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(made))
        made += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table_at = len(made)
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"/Size {len(objects) + 1} /Root 1 0 R" + (_LOCK if under_password else "")
    made += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< {trailer} >>\nstartxref\n{table_at}\n%%EOF\n"
    ).encode()
    return bytes(made)


# No password fits these hashes, so no reader gets in.
_LOCK = (
    f" /ID [<{'00' * 16}> <{'00' * 16}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
    f"/O <{'11' * 32}> /U <{'22' * 32}> >>"
)


def zip_of(parts: Mapping[str, str | bytes], comment: bytes = b"") -> bytes:
    """A ZIP archive of these parts, in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = comment
    return buffer.getvalue()


def content_types(*types: str) -> str:
    """The part of an Office file that declares these content types."""
    overrides = "".join(
        f'<Override PartName="/part{number}.xml" ContentType="{name}"/>'
        for number, name in enumerate(types)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f"{overrides}</Types>"
    )


def office(
    *types: str, extra: Mapping[str, str | bytes] | None = None, comment: bytes = b""
) -> bytes:
    """An Office file that declares these types and holds these further parts."""
    parts = {"[Content_Types].xml": content_types(*types), "part0.xml": "<main/>"}
    return zip_of({**parts, **(extra or {})}, comment)


def docx(**kwargs: object) -> bytes:
    """A Word file."""
    return office(DOCX_MAIN, **kwargs)  # type: ignore[arg-type]


def xlsx(**kwargs: object) -> bytes:
    """An Excel file."""
    return office(XLSX_MAIN, **kwargs)  # type: ignore[arg-type]


def with_encrypted_flag(archive: bytes) -> bytes:
    """The archive with its first part marked as encrypted."""
    made = bytearray(archive)
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.find(signature) + flags_at] |= 1
    return bytes(made)


def png(width: int = 1, height: int = 1) -> bytes:
    """A black picture."""
    rows = (b"\0" + b"\0" * 3 * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, body) for name, body in chunks)


def png_chunk(name: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", checksum)


def gif(comment: bytes = b"") -> bytes:
    """A picture of one pixel with a colour table, and a comment if wanted."""
    extension = b"\x21\xfe" + bytes([len(comment)]) + comment + b"\0" if comment else b""
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + screen + extension + image + b"\x3b"


def jpeg(comment: bytes = b"") -> bytes:
    """The frame of a picture: header, comment, one scan with stuffed and restart bytes, end."""
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    note = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    scan = (
        b"\xff\xda" + struct.pack(">H", 8) + b"\x01\x01\0\0\x3f\0" + b"\x12\xff\0\x34\xff\xd0\x56"
    )
    return b"\xff\xd8" + app0 + note + scan + b"\xff\xd9"


def webp() -> bytes:
    """The frame of a picture."""
    body = b"WEBPVP8L" + struct.pack("<I", 6) + b"\x2f\0\0\0\0\0"
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff() -> bytes:
    """The frame of a picture: a directory without entries."""
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<HI", 0, 0)


_SECTOR = 512
_END_OF_CHAIN, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_STREAM, _STORAGE, _ROOT = 2, 1, 5


def ole(*streams: str, contents: Mapping[str, bytes] | None = None) -> bytes:
    """An OLE container with these streams at its top, each of 4,096 bytes or more.

    A name that ends in a slash is an empty storage; `A/B` is a storage with a stream in it.
    """
    names = list(streams)
    bodies = [_padded((contents or {}).get(name, b"")) for name in names]
    data = b"".join(b for n, b in zip(names, bodies, strict=True) if not n.endswith("/"))
    entries = len(names) + sum("/" in name[:-1] for name in names)
    directory_sectors = (entries + 1 + 3) // 4
    used = directory_sectors + len(data) // _SECTOR
    tables = -(-used // (_SECTOR // 4 - 1))
    chain = [_FAT] * tables + _run(tables, directory_sectors)
    first = [0] * len(names)
    for number, (name, body) in enumerate(zip(names, bodies, strict=True)):
        if not name.endswith("/"):
            first[number] = len(chain)
            chain += _run(len(chain), len(body) // _SECTOR)
    directory = _directory(names, first, bodies).ljust(directory_sectors * _SECTOR, b"\0")
    table = b"".join(struct.pack("<I", entry) for entry in chain)
    return _ole_header(tables) + table.ljust(tables * _SECTOR, b"\xff") + directory + data


def _padded(body: bytes) -> bytes:
    size = max(4096, -(-len(body) // _SECTOR) * _SECTOR)
    return body.ljust(size, b"\0")


def _run(start: int, length: int) -> list[int]:
    return [start + step + 1 for step in range(length - 1)] + [_END_OF_CHAIN]


def _ole_header(tables: int) -> bytes:
    fields = struct.pack(
        "<8s16sHHHHHHIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0,
        tables, tables, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0,
    )  # fmt: skip
    numbers = b"".join(struct.pack("<I", number) for number in range(tables))
    return (fields + numbers).ljust(_SECTOR, b"\xff")


def _directory(names: list[str], first: list[int], bodies: list[bytes]) -> bytes:
    """The root, then the entries, each the right neighbour of the one before."""
    made = [_entry("Root Entry", _ROOT, child=1 if names else _FREE, start=_END_OF_CHAIN)]
    inside: list[bytes] = []
    for number, name in enumerate(names):
        right = number + 2 if number + 1 < len(names) else _FREE
        storage, _, stream = name.rpartition("/")
        place = {"start": first[number], "size": len(bodies[number])}
        if stream and storage:
            child = len(names) + 1 + len(inside)
            made.append(_entry(storage, _STORAGE, right=right, child=child))
            inside.append(_entry(stream, _STREAM, **place))
        elif storage:
            made.append(_entry(storage, _STORAGE, right=right))
        else:
            made.append(_entry(stream, _STREAM, right=right, **place))
    return b"".join(made + inside)


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int = 0, size: int = 0
) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII36xIQ", encoded, len(encoded), kind, 1, _FREE, right, child, start, size
    )


def doc(*more: str, encrypted: bool = False) -> bytes:
    """A Word 97 file; further streams and storages by name."""
    body = b"\xec\xa5".ljust(10, b"\0") + struct.pack("<H", 0x0100 if encrypted else 0)
    return ole("WordDocument", *more, contents={"WordDocument": body})


def xls(*more: str, sheet_kind: int = 0, encrypted: bool = False, filler: int = 0) -> bytes:
    """An Excel 97 file with one sheet (kind 1 is a macro sheet) behind `filler` bytes."""
    records = [_record(0x0809, b"\0" * 16)]
    if encrypted:
        records.append(_record(0x002F, b"\x01\0" + b"\x55" * 52))
    records += [_record(0x003C, b"\0" * 8000) for _ in range(filler // 8000)]
    sheet = struct.pack("<IBB", 0, 0, sheet_kind) + b"\x06\0Sheet1"
    records += [_record(0x0085, sheet), _record(0x000A, b"")]
    return ole("Workbook", *more, contents={"Workbook": b"".join(records)})


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body
