"""The client package's `shapes.py`: what the API takes and answers, as types.

Only what the package's functions name is written, and what that refers to. Services put their
name before a schema's and `View` behind what they answer; callers see neither.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from cli.reference.openapi import openapi_json

FILE = (
    Path(__file__).resolve().parents[2]
    / "clients" / "python" / "src" / "clientele_client" / "shapes.py"
)  # fmt: skip

_HEAD = '''\
"""What the API takes and answers.

Made from its OpenAPI document by `clientele reference write`; a test fails when it is not fresh.
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict
'''
_ROOTS = (
    "ActivityAuditPage", "ActivityDeliveryPage", "ActivityDeliveryWithEvent",
    "ActivitySubscriberView", "ActivityWebhookView", "ActivityWebhookWithSecret", "ApiKeyView",
    "ActivityFeedPage", "ActivityTimelineEntryView", "AllInvoicesPage", "AllProjectsPage",
    "ClientBody", "ClientChanges", "ClientSummaryView", "ClientView", "ContactBody",
    "ContactChanges",
    "ContactView", "CustomFieldView", "DeletionView", "DraftSummaryView", "DraftView",
    "DraftWithDocumentsView", "DocumentsDocumentView", "DocumentsNewDocumentBody",
    "DocumentsNewDocumentView", "FacetsView",
    "EnrolmentView", "InvitationView", "InvitedView", "SecondFactorView", "SessionView",
    "SignedInView", "UserView",
    "ExplanationView", "ImportView", "InstallationView", "InvoiceSummary", "InvoiceView",
    "JobView", "ListEntryView", "LogInView", "MeView", "MetricsMetricsView", "PaperView",
    "RoleView",
    "PlanView", "PreviewView", "ProjectView", "RateBody", "RateChanges", "RateView", "RowView",
    "AutomationRulesView", "BillingRunView", "MailPreviewView", "MailSummary", "MailView",
    "RunItemView", "SavedViewView", "SearchView", "StopView", "TimeEntryPage", "TimeEntryView",
    "UpcomingView", "WeekView", "WordingView",
)  # fmt: skip
_REFERENCE = "#/components/schemas/"
_KINDS = {
    "string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None",
    "object": "dict[str, Any]",
}  # fmt: skip
_LINE_LENGTH = 100

Schema = dict[str, Any]


def shapes_text() -> str:
    """The whole file."""
    schemas: dict[str, Schema] = orjson.loads(openapi_json())["components"]["schemas"]
    classes = [_class(name, schemas[name]) for name in sorted(_needed(schemas), key=_named)]
    return "\n\n".join([_HEAD, *classes])


def _needed(schemas: dict[str, Schema]) -> set[str]:
    found: set[str] = set()
    waiting = list(_ROOTS)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _references(schemas[name])
    return found


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"].removeprefix(_REFERENCE)
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from _references(each)


def _named(schema: str) -> str:
    name = re.sub(r"^(Activity|Documents|Metrics)(?=[A-Z])|View$", "", schema)
    return schema if hasattr(builtins, name) else name


def _class(name: str, schema: Schema) -> str:
    required = schema.get("required", [])
    lines = [
        f"class {_named(name)}(TypedDict, total=False):",
        f'    """`{name}` of the OpenAPI document."""\n',
    ]
    for field, part in schema["properties"].items():
        kind = _kind(part)
        lines.append(_line(field, f"Required[{kind}]" if field in required else kind))
    return "\n".join(lines) + "\n"


def _line(field: str, kind: str) -> str:
    line = f"    {field}: {kind}"
    if len(line) <= _LINE_LENGTH:
        return line
    if "] | " not in kind and kind.startswith("Literal["):
        words = kind.removeprefix("Literal[").removesuffix("]").split(", ")
        return "\n".join([f"    {field}: Literal[", *(f"        {it}," for it in words), "    ]"])
    return f"    {field}: (\n        {kind}\n    )"


def _kind(part: Schema) -> str:
    if "$ref" in part:
        return _named(part["$ref"].removeprefix(_REFERENCE))
    if "anyOf" in part:
        return " | ".join(_kind(each) for each in part["anyOf"])
    if "enum" in part:
        return _choice(part["enum"])
    kinds = part.get("type", "any")
    return " | ".join(_plain(kind, part) for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _choice(values: list[str | None]) -> str:
    words = ", ".join(f'"{value}"' for value in values if value is not None)
    return f"Literal[{words}]" + (" | None" if None in values else "")


def _plain(kind: str, part: Schema) -> str:
    if kind == "array":
        return f"list[{_kind(part['items'])}]"
    if kind == "object" and part.get("additionalProperties"):
        return f"dict[str, {_kind(part['additionalProperties'])}]"
    return _KINDS.get(kind, "Any")
