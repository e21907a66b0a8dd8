"""The publisher: the one place that hands a message to the broker.

It answers to the relay (batches of envelopes) and to jobs (wake-ups). A failure here is
ambiguous, the message may be in the queue all the same, so callers must stand duplicates.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from celery import Celery

from shared.logging import get_logger
from shared.messaging.topology import ingest_queue, ingest_task, jobs_queue

_PIPELINE = 500
_log = get_logger(__name__)


class Publisher:
    """Sends through one Celery app; connections come from its pool."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def send_batches(self, targets: Sequence[str], batches: Sequence[str]) -> None:
        """Send packed batches (`envelope.pack`) to each consumer, in order, pipelined.

        Raises what the broker raises; then any number of them may have arrived.
        """
        with (
            self._app.producer_pool.acquire(block=True) as producer,
            producer.batch(max_size=_PIPELINE),
        ):
            for batch, target in itertools.product(batches, targets):
                self._send(producer, ingest_task(target), ingest_queue(target), batch)

    def _send(self, producer: Any, task: str, queue: str, batch: str) -> None:
        self._app.send_task(
            task,
            args=(batch,),
            queue=queue,
            producer=producer,
            # Celery would put up to 1 kB of the arguments into headers and logs.
            argsrepr=f"<batch of {len(batch)} characters>",
            kwargsrepr="{}",
        )

    def depth(self, target: str) -> int:
        """How many messages wait for a consumer."""
        with self._app.producer_pool.acquire(block=True) as producer:
            # Declaring is how both brokers tell the count, and makes a queue never used yet.
            queue = self._app.amqp.queues[ingest_queue(target)].bind(producer.channel)
            return int(
                queue.channel.queue_declare(
                    queue.name, durable=True, auto_delete=False, arguments=queue.queue_arguments
                ).message_count
            )

    def wake(self, task: str, **arguments: Any) -> None:
        """Wake a job on its service's jobs queue; never raises, as its lease row remembers."""
        try:
            self._app.send_task(task, kwargs=arguments, queue=jobs_queue(task.partition(".")[0]))
        except Exception as error:  # The job is a row; beat's sweep finds it without us.
            _log.warning("wake-up not sent", task=task, error=str(error))
