"""Numbers of invoices and credit notes: one series per client code and year, without a gap."""

from __future__ import annotations

from datetime import date
from typing import NoReturn

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.clients.access.queries import get_workspace, local_today
from services.clients.access.rules import parse_pattern
from services.clients.billing.errors import BillingInvalid, NumberTaken
from services.clients.records.models.record import Client
from shared.unit_of_work import UnitOfWork

# One statement takes the next place of a series and locks its row until the transaction ends:
# two never get the same, and what is rolled back is drawn again.
_DRAW = text(
    """
    INSERT INTO invoice_series AS s (workspace_id, series, year, last_seq)
    VALUES (:workspace_id, :series, :year, 1)
    ON CONFLICT (workspace_id, series, year) DO UPDATE SET last_seq = s.last_seq + 1
    RETURNING last_seq
    """
)

_NEWEST = text(
    """
    SELECT max(issued_on) FROM invoices
    WHERE client_id = :client AND number IS NOT NULL AND billing_copy ->> 'client_code' = :code
    """
)
_CREDIT_NOTES = "-CN"
_UNIQUE = ("uq_invoices_number", "uq_credit_notes_number")


def invoice_day(uow: UnitOfWork, client: Client, wanted: date | None) -> date:
    """The date of an invoice that is issued now: the one wanted, or else today.

    Numbers of a series go up with their dates. Raises `BillingInvalid` for a date to come, and
    for one before the newest invoice of the client's code; the client's row must be held.
    """
    today = local_today(uow)
    if wanted is None:
        return today
    newest: date | None = uow.session.scalar(
        _NEWEST, {"client": client.id, "code": client.client_code}
    )
    if wanted > today:
        _refuse_day("in_the_future", f"Must not be after {today}.")
    if newest is not None and wanted < newest:
        _refuse_day("before_newest", f"An invoice of {newest} has its number already.")
    return wanted


def _refuse_day(code: str, message: str) -> NoReturn:
    raise BillingInvalid.at("issued_on", code, message)


def draw_number(uow: UnitOfWork, code: str, day: date) -> str:
    """The next invoice number of a client code on a day in the workspace's zone."""
    return _draw(uow, code, day)


def draw_credit_note_number(uow: UnitOfWork, code: str, day: date) -> str:
    """The next credit note number of a client code: a series of its own, as `ACM-CN-2026-0001`."""
    return _draw(uow, code + _CREDIT_NOTES, day)


def flush_number(uow: UnitOfWork, number: str) -> None:
    """Write what got the number. Raises `NumberTaken`: a pattern changed by the workspace may
    come to a number of the pattern before it."""
    try:
        uow.flush()
    except IntegrityError as error:
        if not any(name in str(error.orig) for name in _UNIQUE):
            raise
        raise NumberTaken(f"{number} is taken; change the pattern of numbers.") from error


def _draw(uow: UnitOfWork, series: str, day: date) -> str:
    pattern = parse_pattern(get_workspace(uow).invoice_number_pattern)
    place = {
        "workspace_id": uow.workspace_id,
        "series": series,
        "year": pattern.series_year(day.year),
    }
    seq: int = uow.session.execute(_DRAW, place).scalar_one()
    return pattern.number(series, day.year, seq)
