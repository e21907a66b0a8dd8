"""Having a report made: by itself once for a client and a quarter, or afresh as a new version."""

from __future__ import annotations

import uuid

from services.clients.access.queries import local_today
from services.clients.billing.operations.context import billing_copy, issuer_copy
from services.clients.correspondence.operations.writing import Letter, write_to_client
from services.clients.correspondence.rules.kinds import REPORT_READY
from services.clients.printing.models import Paper
from services.clients.printing.operations.requesting import Wanted, request_paper
from services.clients.printing.queries import newest_paper
from services.clients.projects.queries import spent_on
from services.clients.records.models.record import Client
from services.clients.records.queries.clients import lock_client
from services.clients.records.queries.owned import lock_if_there
from services.clients.reports import queries, rules
from services.clients.reports.errors import NoSuchQuarter
from services.clients.reports.operations.contents import Told, report_content
from services.clients.reports.rules import Quarter
from shared.errors import FieldError
from shared.unit_of_work import UnitOfWork


def make_once(uow: UnitOfWork, client_id: uuid.UUID, quarter: Quarter) -> bool:
    """Have the report of a client and a quarter made and sent, unless it is there; whether it was
    not. Two beats at once make one: the client's row is held while it is asked."""
    client = lock_if_there(uow, client_id)
    if client is None or newest_paper(uow.session, queries.subject(client.id, quarter)) is not None:
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
    told = Told(
        quarter,
        queries.worked(session, client.id, quarter),
        projects,
        spent_on(session, projects),
        queries.invoices_of(session, client.id, quarter),
        queries.payments_of(session, client.id, quarter),
    )
    content = report_content(issuer_copy(uow), billing_copy(client), told)
    subject = queries.subject(client.id, quarter)
    file_name = f"Report {client.client_code or ''} {quarter.name}.pdf".replace("  ", " ")
    return request_paper(uow, Wanted(client.id, subject, "report", content, file_name))
