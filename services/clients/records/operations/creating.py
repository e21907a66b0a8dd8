"""Making a client in one go."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from services.clients.records import events
from services.clients.records.errors import DuplicateClient, InvalidClient
from services.clients.records.models.json_rows import UNTOLD, key_rows
from services.clients.records.models.record import COLUMNS, DEFAULTS, Client, Record, client_of
from services.clients.records.operations.codes import taken
from services.clients.records.operations.elements import ListPatch, elements_of
from services.clients.records.operations.insert_statements import (
    INSERT_WITH_SUGGESTED_CODE,
    INSERT_WITH_WANTED_CODE,
    INSERT_WITHOUT_CODE,
    execute,
    parameters_of_one,
)
from services.clients.records.operations.stored_values import Context, Defaults, columns_of
from services.clients.records.operations.suggesting import CodesToTry
from services.clients.records.queries.codes import code_holder
from services.clients.records.queries.duplicates import MOST_REFUSED_WITH
from services.clients.records.rules.elements import CONTACTS, RATES
from services.clients.records.rules.search_text import sort_name
from shared.clock import now
from shared.ids import uuid7
from shared.unit_of_work import UnitOfWork
from shared.values.findings import Findings

_EMPTY = dict.fromkeys(COLUMNS) | DEFAULTS


def check_new_client(
    uow: UnitOfWork,
    values: Mapping[str, Any],
    findings: Findings,
    defaults: Defaults | None = None,
) -> None:
    """Add to the findings what stands against a client of these values, as far as it can be
    known before it is made."""
    context = Context(findings, uow.vault, defaults or Defaults(uow))
    _note_if_taken(uow, context, prepare_client(uow, context, values, uuid7()).client)


def create_client(
    uow: UnitOfWork,
    values: Mapping[str, Any],
    findings: Findings | None = None,
    client_id: uuid.UUID | None = None,
    *,
    names_duplicates: bool = False,
    sees_tax_ids: bool = False,
) -> Record:
    """A client with its contacts and rates, at version 1.

    Without a code it is given the first free one that suits its name; None only where all
    17,576 are taken. Raises `InvalidClient` with every wrong field, those already found
    included, `DuplicateClient` unless `values["allow_duplicate"]`, and `InternalClientExists`. A
    tax number alone makes a duplicate only for who `sees_tax_ids`.
    """
    context = Context(findings or Findings(), uow.vault, Defaults(uow))
    record = prepare_client(uow, context, values, client_id or uuid7())
    if context.findings.errors:
        _note_if_taken(uow, context, record.client)
        raise InvalidClient(errors=context.findings.errors)
    candidates = 0 if values.get("allow_duplicate") else MOST_REFUSED_WITH
    hidden = {} if sees_tax_ids else UNTOLD
    outcome = _insert_client(uow, record, candidates, key_rows([record.client], hidden))
    if outcome.alike:
        raise DuplicateClient(outcome.alike, names_them=names_duplicates)
    if not outcome.made:
        wrong = taken(uow, record.client.client_code or "", record.client.company_name)
        raise InvalidClient(errors=[wrong.at("client_code")])
    complete(record, outcome)
    uow.publish(events.client_created(record))
    return record


def prepare_client(
    uow: UnitOfWork, context: Context, values: Mapping[str, Any], client_id: uuid.UUID
) -> Record:
    """A client as it would be made; what is wrong with it is in the context's findings."""
    at = now()
    columns = {**_EMPTY, **columns_of(context, values), "version": 1}
    columns.update(id=client_id, workspace_id=uow.workspace_id, created_at=at, updated_at=at)
    columns["sort_name"] = sort_name(columns["company_name"] or "")
    client = client_of(columns.values())
    contacts, rates = (
        elements_of(context, ListPatch.new(kind, values.get(kind.name) or ()), columns)
        for kind in (CONTACTS, RATES)
    )
    return Record(client, contacts, rates)


def _note_if_taken(uow: UnitOfWork, context: Context, client: Client) -> None:
    """A request that is wrong elsewhere is told of a taken code as well."""
    code = client.client_code
    if code is not None and code_holder(uow.session, code) is not None:
        context.findings.add("client_code", taken(uow, code, client.company_name or ""))


def complete(record: Record, outcome: Row[Any]) -> None:
    """Put on the record what the statement that made it has chosen for it."""
    record.client.client_code = outcome.code
    record.client.country = record.client.country or outcome.country
    for rate in record.rates:
        rate["currency"] = rate["currency"] or outcome.currency


def _insert_client(uow: UnitOfWork, record: Record, candidates: int, looked_for: str) -> Row[Any]:
    given = {"candidates": candidates, "looked_for": looked_for}
    parameters = {**parameters_of_one(record), **given}
    wanted = record.client.client_code
    if wanted is None:
        return _insert_with_suggested_code(uow, record.client, parameters)
    return execute(uow, INSERT_WITH_WANTED_CODE, {**parameters, "codes": [wanted]}).one()


def _insert_with_suggested_code(
    uow: UnitOfWork, client: Client, parameters: dict[str, Any]
) -> Row[Any]:
    to_try = CodesToTry(uow.workspace_id, client.company_name)
    for codes in to_try:
        outcome = _insert_with_one_of(uow, {**parameters, "codes": codes})
        if outcome.made:
            to_try.found(codes, outcome.code)
        if outcome.made or outcome.alike:
            return outcome
    return execute(uow, INSERT_WITHOUT_CODE, parameters).one()


def _insert_with_one_of(uow: UnitOfWork, parameters: dict[str, Any]) -> Row[Any]:
    """Again, where a code was free and then claimed by someone who asked for it by name."""
    while True:
        outcome = execute(uow, INSERT_WITH_SUGGESTED_CODE, parameters).one()
        if outcome.made or not outcome.free:
            return outcome
