"""The table of the timeline."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import FetchedValue, Index, case, literal_column, or_
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base


class TimelineEvent(Base):
    """One event of one source, once. Everything its envelope said is kept, so that the
    envelope can be told again."""

    __tablename__ = "events"
    event_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID | None]
    source: Mapped[str]
    epoch: Mapped[uuid.UUID]
    pos: Mapped[int]
    type: Mapped[str]
    subject: Mapped[str]
    aggregate_version: Mapped[int]
    occurred_at: Mapped[datetime]
    actor: Mapped[dict[str, Any]]
    correlation_id: Mapped[str]
    causation_id: Mapped[str | None]
    traceparent: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    not_before: Mapped[datetime | None]
    # By what of the actor a timeline is read, taken out of `actor` by the database.
    actor_kind: Mapped[str] = mapped_column(FetchedValue())
    actor_id: Mapped[str | None] = mapped_column(FetchedValue())
    actor_name: Mapped[str] = mapped_column(FetchedValue())


#: When an entry stands on its timeline: when it happened, but never before what its source told
#: of the client earlier, whatever a host's clock said. Written as in migration 0004, whose
#: indexes are of this very expression.
MOMENT = case(
    (TimelineEvent.not_before.is_(None), TimelineEvent.occurred_at),
    else_=TimelineEvent.not_before,
)

#: What the audit tells of stands here; written as in migration 0009, whose index is of these rows.
AUDITED = or_(
    TimelineEvent.client_id.is_(None),
    TimelineEvent.type.in_(
        [
            literal_column("'clients.archive.requested.v1'"),
            literal_column("'documents.document.downloaded.v1'"),
        ]
    ),
)

_OF_A_CLIENT = (TimelineEvent.workspace_id, TimelineEvent.client_id)
#: Per source in order of `pos`, across sources by time.
ORDER = (MOMENT, TimelineEvent.source, TimelineEvent.pos)
Index("ix_events_timeline", *_OF_A_CLIENT, *ORDER)
Index("ix_events_type", *_OF_A_CLIENT, TimelineEvent.type, *ORDER)
for _who in ("actor_kind", "actor_id", "actor_name"):
    Index(f"ix_events_{_who}", *_OF_A_CLIENT, TimelineEvent.__table__.c[_who], *ORDER)
Index(
    "ix_events_audit",
    TimelineEvent.workspace_id,
    TimelineEvent.type,
    *ORDER,
    postgresql_where=AUDITED,
)
Index("ix_events_source", TimelineEvent.source, TimelineEvent.pos)
