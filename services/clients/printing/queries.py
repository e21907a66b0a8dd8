"""Finding papers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.clients.printing.models import Paper


def papers_of(session: Session, subject: str) -> Sequence[Paper]:
    """All papers of a subject, the newest version first."""
    found = select(Paper).where(Paper.subject == subject).order_by(Paper.version.desc())
    return session.scalars(found).all()


def newest_paper(session: Session, subject: str) -> Paper | None:
    """The newest paper of a subject that is printed, else the newest."""
    papers = papers_of(session, subject)
    return next((each for each in papers if each.printed_at), papers[0] if papers else None)


def paper_of(session: Session, job_id: uuid.UUID) -> Paper | None:
    """The paper that a job prints; None once its client is gone."""
    return session.scalar(select(Paper).where(Paper.job_id == job_id))
