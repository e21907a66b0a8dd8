"""A form that ends with one long file, read while it arrives: no more of it is held than a piece.

Browsers say how long a form is and not how long its files are. Where one file is the last thing in
it, the one follows from the other, and the file can be passed on under its size.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from flask import abort, request
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

_PIECE_BYTES: Final = 256 * 1024
_MOST_FIELD: Final = 64 * 1024
_MOST_PARTS: Final = 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """The file of a form: `size` is in bytes, and `content` is read once, while it arrives."""

    name: str
    size: int
    content: BinaryIO


class _Content(io.RawIOBase):
    """The bytes of a form's last part."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._left, self._more = memoryview(b""), True

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As much as is there; waits for the next piece where nothing is."""
        while not self._left and self._more:
            self._take(next(self._events, None))
        taken = min(len(buffer), len(self._left))
        buffer[:taken], self._left = self._left[:taken], self._left[taken:]
        return taken

    def _take(self, event: Event | None) -> None:
        if not isinstance(event, Data):
            abort(400)
        self._left, self._more = memoryview(bytes(event.data)), event.more_data


class _Form:
    """The parts of this request's form, one after the other."""

    def __init__(self) -> None:
        boundary = request.mimetype_params.get("boundary", "").encode()
        if request.mimetype != "multipart/form-data" or not boundary:
            abort(400)
        self._decoder = MultipartDecoder(boundary, 2 * _PIECE_BYTES, max_parts=_MOST_PARTS)
        self._read = 0
        # The line break that ends the heading of a part is still to be read when the part is told.
        self._around = len(b"\r\n" + b"\r\n--" + boundary + b"--\r\n")

    def events(self) -> Iterator[Event]:
        """What the parts are, and what they hold."""
        while not isinstance(event := self._event(), Epilogue):
            if isinstance(event, NeedData):
                self._feed()
            else:
                yield event

    def left(self) -> int:
        """How many bytes the part has that has just begun, if it is the last."""
        if request.content_length is None:
            abort(411)
        return request.content_length - self._read + len(self._decoder.buffer) - self._around

    def _event(self) -> Event:
        try:
            return self._decoder.next_event()
        except ValueError:
            abort(400)

    def _feed(self) -> None:
        piece = request.stream.read(_PIECE_BYTES)
        self._read += len(piece)
        self._decoder.receive_data(piece or None)


def read() -> tuple[dict[str, str], Incoming | None]:
    """The fields of this request's form, and the file that ends it; None where none was chosen."""
    form = _Form()
    events = form.events()
    fields: dict[str, str] = {}
    name = ""
    for event in events:
        if isinstance(event, File):
            return fields, _file(event.filename, form.left(), events)
        if isinstance(event, Field):
            name = event.name
            fields[name] = ""
        elif isinstance(event, Data):
            fields[name] += bytes(event.data).decode(errors="replace")
            if len(fields[name]) > _MOST_FIELD:
                abort(413)
    return fields, None


def _file(name: str | None, size: int, events: Iterator[Event]) -> Incoming | None:
    """None where the form has none: its part is there, with an empty name."""
    content = cast(BinaryIO, io.BufferedReader(_Content(events), _PIECE_BYTES))
    return Incoming(name, size, content) if name else None
