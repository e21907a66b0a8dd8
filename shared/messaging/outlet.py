"""An outlet: one queue of someone else's Celery app, over a connection of its own.

As for the relay, a failure is ambiguous: the message may be in the queue all the same, so
whoever receives it must stand duplicates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.messaging.celery_app import make_outside_celery


class Outlet:
    """Sends to the queue `name`, for its task of the same name. Every call ends within seconds:
    it raises what the broker raises, and a time-out where that does not answer."""

    def __init__(self, name: str, broker_url: str) -> None:
        self._app = make_outside_celery(name, broker_url)
        self._name = name
        self._connection = self._app.connection_for_write()
        self._channel = self._connection.channel()

    def depth(self) -> int:
        """How many messages wait in the queue; one that was never used is made."""
        queue = self._app.amqp.queues[self._name].bind(self._channel)
        return int(
            self._channel.queue_declare(
                queue.name, durable=True, auto_delete=False, arguments=queue.queue_arguments
            ).message_count
        )

    def send(self, arguments: Mapping[str, Any], count: int) -> None:
        """Send one message of so many events as the keyword arguments of the task."""
        self._app.send_task(
            self._name,
            kwargs=arguments,
            queue=self._name,
            producer=self._app.amqp.Producer(self._channel),
            # Celery would put up to 1 kB of the arguments into headers and logs.
            argsrepr="()",
            kwargsrepr=f"<{count} events>",
            retry=False,
        )

    def close(self) -> None:
        """Let go of the connection, without waiting for a broker that does not answer."""
        self._connection.collect(socket_timeout=1)
