"""What can stand against a change of the record."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import IntegrityError

from shared.errors import Conflict, FieldError, Invalid, Moved, NotFound, PreconditionFailed


class ClientNotFound(NotFound):
    """No client of this id in the workspace."""

    code = "clients.not_found"
    title = "No such client"


class ClientDeleted(ClientNotFound):
    """It was deleted; `deletion_id` leads to the receipt, and, while there is time, back."""

    code = "clients.deleted"
    title = "This client was deleted"


class ClientMerged(Moved):
    """It was merged into another client, under whose id it lives on."""

    code = "clients.merged"
    title = "This client was merged into another"

    def __init__(self, client_id: uuid.UUID, into: uuid.UUID) -> None:
        super().__init__(str(client_id), str(into), merged_into=str(into))


class ContactNotFound(NotFound):
    """The client has no such contact."""

    code = "clients.contact_not_found"
    title = "This client has no such contact"


class RateNotFound(NotFound):
    """The client has no such rate."""

    code = "clients.rate_not_found"
    title = "This client has no such rate"


class InvalidClient(Invalid):
    """Values break a rule; each is named with its path."""

    code = "clients.invalid"
    title = "Some values are wrong"


class StaleClient(PreconditionFailed):
    """The client has changed since it was read, in what was to be changed.

    Of what overlaps, `base` is as it was read, `theirs` as it is now, `yours` as it was sent;
    where no such version ever was, `base` is null and the others are whole.
    """

    code = "clients.stale_version"
    title = "The client has changed since you read it"

    def __init__(
        self, version: int, sides: Mapping[str, Any], errors: Sequence[FieldError] = ()
    ) -> None:
        detail = f"It is at version {version} now. Read it again and repeat your change."
        super().__init__(version, detail, errors=errors, version=version, **sides)


class NoSuchVersion(NotFound):
    """The client was not there yet, or never had such a version."""

    code = "clients.no_such_version"
    title = "The client was not there then"


class CodeFrozen(Conflict):
    """The code stands on issued invoices."""

    code = "clients.code_frozen"
    title = "The code stands on issued invoices and cannot change any more"

    def __init__(self, code: str) -> None:
        message = f"{code} stands on issued invoices."
        super().__init__(message, errors=[FieldError("client_code", "frozen", message)])


class InternalClientExists(Conflict):
    """Another client of the workspace is the active internal one."""

    code = "clients.internal_exists"
    title = "The workspace already has an active internal client"

    def __init__(self) -> None:
        message = "Make the other one inactive, or not internal, first."
        super().__init__(message, errors=[FieldError("settings.internal", "taken", message)])


@contextmanager
def one_internal_client() -> Iterator[None]:
    """Raises `InternalClientExists` where that rule of the table stops a write."""
    try:
        yield
    except IntegrityError as error:
        if "uq_clients_active_internal" in str(error.orig):
            raise InternalClientExists from error
        raise


class DuplicateClient(Conflict):
    """A client much like it is there already; `candidates` only for someone who may see them."""

    code = "clients.duplicate"
    title = "There is a client much like it already"

    def __init__(self, candidates: Sequence[Mapping[str, Any]], *, names_them: bool) -> None:
        named = {"candidates": list(candidates)} if names_them else {}
        errors = duplicate_fields(candidates, names_them=names_them)
        super().__init__("Send allow_duplicate to make it all the same.", errors=errors, **named)


def duplicate_fields(
    candidates: Iterable[Mapping[str, Any]], *, names_them: bool
) -> list[FieldError]:
    """What a client has in common with others, field by field, and with the likest of them."""
    found: dict[str, str] = {}
    for candidate in candidates:
        for match in candidate["matches"]:
            found.setdefault(match, candidate["company_name"])
    return [
        FieldError(field, "duplicate", f"{name if names_them else 'Another client'} has the same.")
        for field, name in found.items()
    ]
