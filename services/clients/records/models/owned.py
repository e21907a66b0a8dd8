"""What a row has that belongs to a client."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Mapped, mapped_column


class OwnedByClient:
    """Its id and its client's: mixed into a model, it can be locked behind that client."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    client_id: Mapped[uuid.UUID]
