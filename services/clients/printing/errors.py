"""What can go wrong with a paper."""

from __future__ import annotations

from shared.errors import Conflict, Unavailable


class NotPrinted(Conflict):
    """Its PDF is not made yet; `job_id` says how far it is."""

    code = "papers.not_printed"
    title = "The PDF is not made yet"


class StoreAway(Unavailable):
    """The documents service cannot take the paper now; nothing was decided."""

    code = "papers.store_unavailable"
    title = "The PDF cannot be stored at the moment"


class PaperRefused(Exception):
    """The documents service does not take the paper, and will not: a code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
