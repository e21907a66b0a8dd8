"""What the API takes and answers.

Made from its OpenAPI document by `clientele reference write`; a test fails when it is not fresh.
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict


class Actor(TypedDict, total=False):
    """`ActivityActorView` of the OpenAPI document."""

    kind: Literal["user", "contact", "api_key", "system"]
    name: str


class ActorWithId(TypedDict, total=False):
    """`ActivityActorWithIdView` of the OpenAPI document."""

    id: str | None
    kind: Literal["user", "contact", "api_key", "system"]
    name: str


class Address(TypedDict, total=False):
    """`AddressView` of the OpenAPI document."""

    city: str | None
    country: str | None
    county: str | None
    postal_code: str | None
    state: str | None
    street: str | None


class AddressBody(TypedDict, total=False):
    """`AddressBody` of the OpenAPI document."""

    city: str | None
    country: str | None
    county: str | None
    postal_code: str | None
    state: str | None
    street: str | None


class AllInvoicesPage(TypedDict, total=False):
    """`AllInvoicesPage` of the OpenAPI document."""

    data: list[ListedInvoice]
    next: str | None
    sums: list[Sums]


class AllProjectsPage(TypedDict, total=False):
    """`AllProjectsPage` of the OpenAPI document."""

    data: list[ListedProject]
    next: str | None


class Amount(TypedDict, total=False):
    """`AmountView` of the OpenAPI document."""

    amount: str
    currency: str


class ApiKey(TypedDict, total=False):
    """`ApiKeyView` of the OpenAPI document."""

    created_at: str
    expires_at: str | None
    id: str
    last_used_at: str | None
    name: str
    permissions: list[str]
    prefix: str
    revoked_at: str | None
    token: str


class Attempt(TypedDict, total=False):
    """`ActivityAttemptView` of the OpenAPI document."""

    at: str
    duration_ms: int
    error: str | None
    response: str | None
    status: int | None


class AuditEntry(TypedDict, total=False):
    """`ActivityAuditEntryView` of the OpenAPI document."""

    actor: ActorWithId
    changes: list[Change]
    client_id: str | None
    data: dict[str, Any]
    id: str
    kind: Literal[
        "download",
        "export",
        "key",
        "refusal",
        "rights",
        "sign_in",
        "sign_out",
        "tax_id",
        "webhook",
        "workspace",
    ]
    occurred_at: str
    pos: int
    source: str
    summary: str
    type: str


class AuditPage(TypedDict, total=False):
    """`ActivityAuditPage` of the OpenAPI document."""

    data: list[AuditEntry]
    next: str | None


class AutomationRules(TypedDict, total=False):
    """`AutomationRulesView` of the OpenAPI document."""

    auto_invoicing: list[NextPeriod]
    auto_invoicing_issues: bool
    quarterly_reports: NextReport
    reminder_days: list[int]


class Away(TypedDict, total=False):
    """`AwayView` of the OpenAPI document."""

    detail: str
    service: str
    since: str


class Backlog(TypedDict, total=False):
    """`BacklogView` of the OpenAPI document."""

    count: int
    kind: str
    oldest_at: str
    state: str


class BillingRun(TypedDict, total=False):
    """`BillingRunView` of the OpenAPI document."""

    as_of: str
    clients: int
    created_at: str
    failed: int
    finished_at: str | None
    id: str
    invoiced: int
    issues: bool
    job_id: str
    started_by: str | None
    state: Literal["running", "done", "broken_off"]


class Budget(TypedDict, total=False):
    """`MetricsBudgetView` of the OpenAPI document."""

    budget: str
    percent: str | None
    spent: str
    unit: str


class Change(TypedDict, total=False):
    """`ActivityChangeView` of the OpenAPI document."""

    after: Any
    before: Any
    field: str


class Client(TypedDict, total=False):
    """`ClientView` of the OpenAPI document."""

    address: Address | None
    annual_revenue: Literal["under_1m", "1m_5m", "5m_20m", "20m_100m", "over_100m"] | None
    as_of: str
    client_code: str | None
    company_name: str
    company_size: Literal["1-10", "11-50", "51-200", "201-500", "500+"] | None
    compliance_requirements: list[str] | None
    contacts: list[Contact] | None
    created_at: str
    current_systems: str | None
    custom_fields: dict[str, Any] | None
    id: str
    industry: str | None
    owner: Owner | None
    owner_id: str | None
    primary_contact: PrimaryContact
    primary_service_type: str | None
    rates: list[Rate] | None
    settings: Settings | None
    status: Literal["active", "inactive", "pending"]
    tags: list[str] | None
    tax_id: str | None
    technical_requirements: str | None
    updated_at: str
    version: int
    warnings: list[WarningView]
    website: str | None


class ClientBody(TypedDict, total=False):
    """`ClientBody` of the OpenAPI document."""

    address: AddressBody | None
    allow_duplicate: bool | None
    annual_revenue: Literal["under_1m", "1m_5m", "5m_20m", "20m_100m", "over_100m"] | None
    client_code: str | None
    company_name: Required[str]
    company_size: Literal["1-10", "11-50", "51-200", "201-500", "500+"] | None
    compliance_requirements: list[str] | None
    contacts: list[ContactBody] | None
    current_systems: str | None
    custom_fields: dict[str, Any] | None
    industry: str | None
    owner_id: str | None
    primary_contact: Required[PrimaryContactBody]
    primary_service_type: str | None
    rates: list[RateBody] | None
    settings: SettingsBody | None
    status: Literal["active", "inactive", "pending"]
    tags: list[str] | None
    tax_id: str | None
    technical_requirements: str | None
    website: str | None


class ClientChanges(TypedDict, total=False):
    """`ClientChanges` of the OpenAPI document."""

    address: AddressBody | None
    annual_revenue: Literal["under_1m", "1m_5m", "5m_20m", "20m_100m", "over_100m"] | None
    client_code: str | None
    company_name: str
    company_size: Literal["1-10", "11-50", "51-200", "201-500", "500+"] | None
    compliance_requirements: list[str] | None
    contacts: list[ContactElement] | None
    current_systems: str | None
    custom_fields: dict[str, Any] | None
    industry: str | None
    owner_id: str | None
    primary_contact: PrimaryContactChanges
    primary_service_type: str | None
    rates: list[RateElement] | None
    settings: SettingsBody | None
    status: Literal["active", "inactive", "pending"]
    tags: list[str] | None
    tax_id: str | None
    technical_requirements: str | None
    website: str | None


class ClientSummary(TypedDict, total=False):
    """`ClientSummaryView` of the OpenAPI document."""

    address: Address | None
    annual_revenue: Literal["under_1m", "1m_5m", "5m_20m", "20m_100m", "over_100m"] | None
    client_code: str | None
    company_name: str
    company_size: Literal["1-10", "11-50", "51-200", "201-500", "500+"] | None
    compliance_requirements: list[str] | None
    created_at: str
    custom_fields: dict[str, Any] | None
    id: str
    industry: str | None
    owner: Owner | None
    owner_id: str | None
    primary_contact: PrimaryContact
    primary_service_type: str | None
    settings: Settings | None
    status: Literal["active", "inactive", "pending"]
    tags: list[str] | None
    tax_id: str | None
    updated_at: str
    version: int
    website: str | None


class Conflict(TypedDict, total=False):
    """`ConflictView` of the OpenAPI document."""

    code: str
    message: str


class ConsumerStanding(TypedDict, total=False):
    """`ConsumerStandingView` of the OpenAPI document."""

    ahead: int
    behind: int
    consumer: str
    head: int
    paused: bool | None
    position: int
    seconds: float
    sent: int | None
    source: str


class Contact(TypedDict, total=False):
    """`ContactView` of the OpenAPI document."""

    email: str | None
    id: str
    name: str | None
    phone: str | None
    roles: list[Literal["invoices", "reports"]] | None
    title: str | None


class ContactBody(TypedDict, total=False):
    """`ContactBody` of the OpenAPI document."""

    email: str | None
    name: str | None
    phone: str | None
    roles: list[Literal["invoices", "reports"]] | None
    title: str | None


class ContactChanges(TypedDict, total=False):
    """`ContactChanges` of the OpenAPI document."""

    email: str | None
    name: str | None
    phone: str | None
    roles: list[Literal["invoices", "reports"]] | None
    title: str | None


class ContactElement(TypedDict, total=False):
    """`ContactElement` of the OpenAPI document."""

    email: str | None
    id: str
    name: str | None
    phone: str | None
    roles: list[Literal["invoices", "reports"]] | None
    title: str | None


class CountedUpTo(TypedDict, total=False):
    """`MetricsCountedUpToView` of the OpenAPI document."""

    epoch: str
    lag: int
    pos: int
    time: str | None


class CreditNote(TypedDict, total=False):
    """`CreditNoteView` of the OpenAPI document."""

    created_at: str
    currency: str
    id: str
    invoice_id: str
    issued_on: str
    lines: list[CreditNoteLine]
    number: str
    reason: str
    subtotal: str
    tax: str
    total: str


class CreditNoteLine(TypedDict, total=False):
    """`CreditNoteLineView` of the OpenAPI document."""

    amount: str
    description: str
    line_id: str | None
    tax: str
    tax_rate: str


class CustomField(TypedDict, total=False):
    """`CustomFieldView` of the OpenAPI document."""

    choices: list[str]
    id: str
    key: str
    label: str
    required: bool
    retired: bool
    type: Literal["text", "number", "date", "boolean", "choice", "multi_choice", "url", "email"]
    version: int


class DeadLetter(TypedDict, total=False):
    """`DeadLetterView` of the OpenAPI document."""

    attempts: int
    event_id: str | None
    id: int
    parked_at: str
    pos: int
    reason: str
    service: str
    source: str
    type: str


class Deletion(TypedDict, total=False):
    """`DeletionView` of the OpenAPI document."""

    client_id: str
    deletion_id: str
    goes: list[Entry]
    requested_at: str
    requested_by: dict[str, Any]
    services: Services
    started_at: str | None
    starts_at: str
    state: Literal["pending", "running", "done", "undone"]
    stays: list[Entry]
    undone_at: str | None


class Delivery(TypedDict, total=False):
    """`ActivityDeliveryView` of the OpenAPI document."""

    attempts: list[Attempt]
    client_id: str | None
    created_at: str
    event_id: str
    finished_at: str | None
    id: str
    next_attempt_at: str | None
    state: Literal["waiting", "held", "delivered", "failed", "erased"]
    tries: int
    type: str


class DeliveryPage(TypedDict, total=False):
    """`ActivityDeliveryPage` of the OpenAPI document."""

    data: list[Delivery]
    next: str | None


class DeliveryWithEvent(TypedDict, total=False):
    """`ActivityDeliveryWithEvent` of the OpenAPI document."""

    attempts: list[Attempt]
    client_id: str | None
    created_at: str
    event: dict[str, Any] | None
    event_id: str
    finished_at: str | None
    id: str
    next_attempt_at: str | None
    state: Literal["waiting", "held", "delivered", "failed", "erased"]
    tries: int
    type: str


class Difference(TypedDict, total=False):
    """`DifferenceView` of the OpenAPI document."""

    field: str
    into: Any
    source: Any
    wins: Literal["into", "source"]


class Document(TypedDict, total=False):
    """`DocumentsDocumentView` of the OpenAPI document."""

    category: str
    client_id: str
    content_type: str | None
    created_at: str
    expires_on: str | None
    file_name: str
    id: str
    marks: list[str]
    pages: int | None
    paper: bool
    portal_visible: bool
    refusal: Refusal | None
    sha256: str | None
    size: int
    status: Literal["pending", "checking", "available", "quarantined", "deleting", "deleted"]
    title: str | None
    updated_at: str
    version: int


class Draft(TypedDict, total=False):
    """`DraftView` of the OpenAPI document."""

    complete: list[Literal["basic", "business", "rates", "contacts", "documents", "settings"]]
    created_at: str
    created_by: dict[str, Any]
    errors: list[WarningView]
    expires_at: str
    id: str
    steps: Steps
    updated_at: str
    version: int
    warnings: list[WarningView]


class DraftSummary(TypedDict, total=False):
    """`DraftSummaryView` of the OpenAPI document."""

    company_name: str | None
    complete: list[Literal["basic", "business", "rates", "contacts", "documents", "settings"]]
    created_at: str
    created_by: dict[str, Any]
    expires_at: str
    id: str
    updated_at: str
    version: int


class DraftWithDocuments(TypedDict, total=False):
    """`DraftWithDocumentsView` of the OpenAPI document."""

    complete: list[Literal["basic", "business", "rates", "contacts", "documents", "settings"]]
    created_at: str
    created_by: dict[str, Any]
    errors: list[WarningView]
    expires_at: str
    id: str
    steps: Steps
    unavailable: list[Unavailable]
    updated_at: str
    version: int
    warnings: list[WarningView]


class Enrolment(TypedDict, total=False):
    """`EnrolmentView` of the OpenAPI document."""

    secret: str
    uri: str


class Entry(TypedDict, total=False):
    """`EntryView` of the OpenAPI document."""

    bytes: int | None
    count: int | None
    kind: str
    note: str


class Event(TypedDict, total=False):
    """`ActivityEventView` of the OpenAPI document."""

    actor: ActorWithId
    aggregateversion: int
    causationid: str | None
    client_id: str | None
    correlationid: str
    data: dict[str, Any]
    epoch: str
    id: str
    pos: int
    source: str
    specversion: str
    subject: str
    time: str
    traceparent: str | None
    type: str
    workspace: str


class Expected(TypedDict, total=False):
    """`ExpectedView` of the OpenAPI document."""

    amount: str
    currency: str
    hours: str


class Explanation(TypedDict, total=False):
    """`ExplanationView` of the OpenAPI document."""

    amount: str | None
    currency: str | None
    explanation: str
    rate: Rate | None
    rule: Literal["regular", "overtime", "overtime_at_regular", "no_position", "no_day"]
    unit_price: str | None


class FacetCount(TypedDict, total=False):
    """`FacetCountView` of the OpenAPI document."""

    count: int
    value: str | None


class Facets(TypedDict, total=False):
    """`FacetsView` of the OpenAPI document."""

    company_size: list[FacetCount]
    industry: list[FacetCount]
    owner_id: list[OwnerCount]
    primary_service_type: list[FacetCount]
    status: list[FacetCount]


class FeedPage(TypedDict, total=False):
    """`ActivityFeedPage` of the OpenAPI document."""

    events: list[Event]
    head: str
    next: str


class Found(TypedDict, total=False):
    """`FoundView` of the OpenAPI document."""

    client_id: str
    client_name: str | None
    detail: str | None
    id: str
    kind: Literal["client", "project", "invoice", "document"]
    matched: list[str]
    title: str


class Import(TypedDict, total=False):
    """`ImportView` of the OpenAPI document."""

    columns: list[str]
    created_at: str
    created_by: dict[str, Any]
    details: dict[str, Any]
    file_name: str
    format: Literal["csv", "xlsx"]
    id: str
    jobs: list[Job]
    problem: Problem | None
    rows: int | None
    sample: list[list[str]]
    size: int
    state: Literal["reading", "ready", "failed"]
    suggested: dict[str, str]


class Installation(TypedDict, total=False):
    """`InstallationView` of the OpenAPI document."""

    backlogs: list[Backlog]
    consumers: list[ConsumerStanding]
    dead_letters: list[DeadLetter]
    services: list[ServiceStanding]
    unavailable: list[Away]


class Invitation(TypedDict, total=False):
    """`InvitationView` of the OpenAPI document."""

    created_at: str
    email: str
    expires_at: str
    id: str
    invited_by: str
    role: str
    state: Literal["pending", "accepted", "expired", "revoked"]


class Invited(TypedDict, total=False):
    """`InvitedView` of the OpenAPI document."""

    email: str
    expires_at: str
    role: str
    workspace: str


class Invoice(TypedDict, total=False):
    """`InvoiceView` of the OpenAPI document."""

    amount_credited: str
    amount_paid: str
    balance: str
    billing_copy: dict[str, Any] | None
    client_id: str
    created_at: str
    credit_notes: list[CreditNote]
    currency: str
    discount: str
    discount_amount: str | None
    discount_percent: str | None
    due_on: str | None
    id: str
    issued_on: str | None
    issuer: dict[str, Any] | None
    lines: list[Line]
    notes: str | None
    number: str | None
    overdue: bool
    paid_on: str | None
    payments: list[Payment]
    period_end: str | None
    period_start: str | None
    purchase_order: str | None
    status: str
    subtotal: str
    tax: str
    taxes: list[Tax]
    terms: str | None
    total: str
    updated_at: str
    version: int
    void_reason: str | None


class InvoiceSummary(TypedDict, total=False):
    """`InvoiceSummary` of the OpenAPI document."""

    amount_credited: str
    amount_paid: str
    balance: str
    client_id: str
    created_at: str
    currency: str
    discount: str
    due_on: str | None
    id: str
    issued_on: str | None
    number: str | None
    overdue: bool
    paid_on: str | None
    period_end: str | None
    period_start: str | None
    status: str
    subtotal: str
    tax: str
    total: str
    updated_at: str
    version: int


class Job(TypedDict, total=False):
    """`JobView` of the OpenAPI document."""

    created_at: str
    created_by: dict[str, Any]
    finished_at: str | None
    id: str
    import_id: str | None
    kind: Literal[
        "import_read",
        "import_preview",
        "import",
        "import_undo",
        "export",
        "time_import_preview",
        "time_import",
        "time_import_undo",
        "bulk",
        "print",
        "auto_invoicing",
    ]
    problem: Problem | None
    progress: Progress
    result: dict[str, Any]
    started_at: str | None
    state: Literal["queued", "running", "done", "failed", "cancelled"]


class Line(TypedDict, total=False):
    """`LineView` of the OpenAPI document."""

    amount: str
    description: str
    explanation: str | None
    id: str
    kind: Literal["regular", "overtime", "free"]
    quantity: str
    rate_id: str | None
    rule: Literal["regular", "overtime", "overtime_at_regular", "no_position", "no_day"] | None
    tax_rate: str
    unit_price: str


class ListEntry(TypedDict, total=False):
    """`ListEntryView` of the OpenAPI document."""

    former_names: list[str]
    id: str
    name: str
    position: int
    retired: bool


class ListedInvoice(TypedDict, total=False):
    """`ListedInvoice` of the OpenAPI document."""

    amount_credited: str
    amount_paid: str
    balance: str
    client_id: str
    client_name: str | None
    created_at: str
    currency: str
    discount: str
    due_on: str | None
    id: str
    issued_on: str | None
    number: str | None
    overdue: bool
    paid_on: str | None
    period_end: str | None
    period_start: str | None
    status: str
    subtotal: str
    tax: str
    total: str
    updated_at: str
    version: int


class ListedProject(TypedDict, total=False):
    """`ListedProject` of the OpenAPI document."""

    budget_amount: str | None
    budget_hours: str | None
    budget_used: str | None
    client_code: str | None
    client_id: str
    client_name: str | None
    code: str | None
    created_at: str
    currency: str
    ends_on: str | None
    id: str
    name: str
    spent_amount: str
    spent_hours: str
    spent_in_other_currencies: list[Amount]
    starts_on: str | None
    status: str
    unpriced_hours: str
    updated_at: str
    version: int


class LogIn(TypedDict, total=False):
    """`LogInView` of the OpenAPI document."""

    access_token: str
    expires_in: int
    token_type: str


class Mail(TypedDict, total=False):
    """`MailView` of the OpenAPI document."""

    attempts: int
    can_resend: bool
    client_id: str | None
    created_at: str
    finished_at: str | None
    id: str
    kind: str
    next_at: str | None
    problem: str | None
    recipient: str
    repeated: int
    state: Literal["queued", "sent", "refused", "given_up", "withheld", "bounced"]
    subject: str | None
    text: str | None


class MailPreview(TypedDict, total=False):
    """`MailPreviewView` of the OpenAPI document."""

    html: str
    subject: str
    text: str


class MailSummary(TypedDict, total=False):
    """`MailSummary` of the OpenAPI document."""

    attempts: int
    can_resend: bool
    client_id: str | None
    created_at: str
    finished_at: str | None
    id: str
    kind: str
    next_at: str | None
    problem: str | None
    recipient: str
    repeated: int
    state: Literal["queued", "sent", "refused", "given_up", "withheld", "bounced"]
    subject: str | None


class Maker(TypedDict, total=False):
    """`MakerView` of the OpenAPI document."""

    id: str | None
    kind: str
    name: str


class Me(TypedDict, total=False):
    """`MeView` of the OpenAPI document."""

    actor: dict[str, Any]
    permissions: list[str]
    workspace: Workspace


class Metrics(TypedDict, total=False):
    """`MetricsMetricsView` of the OpenAPI document."""

    active_projects: int | None
    as_of: dict[str, CountedUpTo]
    average_days_to_pay: str | None
    budget_used: list[Budget] | None
    invoices_issued: int | None
    outstanding: list[Money] | None
    overdue: list[Overdue] | None
    paid_invoices: int | None
    revenue_by_month: list[Month] | None
    stale: bool
    total_revenue: list[Money] | None


class Money(TypedDict, total=False):
    """`MetricsMoneyView` of the OpenAPI document."""

    amount: str
    currency: str


class Month(TypedDict, total=False):
    """`MetricsMonthView` of the OpenAPI document."""

    month: str
    revenue: list[Money]


class NewDocument(TypedDict, total=False):
    """`DocumentsNewDocumentView` of the OpenAPI document."""

    category: str
    client_id: str
    content_type: str | None
    created_at: str
    expires_on: str | None
    file_name: str
    id: str
    marks: list[str]
    pages: int | None
    paper: bool
    portal_visible: bool
    refusal: Refusal | None
    sha256: str | None
    size: int
    status: Literal["pending", "checking", "available", "quarantined", "deleting", "deleted"]
    title: str | None
    updated_at: str
    upload: Upload
    version: int


class NewDocumentBody(TypedDict, total=False):
    """`DocumentsNewDocumentBody` of the OpenAPI document."""

    category: str
    content_type: str | None
    expires_on: str | None
    file_name: Required[str]
    portal_visible: bool
    sha256: str | None
    size: Required[int]
    title: str | None


class NextPeriod(TypedDict, total=False):
    """`NextPeriodView` of the OpenAPI document."""

    due_at: str
    frequency: str
    period_end: str
    period_start: str


class NextReport(TypedDict, total=False):
    """`NextReportView` of the OpenAPI document."""

    due_at: str
    quarter: str


class Overdue(TypedDict, total=False):
    """`MetricsOverdueView` of the OpenAPI document."""

    amount: str
    currency: str
    invoices: int


class Owner(TypedDict, total=False):
    """`OwnerView` of the OpenAPI document."""

    id: str
    name: str


class OwnerCount(TypedDict, total=False):
    """`OwnerCountView` of the OpenAPI document."""

    count: int
    name: str | None
    value: str | None


class Paper(TypedDict, total=False):
    """`PaperView` of the OpenAPI document."""

    created_at: str
    document_id: str | None
    engine: str | None
    file_name: str
    job_id: str
    layout: str
    printed_at: str | None
    sha256: str | None
    version: int


class Part(TypedDict, total=False):
    """`PartView` of the OpenAPI document."""

    at: str | None
    counts: dict[str, int]
    problem: str | None
    state: Literal["pending", "running", "done", "undone"]


class PartLink(TypedDict, total=False):
    """`DocumentsPartLinkView` of the OpenAPI document."""

    number: int
    url: str


class Payment(TypedDict, total=False):
    """`PaymentView` of the OpenAPI document."""

    amount: str
    created_at: str
    id: str
    method: str | None
    paid_on: str
    reference: str | None


class Plan(TypedDict, total=False):
    """`PlanView` of the OpenAPI document."""

    confirm: str
    expires_at: str
    goes: list[Entry]
    stays: list[Entry]


class Preview(TypedDict, total=False):
    """`PreviewView` of the OpenAPI document."""

    confirm: str
    conflicts: list[Conflict]
    differences: list[Difference]
    expires_at: str
    filled: list[str]
    into: dict[str, Any]
    left: list[Entry]
    moves: list[Entry]
    source: dict[str, Any]


class PrimaryContact(TypedDict, total=False):
    """`PrimaryContactView` of the OpenAPI document."""

    email: str
    name: str | None
    phone: str | None


class PrimaryContactBody(TypedDict, total=False):
    """`PrimaryContactBody` of the OpenAPI document."""

    email: Required[str]
    name: str | None
    phone: str | None


class PrimaryContactChanges(TypedDict, total=False):
    """`PrimaryContactChanges` of the OpenAPI document."""

    email: str
    name: str | None
    phone: str | None


class Problem(TypedDict, total=False):
    """`ProblemView` of the OpenAPI document."""

    code: str
    message: str


class Progress(TypedDict, total=False):
    """`ProgressView` of the OpenAPI document."""

    created: int
    done: int
    failed: int
    skipped: int
    total: int | None
    updated: int


class Project(TypedDict, total=False):
    """`ProjectView` of the OpenAPI document."""

    budget_amount: str | None
    budget_hours: str | None
    budget_used: str | None
    client_id: str
    code: str | None
    created_at: str
    currency: str
    ends_on: str | None
    id: str
    name: str
    spent_amount: str
    spent_hours: str
    spent_in_other_currencies: list[Amount]
    starts_on: str | None
    status: str
    unpriced_hours: str
    updated_at: str
    version: int


class Rate(TypedDict, total=False):
    """`RateView` of the OpenAPI document."""

    currency: str | None
    id: str
    overtime_rate: str | None
    position: str
    regular_rate: str
    valid_from: str | None
    valid_until: str | None


class RateBody(TypedDict, total=False):
    """`RateBody` of the OpenAPI document."""

    currency: str | None
    overtime_rate: str | None
    position: Required[str]
    regular_rate: Required[str]
    valid_from: str | None
    valid_until: str | None


class RateChanges(TypedDict, total=False):
    """`RateChanges` of the OpenAPI document."""

    currency: str | None
    overtime_rate: str | None
    position: str
    regular_rate: str
    valid_from: str | None
    valid_until: str | None


class RateElement(TypedDict, total=False):
    """`RateElement` of the OpenAPI document."""

    currency: str | None
    id: str
    overtime_rate: str | None
    position: str
    regular_rate: str
    valid_from: str | None
    valid_until: str | None


class Refusal(TypedDict, total=False):
    """`DocumentsRefusalView` of the OpenAPI document."""

    code: str
    detail: str


class Role(TypedDict, total=False):
    """`RoleView` of the OpenAPI document."""

    built_in: bool
    created_at: str | None
    id: str
    name: str
    permissions: list[str]
    updated_at: str | None
    users: int
    version: int | None


class Row(TypedDict, total=False):
    """`RowView` of the OpenAPI document."""

    client_id: str | None
    errors: list[RowError]
    row: int
    state: Literal[
        "waiting",
        "created",
        "updated",
        "unchanged",
        "skipped",
        "failed",
        "deleted",
        "reverted",
    ]
    warnings: list[RowError]


class RowError(TypedDict, total=False):
    """`RowErrorView` of the OpenAPI document."""

    code: str
    column: str | None
    field: str
    message: str


class RunError(TypedDict, total=False):
    """`RunErrorView` of the OpenAPI document."""

    code: str
    errors: list[dict[str, Any]]
    message: str


class RunItem(TypedDict, total=False):
    """`RunItemView` of the OpenAPI document."""

    client_id: str
    client_name: str
    currency: str | None
    errors: list[RunError]
    invoice_id: str | None
    number: str | None
    outcome: Literal["issued", "drafted", "found", "nothing", "failed"]
    period_end: str
    period_start: str
    total: str | None


class SavedView(TypedDict, total=False):
    """`SavedViewView` of the OpenAPI document."""

    created_at: str
    created_by: Maker
    id: str
    name: str
    query: ViewQuery
    shared: bool
    updated_at: str
    version: int


class Search(TypedDict, total=False):
    """`SearchView` of the OpenAPI document."""

    data: list[Found]
    unavailable: list[Unavailable]


class SecondFactor(TypedDict, total=False):
    """`SecondFactorView` of the OpenAPI document."""

    enabled: bool
    recovery_codes_left: int
    since: str | None


class ServiceStanding(TypedDict, total=False):
    """`ServiceStandingView` of the OpenAPI document."""

    dead_letters: int
    head: int
    name: str
    relay: str | None
    unsequenced: int


class Services(TypedDict, total=False):
    """`ServicesView` of the OpenAPI document."""

    activity: Part
    clients: Part
    documents: Part
    metrics: Part


class Session(TypedDict, total=False):
    """`SessionView` of the OpenAPI document."""

    address: str
    created_at: str
    current: bool
    device: str
    expires_at: str
    id: str
    idle_until: str
    last_used_at: str


class Settings(TypedDict, total=False):
    """`SettingsView` of the OpenAPI document."""

    auto_invoicing: bool | None
    auto_invoicing_frequency: Literal["weekly", "biweekly", "monthly"] | None
    email_notifications: bool | None
    internal: bool | None
    quarterly_reports: bool | None


class SettingsBody(TypedDict, total=False):
    """`SettingsBody` of the OpenAPI document."""

    auto_invoicing: bool | None
    auto_invoicing_frequency: Literal["weekly", "biweekly", "monthly"] | None
    email_notifications: bool | None
    internal: bool | None
    quarterly_reports: bool | None


class SignedIn(TypedDict, total=False):
    """`SignedInView` of the OpenAPI document."""

    expires_at: str
    idle_until: str
    token: str


class Steps(TypedDict, total=False):
    """`StepsView` of the OpenAPI document."""

    basic: dict[str, Any]
    business: dict[str, Any]
    contacts: dict[str, Any]
    documents: dict[str, Any]
    rates: dict[str, Any]
    settings: dict[str, Any]


class Stop(TypedDict, total=False):
    """`StopView` of the OpenAPI document."""

    email: str
    stopped_at: str


class Subscriber(TypedDict, total=False):
    """`ActivitySubscriberView` of the OpenAPI document."""

    last_error: str | None
    name: str
    queue: str
    seconds: float
    sent_at: str | None
    state: Literal["active", "paused"]
    types: list[str]
    unread: int


class Sums(TypedDict, total=False):
    """`SumsView` of the OpenAPI document."""

    amount_credited: str
    amount_paid: str
    balance: str
    currency: str
    invoices: int
    total: str


class Tax(TypedDict, total=False):
    """`TaxView` of the OpenAPI document."""

    amount: str
    base: str
    rate: str


class TimeEntry(TypedDict, total=False):
    """`TimeEntryView` of the OpenAPI document."""

    client_id: str
    created_at: str
    date: str
    hours: str
    id: str
    invoice_id: str | None
    note: str | None
    overtime: bool
    overtime_hours: str
    person: str
    person_name: str
    position: str
    project_id: str
    regular_hours: str
    updated_at: str
    version: int


class TimeEntryPage(TypedDict, total=False):
    """`TimeEntryPage` of the OpenAPI document."""

    data: list[TimeEntry]
    next: str | None


class TimelineEntry(TypedDict, total=False):
    """`ActivityTimelineEntryView` of the OpenAPI document."""

    actor: Actor
    changes: list[Change]
    data: dict[str, Any]
    id: str
    occurred_at: str
    pos: int
    source: str
    summary: str
    type: str


class Unavailable(TypedDict, total=False):
    """`UnavailableView` of the OpenAPI document."""

    detail: str
    part: str
    service: str
    since: str


class Upcoming(TypedDict, total=False):
    """`UpcomingView` of the OpenAPI document."""

    client_id: str
    client_name: str
    due_at: str
    expected: list[Expected]
    frequency: str
    period_end: str
    period_start: str
    problems: list[UpcomingProblem]


class UpcomingProblem(TypedDict, total=False):
    """`UpcomingProblemView` of the OpenAPI document."""

    code: str
    field: str
    message: str


class Upload(TypedDict, total=False):
    """`DocumentsUploadView` of the OpenAPI document."""

    expires_at: str
    headers: dict[str, str]
    method: str
    part_size: int
    parts: list[PartLink]
    url: str


class User(TypedDict, total=False):
    """`UserView` of the OpenAPI document."""

    created_at: str
    disabled: bool
    email: str
    id: str
    name: str
    role: str
    second_factor: bool
    version: int


class ViewQuery(TypedDict, total=False):
    """`ViewQuery` of the OpenAPI document."""

    company_size: list[Literal["1-10", "11-50", "51-200", "201-500", "500+"]]
    compliance: list[str]
    fields: str
    industry: list[str]
    owner: str
    primary_service_type: list[str]
    q: str
    sort: Literal[
        "company_name",
        "client_code",
        "created_at",
        "updated_at",
        "-company_name",
        "-client_code",
        "-created_at",
        "-updated_at",
    ]
    status: list[Literal["active", "inactive", "pending"]]
    tag: list[str]


class WarningView(TypedDict, total=False):
    """`WarningView` of the OpenAPI document."""

    code: str
    field: str
    message: str


class Webhook(TypedDict, total=False):
    """`ActivityWebhookView` of the OpenAPI document."""

    created_at: str
    description: str | None
    disabled_because: Literal["gone", "failing"] | None
    failing_since: str | None
    id: str
    ordered: bool
    previous_secret_until: str | None
    rests_until: str | None
    state: Literal["active", "paused", "disabled"]
    types: list[str]
    updated_at: str
    url: str
    version: int


class WebhookWithSecret(TypedDict, total=False):
    """`ActivityWebhookWithSecret` of the OpenAPI document."""

    created_at: str
    description: str | None
    disabled_because: Literal["gone", "failing"] | None
    failing_since: str | None
    id: str
    ordered: bool
    previous_secret_until: str | None
    rests_until: str | None
    secret: str
    state: Literal["active", "paused", "disabled"]
    types: list[str]
    updated_at: str
    url: str
    version: int


class Week(TypedDict, total=False):
    """`WeekView` of the OpenAPI document."""

    ends_on: str
    entries: list[TimeEntry]
    hours: str
    overtime_hours: str
    person: str
    starts_on: str
    version: int
    week: str


class Wording(TypedDict, total=False):
    """`WordingView` of the OpenAPI document."""

    is_own: bool
    kind: str
    subject: str
    text: str
    words: list[WordingWord]


class WordingWord(TypedDict, total=False):
    """`WordingWordView` of the OpenAPI document."""

    example: str
    name: str


class Workspace(TypedDict, total=False):
    """`WorkspaceView` of the OpenAPI document."""

    auto_invoicing_issues: bool
    bank_details: str | None
    city: str | None
    country: str
    created_at: str
    currency: str
    deletion_undo_days: int
    id: str
    invoice_due_days: int | None
    invoice_number_pattern: str
    invoice_terms: str | None
    mail_reply_to: str | None
    mail_sender: str | None
    name: str
    payment_instructions: str | None
    postal_code: str | None
    reminder_days: list[int]
    split_overtime: bool
    state: str | None
    street: str | None
    tax_id: str | None
    time_zone: str
    updated_at: str
    version: int
