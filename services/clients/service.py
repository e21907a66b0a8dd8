"""The clients service: the record itself, and the one public API in front of all services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.service import TIDY_SECONDS, Job, Service
from shared.settings import Settings

if TYPE_CHECKING:
    from flask import Blueprint

    from shared.http.app import Api
    from shared.messaging.inbox import Apply
    from shared.service import RegisterJobs


def register_features() -> None:
    """Hand what features have to those below them, which may not know them.

    Every process that looks for clients, deletes them or has jobs done begins with this.
    """
    from services.clients.client_merge.queries import merged_away
    from services.clients.correspondence.operations.stopping import why_not
    from services.clients.deletion.queries import deleted
    from services.clients.mail.operations import GUARDS, Guard
    from services.clients.printing.operations.additions import ADDITIONS, Addition
    from services.clients.projects.queries import SPENDING, Spending
    from services.clients.records.queries.missing import REASONS, Reason
    from services.clients.reports.tasks.additions import tell_more
    from services.clients.time_entries.queries.spending import spent_on_time

    SPENDING.register(Spending("time", spent_on_time))
    REASONS.register(Reason("merged", merged_away), Reason("deleted", deleted))
    ADDITIONS.register(Addition("report", tell_more))
    GUARDS.register(Guard("correspondence", why_not))
    _register_work()
    _register_client_data()


def _register_work() -> None:
    """The kinds of jobs, and the work that is due by the calendar."""
    from services.clients.auto_invoicing import tasks as auto_invoicing
    from services.clients.auto_invoicing.operations.running import KIND as AUTO_INVOICING
    from services.clients.correspondence import tasks as reminders
    from services.clients.jobs.operations.kinds import KINDS
    from services.clients.jobs.operations.schedules import SCHEDULES
    from services.clients.printing.tasks import KIND as PRINTING
    from services.clients.reports.tasks import making as reports
    from services.clients.transfer.operations.kinds import KINDS as TRANSFERS

    KINDS.register(*TRANSFERS, PRINTING, AUTO_INVOICING)
    SCHEDULES.register(
        auto_invoicing.SCHEDULE, reminders.SCHEDULE, reminders.EXPIRY_SCHEDULE, reports.SCHEDULE
    )


def _register_client_data() -> None:
    """What each feature has of a client, and how it goes with the client."""
    from services.clients.auto_invoicing.operations import forgetting as runs
    from services.clients.billing.operations import removal as billing
    from services.clients.correspondence.operations import moving as correspondence
    from services.clients.deletion.operations.client_data import CLIENT_DATA, ClientData
    from services.clients.jobs.operations import outcomes as jobs
    from services.clients.mail import operations as mail
    from services.clients.notes.operations import moving as notes
    from services.clients.portal.operations import moving as portal
    from services.clients.printing.operations import moving as printing
    from services.clients.projects.operations import removal as projects
    from services.clients.records.operations import removal as records
    from services.clients.time_entries.operations import moving as time
    from services.clients.transfer.operations import forgetting as transfer

    CLIENT_DATA.register(
        ClientData("jobs", forget=jobs.forget_clients),
        ClientData("records", tables=records.TABLES, remove=records.remove_client),
        ClientData("projects", tables=projects.TABLES, remove=projects.remove_client_projects),
        ClientData("time", tables=time.TABLES, remove=time.remove_client_time),
        ClientData("billing", tables=billing.TABLES, remove=billing.remove_client_billing),
        ClientData("printing", tables=printing.TABLES),
        ClientData("notes", tables=notes.TABLES),
        ClientData("mail", tables=mail.TABLES, remove=mail.remove_client_mail),
        ClientData(
            "correspondence",
            tables=correspondence.TABLES,
            remove=correspondence.remove_mail_stops,
        ),
        ClientData("portal", tables=portal.TABLES, remove=portal.remove_client_access),
        ClientData("auto_invoicing", forget=runs.forget_clients),
        ClientData("transfer", forget=transfer.forget_clients),
    )


def _api(_: Settings) -> Api:
    from services.clients.access.operations.authentication import authenticate
    from services.clients.gateway.documentation import MergedClients
    from shared.http.app import Api

    register_features()
    return Api(
        is_public=True,
        title="Clientele",
        authenticate=authenticate,
        plugins=[MergedClients()],
        # The uppermost feature first.
        blueprints=[
            *_over_everything(),
            *_over_many_clients(),
            *_between_firm_and_client(),
            *_of_work_and_money(),
            *_of_the_client(),
            *_of_people(),
        ],
    )


def _over_everything() -> list[Blueprint]:
    from services.clients.archive.routes import client, workspace
    from services.clients.drafts.routes import documents
    from services.clients.forwarding import routes as forwarding
    from services.clients.installation import routes as installation
    from services.clients.jobs import routes as jobs
    from services.clients.search import routes as search

    return [
        forwarding.blueprint,
        forwarding.numbers,
        forwarding.events,
        forwarding.audit,
        forwarding.webhooks,
        forwarding.subscribers,
        installation.blueprint,
        client.blueprint,
        workspace.blueprint,
        documents.blueprint,
        search.blueprint,
        jobs.blueprint,
        jobs.schedule,
    ]


def _over_many_clients() -> list[Blueprint]:
    from services.clients.client_merge import routes as client_merge
    from services.clients.deletion.routes import deletions
    from services.clients.transfer.routes import bulk, exports, imports, time_imports

    routes = (imports, exports, bulk, time_imports, deletions, client_merge)
    return [each.blueprint for each in routes]


def _between_firm_and_client() -> list[Blueprint]:
    from services.clients.auto_invoicing import routes as auto_invoicing
    from services.clients.correspondence.routes import mails, stops, wordings
    from services.clients.portal.routes import access, contents, documents, own, signing_in
    from services.clients.reports import routes as reports

    return [
        auto_invoicing.blueprint,
        auto_invoicing.automation,
        mails.blueprint,
        mails.of_invoices,
        wordings.blueprint,
        stops.blueprint,
        stops.of_client,
        access.blueprint,
        reports.blueprint,
        signing_in.blueprint,
        own.blueprint,
        contents.blueprint,
        documents.blueprint,
    ]


def _of_work_and_money() -> list[Blueprint]:
    from services.clients.billing.routes import invoices, papers
    from services.clients.notes import routes as notes
    from services.clients.projects import routes as projects
    from services.clients.time_entries import routes as time_entries

    return [
        *invoices.BLUEPRINTS,
        papers.blueprint,
        papers.statements,
        notes.blueprint,
        time_entries.blueprint,
        *projects.BLUEPRINTS,
    ]


def _of_the_client() -> list[Blueprint]:
    from services.clients.custom_fields import routes as custom_fields
    from services.clients.drafts.routes import drafts
    from services.clients.listing import routes as listing
    from services.clients.lists.routes import lists
    from services.clients.records.routes import clients, elements, pricing

    routes = (listing, clients, elements, pricing, drafts, lists, custom_fields)
    return [each.blueprint for each in routes]


def _of_people() -> list[Blueprint]:
    from services.clients.access.routes import (
        invitations,
        links,
        me,
        people,
        roles,
        second_factor,
        signing_in,
    )

    routes = (people, roles, me, second_factor, signing_in, links, invitations)
    return [each.blueprint for each in routes]


def _consumers() -> list[Apply]:
    from services.clients.deletion import consumers as deletion

    register_features()
    return [deletion.apply]


def _register_jobs(_: Settings) -> list[RegisterJobs]:
    from services.clients.access import tasks as access
    from services.clients.auto_invoicing import tasks as auto_invoicing
    from services.clients.correspondence import tasks as correspondence
    from services.clients.deletion import tasks as deletion
    from services.clients.drafts import tasks as drafts
    from services.clients.jobs import tasks as jobs
    from services.clients.mail import tasks as mail
    from services.clients.portal import tasks as portal
    from services.clients.records import tasks as records
    from services.clients.reports.tasks import making as reports
    from services.clients.transfer import tasks as transfer
    from shared.housekeeping import register_idempotency_purge

    register_features()
    return [
        deletion.register_tasks,
        drafts.register_tasks,
        records.register_tasks,
        jobs.register_tasks,
        transfer.register_tasks,
        access.register_tasks,
        mail.register_tasks,
        portal.register_tasks,
        auto_invoicing.register_tasks,
        correspondence.register_tasks,
        reports.register_tasks,
        register_idempotency_purge,
    ]


CLIENTS = Service(
    name="clients",
    settings=Settings,
    api=_api,
    consumers=_consumers,
    uses=tuple(f"{name}.client.erased." for name in ("documents", "activity", "metrics")),
    register_jobs=_register_jobs,
    jobs=(
        Job("clients.advance_deletions", every_seconds=2.0),
        Job("clients.sweep_drafts", every_seconds=TIDY_SECONDS),
        Job("clients.reindex_clients", every_seconds=60.0),
        Job("clients.advance_job"),
        Job("clients.wake_jobs", every_seconds=1.0),
        Job("clients.purge_jobs", every_seconds=TIDY_SECONDS),
        Job("clients.purge_transfers", every_seconds=TIDY_SECONDS),
        Job("clients.purge_access", every_seconds=60.0),
        Job("clients.tell_refusals", every_seconds=5.0),
        Job("clients.answer_resets", every_seconds=1.0),
        Job("clients.make_reports", every_seconds=900.0),
        Job("clients.answer_portal_requests", every_seconds=1.0),
        Job("clients.expire_portal_invitations", every_seconds=60.0),
        Job("clients.tell_portal_refusals", every_seconds=5.0),
        Job("clients.purge_portal", every_seconds=TIDY_SECONDS),
        Job("clients.start_billing", every_seconds=60.0),
        Job("clients.remind_overdue", every_seconds=300.0),
        Job("clients.tell_expiring", every_seconds=1800.0),
        Job("clients.send_mail", every_seconds=1.0),
        Job("clients.purge_mail", every_seconds=TIDY_SECONDS),
        Job("clients.purge_idempotency_keys", every_seconds=TIDY_SECONDS),
    ),
)
