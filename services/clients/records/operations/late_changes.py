"""Changes that were meant for an older version: merged with what was changed since, or refused."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.clients.records import events
from services.clients.records.errors import NoSuchVersion, StaleClient
from services.clients.records.models.record import DEFAULTS, PATHS, TAX_COLUMNS, Client, Record
from services.clients.records.queries import clients
from services.clients.records.queries.history import is_tax_id_as_in, past_at
from services.clients.records.rules.past import HIDDEN, Past
from services.clients.records.rules.three_way import (
    Element,
    Elements,
    Merge,
    Overlap,
    by_id,
    merged_element,
    merged_list,
)
from services.clients.values.tax_ids import is_masked
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork


@dataclass(slots=True)
class LockedClient:
    """A client that is held, and, where the caller read an older version, that version."""

    client: Client
    base: Past | None = None
    tax_id_changed: bool = False
    merge: Merge = field(default_factory=Merge)

    def sent(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """What was sent, without the mask of a tax number that is another one by now."""
        if self.tax_id_changed and is_masked(values.get("tax_id") or ""):
            return {name: value for name, value in values.items() if name != "tax_id"}
        return values

    def columns(self, columns: dict[str, Any]) -> dict[str, Any]:
        """Those of the columns that are to be set."""
        if self.base is None:
            return columns
        kept = {
            name: self._custom_fields(value) if name == "custom_fields" else value
            for name, value in columns.items()
            if name in TAX_COLUMNS or self._keeps(self.base, name, value)
        }
        self._note_tax_id(kept)
        return kept

    def _keeps(self, base: Past, name: str, value: Any) -> bool:
        if name == "custom_fields":
            return True
        path = PATHS.get(name, name)
        was = base.value(path, DEFAULTS.get(name))
        return self.merge.keeps(
            tuple(path.split(".")), path, was, getattr(self.client, name), value
        )

    def _custom_fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        was = self.base.value("custom_fields", {}) if self.base else {}
        now: Mapping[str, Any] = getattr(self.client, "custom_fields", {})
        merged = {**now}
        for key in {**was, **values}:
            path = ("custom_fields", key)
            yours = values.get(key)
            if self.merge.keeps(path, ".".join(path), was.get(key), now.get(key), yours):
                merged[key] = yours
        return {key: value for key, value in merged.items() if value is not None}

    def _note_tax_id(self, columns: Mapping[str, Any]) -> None:
        """Numbers are compared by their hashes; that of the version that was read is not kept."""
        is_new = columns.get("tax_id_hash", self.client.tax_id_hash) != self.client.tax_id_hash
        if is_new and self.tax_id_changed:
            overlap = Overlap(("tax_id",), "tax_id", HIDDEN, HIDDEN, HIDDEN)
            self.merge.overlaps.append(overlap)

    def explicit_columns(self, columns: dict[str, Any]) -> dict[str, Any]:
        """As `columns`, of values that are all wanted; raises `StaleClient`."""
        self.merge.is_explicit = True
        kept = self.columns(columns)
        self.refuse_overlaps()
        return kept

    def elements(self, name: str, theirs: Sequence[Element], yours: Sequence[Element]) -> Elements:
        """A list that was sent whole, as it is to be carried out."""
        if self.base is None:
            return Elements([dict(one) for one in yours], [*range(len(yours))])
        return merged_list(self.merge, name, self.base.record[name], theirs, yours)

    def element(self, name: str, theirs: Sequence[Element], sent: Element) -> Element:
        """What is to be carried out of a change of one element; raises `StaleClient`."""
        if self.base is None:
            return sent
        was, now = by_id(self.base.record[name]), by_id(theirs)
        merged = merged_element(self.merge, (name,), "", was, now, sent)
        self.refuse_overlaps()
        return sent if merged is None else merged

    def require_as_read(self, name: str, theirs: Sequence[Element], element_id: uuid.UUID) -> None:
        """Raise `StaleClient` if an element is not what it was in the version that was read."""
        if self.base is None:
            return
        key = str(element_id)
        was, now = by_id(self.base.record[name]).get(key), by_id(theirs).get(key)
        if was is not None and now is not None and was != now:
            self.merge.overlaps.append(Overlap((name, key), "", was, now, None))
        self.refuse_overlaps()

    def refuse_overlaps(self) -> None:
        """Raise `StaleClient` if both sides changed the same thing."""
        if self.merge.overlaps:
            errors = [
                FieldError(overlap.path, "changed", "Was changed since you read it.")
                for overlap in self.merge.overlaps
            ]
            raise StaleClient(self.client.version, self.merge.sides(), errors)


def lock_version(
    uow: UnitOfWork, client_id: uuid.UUID, expected: int | None, yours: Mapping[str, Any]
) -> LockedClient:
    """The client, held until the transaction ends, with the version that the caller read.

    `expected` is that version (None: any). Raises as `lock_client`, and `StaleClient` if there
    never was such a version; `yours` is what the caller wants to change, for that answer.
    """
    client = clients.lock_client(uow, client_id)
    if expected is None or expected == client.version:
        return LockedClient(client)
    try:
        base = past_at(uow, client_id, expected)
    except NoSuchVersion:
        raise _never_was(uow, client, yours) from None
    return LockedClient(client, base, not is_tax_id_as_in(uow, client_id, base))


def _never_was(uow: UnitOfWork, client: Client, yours: Mapping[str, Any]) -> StaleClient:
    theirs = events.whole(Record(client, **clients.get_children(uow.session, client.id)))
    sent = {name: HIDDEN if name == "tax_id" else value for name, value in yours.items()}
    return StaleClient(client.version, {"base": None, "theirs": theirs, "yours": sent})
