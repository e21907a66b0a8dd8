"""What a page of the form is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Response

from clientele_client.errors import FieldError, NotAllowed
from clientele_client.shapes import NextPeriod, WarningView
from web.client_form.steps import Step, label_of, step_of
from web.shell import choices, formats, owners, pages, reading, words
from web.shell.callers import api, me
from web.shell.texts import gettext, language, ngettext


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer: its field, what the field is called, and what is wrong with it."""

    field: str
    label: str
    message: str

    @property
    def step(self) -> Step:
        """Where it can be mended."""
        return step_of(self.field)


@dataclass(frozen=True, slots=True)
class Link:
    """A step in the list of them: its address, how it stands, and what it holds in short."""

    step: Step
    url: str
    tone: str = ""
    short: str = ""


@dataclass(slots=True)
class Sheet:
    """One step as it is shown: what its fields hold, what is wrong, and where one can go."""

    step: Step
    values: Mapping[str, Any]
    version: int
    links: list[Link]
    wrong: list[Wrong] = field(default_factory=list)
    is_draft: bool = True
    focus: str = ""

    @property
    def number(self) -> int:
        """Which of the six it is, from one."""
        return [link.step for link in self.links].index(self.step) + 1

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong by field, the first of each."""
        return {each.field: each.message for each in reversed(self.wrong)}


def wrongs(errors: Iterable[FieldError | WarningView]) -> list[Wrong]:
    """Errors of the API under the names of the fields."""
    return [_wrong(each) for each in errors]


def _wrong(error: FieldError | WarningView) -> Wrong:
    if isinstance(error, FieldError):
        return Wrong(error.field, label_of(error.field), error.message)
    return Wrong(error["field"], label_of(error["field"]), error["message"])


def show(sheet: Sheet, **values: Any) -> Response:
    """The page of a step, or to htmx the form alone; 422 where something is wrong."""
    found = {"sheet": sheet, **_choices(sheet), **values}
    code = 422 if sheet.wrong else 200
    return pages.show("client_form/page.html", "client_form/form.html", code=code, **found)


def _choices(sheet: Sheet) -> dict[str, Any]:
    """What can be chosen on a step."""
    step = sheet.step
    if step.name == "basic":
        is_taken = "client_code" in sheet.errors
        name = reading.at(sheet.values, "company_name") if is_taken else ""
        offered = {"industries": _names("industries"), "countries": choices.countries(language())}
        return {**offered, "codes": suggestions(name)}
    if step.name == "business":
        return {
            "services": _names("service-types"),
            "standards": _names("compliance-standards"),
        }
    if step.name == "settings":
        return {
            "own_fields": [one for one in api().custom_fields() if not one["retired"]],
            "owners": owners.options(sheet.values.get("owner")),
            **_by_itself(),
        }
    return {"currency": me()["workspace"]["currency"]}


def _by_itself() -> dict[str, Any]:
    """What the switches do in this workspace, and how often and when clients are invoiced."""
    rules = api().automation.rules()
    return {"automation": rules, "invoiced": [_often(each) for each in rules["auto_invoicing"]]}


def _often(period: NextPeriod) -> tuple[str, str]:
    often = words.word("client.invoiced", period["frequency"])
    day = formats.short(period["due_at"])
    return period["frequency"], gettext("%(often)s, next on %(day)s", often=often, day=day)


def _names(of: str) -> list[str]:
    """The entries of a list of the workspace that are still in use."""
    return [entry["name"] for entry in api().entries(of) if not entry["retired"]]


def suggestions(name: str) -> list[str]:
    """Free codes for a name; none for those who may not see what there is."""
    try:
        return api().suggest_codes(name)[:3] if name else []
    except NotAllowed:
        return []


def short(step: Step, values: Mapping[str, Any]) -> str:
    """What a step holds, in a few words."""
    if step.name == "basic":
        return ", ".join(filter(None, (reading.at(values, n) for n in step.names[:2])))
    if step.name == "business":
        return reading.at(values, "primary_service_type") or reading.at(values, "company_size")
    if step.name == "rates":
        count = len(reading.rows(values, "rates"))
        return ngettext("%(num)s rate", "%(num)s rates", count) if count else ""
    if step.name == "contacts":
        count = len(reading.rows(values, "contacts"))
        return ngettext("%(num)s contact", "%(num)s contacts", count) if count else ""
    switches = values.get("settings")
    count = sum(map(bool, switches.values())) if isinstance(switches, Mapping) else 0
    return gettext("%(count)s of 4 on", count=count) if switches else ""
