"""Reports over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from services.clients.printing.models import Paper
from services.clients.printing.schemas import PaperView, present_paper
from shared.http.fields import line
from shared.http.schemas import StrictSchema, page_of


class ReportBody(StrictSchema):
    """`POST /v1/clients/{id}/reports`."""

    quarter = line(7, examples=["2026-Q3"])


class ReportView(PaperView):
    """A report: the PDF that it is, and its quarter."""

    quarter = fields.String(metadata={"example": "2026-Q3"})


#: A client's reports, the latest quarter first, and of each its newest version.
ReportList = page_of(ReportView, "ReportList")


def present_report(paper: Paper) -> dict[str, Any]:
    """As `ReportView`."""
    return {**present_paper(paper), "quarter": paper.subject.rpartition("/")[2]}
