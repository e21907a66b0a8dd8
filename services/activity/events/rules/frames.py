"""What a stream of server-sent events is made of (WHATWG HTML, section 9.2)."""

from __future__ import annotations

MEDIA_TYPE = "text/event-stream"
#: Begins a stream: who loses it comes back after so long.
RETRY = b"retry: 3000\n\n"


def of_event(cursor: str, event_type: str, envelope: bytes) -> bytes:
    """An event: its `id` is the cursor after it, its `data` one line of JSON."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (cursor.encode(), event_type.encode(), envelope)


def heartbeat(cursor: str) -> bytes:
    """A comment, and how far the reader is by now: nothing it wanted has happened."""
    return b": \nid: %b\n\n" % cursor.encode()
