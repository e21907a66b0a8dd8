"""Having a report made: by itself once for each quarter of a client, or afresh as a new version."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from zoneinfo import ZoneInfo

from services.clients.access.queries import get_workspace, local_today
from services.clients.billing.operations.context import billing_copy, issuer_copy
from services.clients.correspondence.operations.writing import Letter, write_to_client
from services.clients.correspondence.rules.kinds import REPORT_READY
from services.clients.printing.models import Paper
from services.clients.printing.operations.requesting import Wanted, request_paper
from services.clients.projects.queries import spent_on
from services.clients.records.models.record import Client
from services.clients.records.queries.clients import lock_client
from services.clients.records.queries.owned import lock_if_there
from services.clients.reports import queries, rules
from services.clients.reports.errors import NoSuchQuarter
from services.clients.reports.models import ReportSchedule
from services.clients.reports.operations.contents import QuarterFacts, report_content
from services.clients.reports.rules import Quarter
from shared.clock import now
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork


def make_due(uow: UnitOfWork, client_id: uuid.UUID, as_of: datetime) -> int:
    """Have each report of a client made and sent whose quarter is over and that it has not had;
    how many. Two beats at once make one: the client's row is held meanwhile."""
    client = lock_if_there(uow, client_id)
    schedule = uow.session.get(
        ReportSchedule, client_id, populate_existing=True, with_for_update=True
    )
    if client is None or schedule is None:
        return 0
    zone = ZoneInfo(get_workspace(uow).time_zone)
    since, created, today = (
        moment.astimezone(zone).date() for moment in (schedule.since, client.created_at, as_of)
    )
    due = rules.quarters_due(since, created, schedule.reported_until, today)
    made = sum(_make(uow, client, quarter, zone) for quarter in due)
    schedule.reported_until, schedule.reported_at = rules.quarter_before(today).last, now()
    return made


def _make(uow: UnitOfWork, client: Client, quarter: Quarter, zone: ZoneInfo) -> bool:
    """Whether there was none: one who has had reports before may have had this one."""
    over = datetime.combine(quarter.following.first, time(), zone)
    if queries.is_reported(uow.session, client.id, quarter, over):
        return False
    paper = _request(uow, client, quarter)
    attachment = (paper.id, paper.file_name)
    about, words = queries.subject(client.id, quarter), {"period": quarter.spoken}
    write_to_client(uow, client, Letter(REPORT_READY, words, about=about, attachment=attachment))
    return True


def make_afresh(uow: UnitOfWork, client_id: uuid.UUID, name: str | None) -> Paper:
    """Have a report made as things stand now; those before stay. Nobody is sent it.

    Without a name it is that of the latest quarter. Raises `NoSuchQuarter`.
    """
    today = local_today(uow)
    quarter = rules.quarter_before(today) if name is None else rules.quarter_named(name)
    if quarter is None or quarter.first > today:
        message = "A quarter that has begun, as 2026-Q3."
        raise NoSuchQuarter(message, errors=[FieldError("quarter", "no_such_quarter", message)])
    return _request(uow, lock_client(uow, client_id), quarter)


def _request(uow: UnitOfWork, client: Client, quarter: Quarter) -> Paper:
    session = uow.session
    projects = queries.projects_of(session, client.id)
    found = QuarterFacts(
        quarter,
        queries.worked(session, client.id, quarter),
        projects,
        spent_on(session, projects),
        queries.invoices_of(session, client.id, quarter),
        queries.payments_of(session, client.id, quarter),
    )
    content = report_content(issuer_copy(uow), billing_copy(client), found)
    subject = queries.subject(client.id, quarter)
    file_name = f"Report {client.client_code or ''} {quarter.name}.pdf".replace("  ", " ")
    return request_paper(uow, Wanted(client.id, subject, "report", content, file_name))
