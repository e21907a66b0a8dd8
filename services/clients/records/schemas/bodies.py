"""What callers send."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate

from services.clients.records.rules import choices, codes, custom_values, tags
from services.clients.records.rules.elements import MAX_CONTACTS, MAX_RATES
from services.clients.values import addresses, money, phones, tax_ids
from shared.http.fields import FlagRule, ListRule, Rule, ValuesRule, line, prose, required_line
from shared.http.reading import Elements, Group, ReadingSchema
from shared.http.schemas import Coded, StrictSchema, listed_once
from shared.values import days, text
from shared.values.choices import flag, one_of, some_of
from shared.values.identifiers import identifier

MAX_STANDARDS = 50
#: Paths that can be asked for at once.
MAX_NAMES = 200


def _choice(choices_of: tuple[str, ...]) -> Rule:
    return Rule(one_of(choices_of), enum=[*choices_of, None])


def _status(*, required: bool = False) -> Rule:
    check = one_of(choices.STATUSES, required=True)
    return Rule(check, nullable=False, required=required, enum=choices.STATUSES)


def _primary_email(*, required: bool = False) -> Rule:
    return Rule(
        addresses.required_email,
        nullable=False,
        required=required,
        format="email",
        examples=["jo@acme.example.com"],
    )


def _phone(example: str) -> Rule:
    return Rule(phones.typed_phone, maxLength=phones.PHONE_LENGTH, examples=[example])


def _amount(example: str, *, required: bool = False) -> Rule:
    return Rule(money.rate, nullable=False, required=required, examples=[example])


class ContactChanges(ReadingSchema):
    """`PATCH` of a contact."""

    name = line(text.NAME_LENGTH, examples=["Ana Ruiz"])
    email = Rule(addresses.email, format="email", examples=["ana@acme.example.com"])
    phone = _phone("+1 651 555 0101")
    title = line(text.WORD_LENGTH, examples=["CFO"])
    roles = ListRule(
        fields.String(validate=validate.OneOf(choices.CONTACT_ROLES)),
        some_of(choices.CONTACT_ROLES),
        description="Who receives invoices and who reports; the primary contact where no one is.",
    )


class ContactBody(ContactChanges):
    """A new contact: a name or an e-mail address at least."""


class ContactElement(ContactChanges):
    """A contact in a replaced list: with `id` the one it is, without a new one."""

    id = Rule(identifier, nullable=False, format="uuid")


class RateChanges(ReadingSchema):
    """`PATCH` of a rate."""

    position = required_line(text.WORD_LENGTH, examples=["Senior Engineer"])
    regular_rate = _amount("150.00")
    overtime_rate = Rule(money.optional_rate, examples=["225.00"])
    currency = Rule(money.currency, description="The workspace's if left out.", examples=["USD"])
    valid_from = Rule(days.day, format="date")
    valid_until = Rule(days.day, format="date", description="The last day it holds.")


class RateBody(RateChanges):
    """A new rate."""

    position = required_line(text.WORD_LENGTH, required=True, examples=["Senior Engineer"])
    regular_rate = _amount("150.00", required=True)


class RateElement(RateChanges):
    """A rate in a replaced list: with `id` the one it is, without a new one."""

    id = Rule(identifier, nullable=False, format="uuid")


class PrimaryContactChanges(ReadingSchema):
    """The primary contact, as far as it is changed."""

    name = line(text.NAME_LENGTH, examples=["Jo Park"])
    email = _primary_email()
    phone = _phone("+1 651 555 0100")


class PrimaryContactBody(PrimaryContactChanges):
    """The primary contact of a new client."""

    email = _primary_email(required=True)


class AddressBody(ReadingSchema):
    """Where the client is; the country is the workspace's if left out."""

    street = line(text.NAME_LENGTH, examples=["1 Main St"])
    city = line(text.WORD_LENGTH, examples=["Saint Paul"])
    state = line(text.WORD_LENGTH, examples=["Minnesota"])
    county = line(text.WORD_LENGTH, examples=["Ramsey"])
    postal_code = line(20, examples=["55101"])
    country = Rule(addresses.country, description="ISO 3166-1, two letters.", examples=["US"])


