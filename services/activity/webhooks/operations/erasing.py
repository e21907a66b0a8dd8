"""Taking an erased client out of the deliveries: what is left are places and ids."""

from __future__ import annotations

from sqlalchemy import Connection, text

from shared.messaging.erasure import Erasure

# A response may repeat what it was sent. That the client was deleted is still to be told. Whoever
# records an attempt at this moment waits for these rows and then finds them erased.
_ERASE = text(
    """
    UPDATE webhook_deliveries SET
        attempts = (SELECT coalesce(jsonb_agg(one || '{"response": null}' ORDER BY n), '[]')
                    FROM jsonb_array_elements(attempts) WITH ORDINALITY AS a(one, n)),
        state = CASE WHEN is_open THEN 'erased' ELSE state END,
        next_at = CASE WHEN is_open THEN NULL ELSE next_at END,
        finished_at = CASE WHEN is_open THEN clock_timestamp() ELSE finished_at END
    FROM (
        SELECT id AS which, state IN ('waiting', 'held')
               AND type NOT LIKE '%.client.deleted.v%' AS is_open
        FROM webhook_deliveries
        WHERE workspace_id = CAST(:workspace AS uuid)
          AND client_id = ANY (CAST(:clients AS uuid[]))
        ORDER BY id FOR UPDATE
    ) AS of_client
    WHERE id = which
    """
)


def erase_client(connection: Connection, erasure: Erasure) -> None:
    """Close what is still to be delivered of the client and forget what receivers answered."""
    given = {"workspace": erasure.workspace_id, "clients": erasure.client_ids}
    connection.execute(_ERASE, given)
