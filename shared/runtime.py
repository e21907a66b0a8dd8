"""What a process of a service holds on to: settings, engines, vault, nudge.

Made once at start by the app, the worker or the relay, and handed down; nothing looks it up.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from shared.db.engine import engine_for
from shared.ids import uuid7
from shared.messaging.envelope import Actor
from shared.messaging.nudge import Nudge
from shared.messaging.outbox import Origin
from shared.security.crypto import Vault
from shared.settings import Settings
from shared.unit_of_work import UnitOfWork

T = TypeVar("T")


class Runtime:
    """The long-lived parts of one process of one service."""

    def __init__(self, service: str, settings: Settings) -> None:
        self.service = service
        self.settings = settings
        self.vault = Vault(settings.secret)

    @cached_property
    def app_engine(self) -> Engine:
        """Connections of role `app`: row-level security applies."""
        return engine_for(self.settings, self.service, "app")

    @cached_property
    def pipe_engine(self) -> Engine:
        """Connections of role `pipe`: log, inbox, progress and dead letters only."""
        return engine_for(self.settings, self.service, "pipe")

    @cached_property
    def login_engine(self) -> Engine:
        """Connections of role `login`: the look-ups that come before a workspace is known."""
        return engine_for(self.settings, self.service, "login")

    @cached_property
    def nudge(self) -> Nudge:
        """Tells this service's relay that there is something new."""
        return Nudge(self.settings.nudge_address(self.service))

    def own_origin(self, workspace_id: uuid.UUID) -> Origin:
        """For what the service does by itself, each time under a correlation id of its own."""
        return Origin(workspace_id, Actor("system", None, self.service), str(uuid7()))

    def across_workspaces(self, query: Callable[[Session], T]) -> T:
        """What a query finds that may look into every workspace, by a function made for it."""
        with Session(self.app_engine) as session:
            return query(session)

    def unit_of_work(self, origin: Origin) -> UnitOfWork:
        """A transaction of role `app` in the origin's workspace, to be used with `with`."""
        return UnitOfWork(self.app_engine, origin, vault=self.vault, after_commit=self.nudge)