class SettingsBody(ReadingSchema):
    """Four switches, and how often auto-invoicing invoices."""

    email_notifications = FlagRule(flag, examples=[True])
    quarterly_reports = FlagRule(flag, examples=[False])
    auto_invoicing = FlagRule(flag, examples=[False])
    auto_invoicing_frequency = _choice(choices.FREQUENCIES)  # Null: by the month.
    internal = FlagRule(
        flag, examples=[False], description="The firm itself; at most one active one."
    )


class ClientChanges(ReadingSchema):
    """A JSON Merge Patch: null empties, nested objects are merged, lists are replaced.

    Elements of lists are matched by `id`; a matched one keeps what is not sent of it.
    """

    company_name = required_line(text.NAME_LENGTH, examples=["Acme Machines"])
    client_code = Rule(
        codes.client_code,
        pattern="^[A-Za-z]{3}$",
        description="Three letters, unique in the workspace.",
        examples=["ACM"],
    )
    status = _status()
    primary_contact = Group(PrimaryContactChanges, nullable=False)
    website = Rule(addresses.website, format="uri", examples=["https://acme.example.com"])
    address = Group(AddressBody)
    industry = line(text.WORD_LENGTH, examples=["Industrials"])
    company_size = _choice(choices.COMPANY_SIZES)
    annual_revenue = _choice(choices.ANNUAL_REVENUES)
    tax_id = Rule(
        tax_ids.typed_tax_id,
        maxLength=tax_ids.TAX_ID_LENGTH,
        description="By the rules of the address's country; stored encrypted.",
        examples=["12-3456789"],
    )
    primary_service_type = line(text.WORD_LENGTH, examples=["Engineering"])
    current_systems = prose()
    technical_requirements = prose()
    compliance_requirements = ListRule(
        fields.String(),
        text.words_of_a_list(MAX_STANDARDS, text.WORD_LENGTH),
        maxItems=MAX_STANDARDS,
        examples=[["ISO 9001", "OSHA"]],
    )
    rates = Elements(RateElement, MAX_RATES)
    contacts = Elements(ContactElement, MAX_CONTACTS)
    settings = Group(SettingsBody)
    tags = ListRule(fields.String(), tags.tags, maxItems=tags.MAX_TAGS, examples=[["vip"]])
    custom_fields = ValuesRule(
        custom_values.values_by_key,
        description="Values of the workspace's own fields by their keys; null empties one.",
        examples=[{"account_tier": "Gold"}],
    )
    owner_id = Rule(identifier, format="uuid", description="The user who looks after the client.")


class ClientBody(ClientChanges):
    """A whole client in one go; only the name and the primary contact's e-mail must be there."""

    company_name = required_line(text.NAME_LENGTH, required=True, examples=["Acme Machines"])
    client_code = Rule(
        codes.client_code,
        pattern="^[A-Za-z]{3}$",
        description="Three letters, unique in the workspace; left out, one is chosen.",
        examples=["ACM"],
    )
    primary_contact = Group(PrimaryContactBody, nullable=False, required=True)
    rates = Elements(RateBody, MAX_RATES)
    contacts = Elements(ContactBody, MAX_CONTACTS)
    allow_duplicate = FlagRule(
        flag, description="Make the client although there is one much like it."
    )


class StatusBody(ReadingSchema):
    """`PUT …/status`."""

    status = _status(required=True)
    reason = prose(text.REASON_LENGTH)


class Names(fields.Field[list[str]]):
    """Paths of fields: separated by commas in a query, or a list in a body."""

    def __init__(self, **kwargs: Any) -> None:
        described = {
            "type": "string",
            "description": "Only these fields, besides id and version; a nested one by its path.",
            "examples": ["company_name,client_code,primary_contact.email"],
        }
        super().__init__(metadata=described, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[str]:
        parts = value.split(",") if isinstance(value, str) else value
        if not isinstance(parts, list) or not all(isinstance(each, str) for each in parts):
            raise ValidationError(Coded("wrong_type", "Must be names of fields."))
        names = listed_once(parts)
        if not 0 < len(names) <= MAX_NAMES:
            raise ValidationError(Coded("length", f"Name 1 to {MAX_NAMES} fields."))
        return names


class SuggestQuery(StrictSchema):
    """`GET /v1/client-codes/suggest`."""

    name = fields.String(required=True, validate=validate.Length(1, text.NAME_LENGTH))
