"""Which workspace, and as whom: settings that last for one transaction.

A pooled connection that kept them would show one workspace's rows to another, so both are
set with `is_local` and end with the transaction.
"""

from __future__ import annotations

import uuid

from sqlalchemy import Connection, text

from shared.db.pipelining import as_driver, send

_BECOME_APP = text(
    "SELECT set_config('role', :role, true), set_config('app.workspace', :workspace, true)"
)
_BECOME_PORTAL = text(
    "SELECT set_config('role', :role, true), set_config('app.client', :client, true)"
)
_BECOME_PIPE = text("SELECT set_config('role', 'none', true)")


def begin_in(connection: Connection, workspace: uuid.UUID) -> None:
    """Begin a transaction that is confined to a workspace, in one round trip.

    The connection must have no transaction of the driver's (`autocommitting`).
    """
    with as_driver(connection) as driver:
        driver.execute(
            f"BEGIN; SELECT set_config('app.workspace', '{workspace}', true)", prepare=False
        )


def become_app(connection: Connection, service: str, workspace: str) -> None:
    """From role `pipe`, take on role `app` in a workspace: row-level security applies."""
    send(connection, _BECOME_APP, {"role": f"{service}_app", "workspace": workspace})


def become_pipe(connection: Connection) -> None:
    """Back to role `pipe`."""
    send(connection, _BECOME_PIPE)


def become_portal(connection: Connection, service: str, client_id: uuid.UUID) -> None:
    """From role `app`, until the transaction ends, one that reads what is this client's of the
    workspace and writes nothing."""
    send(connection, _BECOME_PORTAL, {"role": f"{service}_portal", "client": str(client_id)})
