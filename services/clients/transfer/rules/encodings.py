"""In which encoding a text is, and what of it could not be read in that."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import IO, Final

from charset_normalizer import from_bytes

#: What a caller can name.
ENCODINGS: Final = (
    "utf-8", "utf-16", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256",
    "cp1257", "cp1258", "cp874", "cp932", "euc_jp", "gb18030", "big5", "cp949", "iso8859-1",
    "iso8859-2", "iso8859-5", "iso8859-7", "iso8859-9", "iso8859-13", "iso8859-15", "koi8-r",
    "koi8-u", "mac-roman", "cp437", "cp850", "cp852", "cp866",
)  # fmt: skip
#: How a reader treats bytes that mean nothing in the encoding: see `shown`.
STRAYS: Final = "clientele.strays"

_SNIFFED_BYTES = 1 << 16
_PIECE_BYTES = 1 << 20
# The mark of UTF-32 begins with that of UTF-16.
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WESTERN = "cp1252"
#: What tables come in where they are neither Unicode nor Western.
_OTHERS = (
    "cp1251", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5", "cp949",
)  # fmt: skip
# The right alphabet has letters where a wrong one has signs.
_NO_LETTER = re.compile(r"[^\w\s!-~]")
_FOREIGN = r"[^\W\d_A-Za-z\u00aa-\u036f]"
_FOREIGN_WORD = re.compile(rf"{_FOREIGN}+")
_MIXED_WORD = re.compile(rf"[A-Za-z](?={_FOREIGN})|{_FOREIGN}(?=[A-Za-z])")

# Stray bytes stand in a text as lone surrogates, which no text that was read right has.
_STRAY_BASE = 0xDC00
_STRAY = re.compile("[\ud800-\udfff]")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_READ_RIGHT = re.compile("[^\0-\x7f\ud800-\udfff]")


def _keep_strays(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    strays = error.object[error.start : error.end]
    return "".join(chr(_STRAY_BASE + byte) for byte in strays), error.end


codecs.register_error(STRAYS, _keep_strays)


def is_unstorable(text: str) -> bool:
    """Whether there is something in the text that was no character of its encoding, or a NUL."""
    return _UNSTORABLE.search(text) is not None


def shown(text: str) -> str:
    r"""The text with what is no character as `\xfc`, so that it can be stored and found."""
    return _UNSTORABLE.sub(lambda it: f"\\x{ord(it[0]) & 0xFF:02x}", text)


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding by Python's name. `is_sure`: it was named, or cannot well be another."""

    name: str
    is_sure: bool = True


def encoding_of(file: IO[bytes]) -> Encoding:
    """By its mark; else UTF-16 where every other byte is nothing, UTF-8 where most of it is
    valid, and what its letters look like where it is neither."""
    file.seek(0)
    beginning = file.read(_SNIFFED_BYTES)
    for mark, name in _BOMS:
        if beginning.startswith(mark):
            return Encoding(name)
    for at, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(beginning) > 3 and beginning[at::2].count(0) * 3 > len(beginning[at::2]):
            return Encoding(name)
    right, strays = _as_utf8(file)
    if not strays:
        return Encoding("utf-8")
    return Encoding("utf-8" if right >= strays else _guessed(beginning), is_sure=False)


def _as_utf8(file: IO[bytes]) -> tuple[int, int]:
    """How many characters beyond ASCII there are, and how many bytes that belong to none."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")(STRAYS)
    right = strays = 0
    while True:
        piece = file.read(_PIECE_BYTES)
        text = decoder.decode(piece, final=not piece)
        if not text.isascii():
            strays += len(_STRAY.findall(text))
            right += len(_READ_RIGHT.findall(text))
        if not piece:
            return right, strays


def _guessed(beginning: bytes) -> str:
    """A guess is believed where whole words are foreign: a Western text read as Cyrillic has
    foreign letters among Latin ones. Between two Latin alphabets nobody can tell, so it is the
    more frequent one."""
    lines = beginning.rpartition(b"\n")[0] or beginning
    guesses = from_bytes(lines, cp_isolation=[*_OTHERS, _WESTERN])
    best = min(guesses, key=lambda guess: len(_NO_LETTER.findall(str(guess))), default=None)
    if best is None or best.encoding == _WESTERN:
        return _WESTERN
    foreign, mixed = (len(words.findall(str(best))) for words in (_FOREIGN_WORD, _MIXED_WORD))
    return str(best.encoding) if foreign > 2 * mixed else _WESTERN
