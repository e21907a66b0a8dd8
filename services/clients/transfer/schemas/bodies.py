"""What callers send."""

from __future__ import annotations

import uuid
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from services.clients.listing.schemas import ClientListQuery
from services.clients.records.models.record import OWN_FIELD
from services.clients.transfer.models import APART, CONTACTS, CREATE, REJECT, SKIP
from services.clients.transfer.operations.bulk import ACTIONS, DELETE, GIVE_CODE
from services.clients.transfer.rules import notations
from services.clients.transfer.rules.csv_files import DELIMITERS
from services.clients.transfer.rules.encodings import ENCODINGS
from services.clients.transfer.rules.mapping import export_columns
from services.clients.transfer.rules.writing import CONTENT_TYPES
from shared.http.fields import Rule, prose, required_line
from shared.http.schemas import Coded, StrictSchema
from shared.values import text

#: Clients that can be named one by one; for more there is a filter.
MOST_IDS = 10_000
_TEXT = validate.Length(1, 1_000)
_TAGGED = frozenset({"add_tags", "remove_tags"})


def _template(value: Any) -> str:
    return text.prose(1_000)(value) or ""


class ReadBody(StrictSchema):
    """`POST …/{id}/read`: how the file is to be understood; what is left out is guessed."""

    sheet = fields.String(validate=validate.Length(1, 100))
    heading_row = fields.Integer(
        strict=True,
        validate=validate.Range(1, 1 << 20),
        metadata={"description": "The row of the headings, as a spreadsheet numbers it."},
    )
    encoding = fields.String(validate=validate.OneOf(ENCODINGS))
    delimiter = fields.String(
        validate=validate.OneOf(DELIMITERS), metadata={"description": "Of the columns of a CSV."}
    )


class FileQuery(ReadBody):
    """`POST /v1/imports?file_name=`, with the file as the body, and how to understand it."""

    file_name = fields.String(required=True, validate=validate.Length(1, 255))
    heading_row = fields.Integer(validate=validate.Range(1, 1 << 20))


class _MappingBody(StrictSchema):
    """What the columns of a file stand for."""

    mapping = fields.Dict(
        # A column is found by its name as the file spells it.
        keys=fields.String(validate=_TEXT),
        values=Rule(text.required_line(1_000), minLength=1, maxLength=1_000),
        required=True,
        metadata={
            "description": "From the name of a column to the path of a field, such as "
            "`primary_contact.email` or `contacts[0].name`; null leaves the column out.",
            "examples": [{"Company": "company_name", "Mail": "primary_contact.email"}],
        },
    )
    constants = fields.Dict(
        keys=required_line(1_000, minLength=1),
        values=Rule(_template, nullable=False, maxLength=1_000),
        load_default=dict,
        metadata={
            "description": "Values by path for every row; `{Column}` stands for the row's cell.",
            "examples": [{"status": "pending"}],
        },
    )

    dates = fields.String(
        load_default=notations.PLAIN,
        validate=validate.OneOf(notations.DATES),
        metadata={
            "description": "How days are written: `plain` as 2026-12-24, `day_first` as 24/12/2026 "
            "or 24.12.26, `month_first` as 12/24/2026."
        },
    )
    decimals = fields.String(
        load_default=notations.PLAIN,
        validate=validate.OneOf(notations.DECIMALS),
        metadata={
            "description": "How numbers are written: `plain` as 1234.50, `point` also as 1,234.50, "
            "`comma` as 1.234,50."
        },
    )

    @post_load
    def without_ignored(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Columns that are mapped to nothing fall out."""
        mapping = {column: path for column, path in values["mapping"].items() if path}
        return {**values, "mapping": mapping}


class StartBody(_MappingBody):
    """`POST /v1/imports/{id}/preview` and `…/start`."""

    update_by_code = fields.Boolean(
        load_default=True,
        metadata={"description": "A row whose code a client has changes that client."},
    )
    on_duplicate = fields.String(
        load_default=SKIP,
        validate=validate.OneOf([SKIP, REJECT, CREATE]),
        metadata={
            "description": "What becomes of a new row that is much like a client or an earlier "
            "row: `skip` makes nothing of it, `reject` refuses it, so that it is among the "
            "rejected rows, `create` makes a client of it. Its report names the fields."
        },
    )
    empty_cells = fields.String(
        load_default="keep",
        validate=validate.OneOf(["keep", "clear"]),
        metadata={"description": "Whether an empty cell leaves a field as it is or empties it."},
    )

    rows_of_one_client = fields.String(
        load_default=APART,
        validate=validate.OneOf([APART, CONTACTS]),
        metadata={
            "description": "Rows with the same code, or the same company name: `contacts` makes "
            "one client of them, of which each further row is a contact; `apart` leaves them rows "
            "of their own."
        },
    )


class TimeStartBody(_MappingBody):
    """`POST /v1/time-entries/import/{id}/preview` and `…/start`.

    Paths are those of an entry; `project`, its code or name, with `client_code` where several
    clients have one, may stand for `project_id`, and the address of a user for `person`.
    """


class FiltersBody(ClientListQuery):
    """The filters of the list of clients."""

    class Meta(StrictSchema.Meta):
        """marshmallow's switches."""

        exclude = ("limit", "cursor", "names", "view")


class ExportBody(StrictSchema):
    """`POST /v1/exports`."""

    format = fields.String(required=True, validate=validate.OneOf([*CONTENT_TYPES]))
    filters = fields.Nested(FiltersBody, load_default=dict)
    columns = fields.List(
        Rule(text.required_line(1_000), nullable=False),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, 100),
        metadata={"description": "Paths of fields, in order; all where it is left out."},
    )

    @validates_schema
    def known_columns(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a column that no client has."""
        known = export_columns()
        for column in data.get("columns") or ():
            if column not in known and not column.startswith(OWN_FIELD):
                raise ValidationError({"columns": [Coded("unknown_path", f"No field {column}.")]})


class BulkPlanBody(StrictSchema):
    """`POST /v1/clients/bulk/plan`: what is to be done, and to which clients."""

    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    value = fields.Raw(
        load_default=None,
        allow_none=True,
        metadata={"description": "The status, the industry, the owner's id, or a list of tags."},
    )
    ids = fields.List(fields.UUID(), validate=validate.Length(1, MOST_IDS))
    filter = fields.Nested(FiltersBody)
    reason = prose(text.REASON_LENGTH, load_default=None)

    @validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        """Either ids or a filter, and a value that the action can take."""
        if ("ids" in data) == ("filter" in data):
            raise ValidationError({"ids": [Coded("required", "Give either ids or a filter.")]})
        if not _is_value(data["action"], data.get("value")):
            raise ValidationError({"value": [Coded("wrong_type", "Not a value of this action.")]})

    @post_load
    def storable(self, values: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As a job keeps it."""
        ids: list[uuid.UUID] | None = values.get("ids")
        return {**values, "ids": None if ids is None else [str(each) for each in ids]}


class BulkBody(BulkPlanBody):
    """`POST /v1/clients/bulk`."""

    confirm = fields.String(
        load_default=None,
        allow_none=True,
        metadata={"description": "For a deletion: what the plan answered."},
    )


def _is_value(action: str, value: Any) -> bool:
    if action in {DELETE, GIVE_CODE}:
        return value is None
    if action in _TAGGED:
        words = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return words and 0 < len(value) <= 50
    if action == "set_status":
        return isinstance(value, str) and value in {"active", "inactive", "pending"}
    return value is None or isinstance(value, str)
