"""What can go wrong when events are read."""

from __future__ import annotations

from shared.errors import Conflict, FieldError, Gone, Invalid, NotFound, TooMany


class ClientErased(NotFound):
    """The client was deleted, and its timeline with it."""

    code = "activity.client_erased"
    title = "This client was deleted"


class BadFeedCursor(Invalid):
    """The cursor was not handed out by this workspace's feed."""

    code = "invalid_cursor"
    title = "This cursor does not belong to this feed"

    def __init__(self, given_as: str = "after") -> None:
        message = "Use the `next` of the page before, or leave it out to start at the beginning."
        super().__init__(message, errors=[FieldError(given_as, "invalid_cursor", message)])


class CursorExpired(Gone):
    """The events after this cursor are no longer offered; `earliest` is where they begin."""

    code = "events.cursor_expired"
    title = "The events after this cursor are no longer offered"

    def __init__(self, earliest: str) -> None:
        super().__init__(
            "Read the records themselves once, then go on from `earliest`.", earliest=earliest
        )


class LogReset(Conflict):
    """The feed was restored and its positions mean something else; `earliest` begins the new."""

    code = "events.log_reset"
    title = "The feed has begun anew after a restore"

    def __init__(self, earliest: str) -> None:
        super().__init__(
            "What was read may never have happened. Read again from `earliest`.", earliest=earliest
        )


class TooManyStreams(TooMany):
    """So many streams and long polls are open for this caller or its workspace already."""

    code = "events.too_many_streams"
    title = "Too many streams are open"

    def __init__(self, whose: str, most: int) -> None:
        super().__init__(
            f"This {whose} may hold {most} streams and long polls. Close one of them first."
        )
