"""The publisher: the one place that hands a message to the broker.

It answers to the relay (batches of envelopes), to jobs (wake-ups) and to subscribers, which are
someone else's apps. A failure here is ambiguous, the message may be in the queue all the same, so
whoever receives it must stand duplicates.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from celery import Celery

from shared.logging import get_logger
from shared.messaging.celery_app import make_outside_celery
from shared.messaging.topology import ingest_queue, ingest_task, jobs_queue

_PIPELINE = 500
# Of what is on its way to the broker at once; more would only be held twice.
_PIPELINE_CHARACTERS = 2_000_000
_log = get_logger(__name__)


class Publisher:
    """Sends through one Celery app; connections come from its pool."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def send_batches(self, targets: Sequence[str], batches: Sequence[str]) -> None:
        """Send packed batches (`envelope.pack`) to each consumer, in order, pipelined.

        Raises what the broker raises; then any number of them may have arrived.
        """
        most = _PIPELINE_CHARACTERS // max(1, len(targets))
        with self._app.producer_pool.acquire(block=True) as producer:
            for part in _parts(batches, most):
                with producer.batch(max_size=_PIPELINE):
                    for batch, target in itertools.product(part, targets):
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
            return _depth(self._app, ingest_queue(target), producer.channel)

    def wake(self, task: str, **arguments: Any) -> None:
        """Wake a job on its service's jobs queue; never raises, as its lease row remembers."""
        try:
            self._app.send_task(task, kwargs=arguments, queue=jobs_queue(task.partition(".")[0]))
        except Exception as error:  # The job is a row; beat's sweep finds it without us.
            _log.warning("wake-up not sent", task=task, error=str(error))


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
        return _depth(self._app, self._name, self._channel)

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
        """Let go of the connection; a broker that does not answer is waited for as long as ever."""
        # Not `collect`, which sets the time-out of all sockets of the process for a while: two
        # threads at once leave it set.
        with contextlib.suppress(Exception):
            self._connection.release()


def _parts(batches: Sequence[str], most: int) -> Iterator[list[str]]:
    """One after the other, each of so many characters or of one batch."""
    part: list[str] = []
    size = 0
    for batch in batches:
        if part and size + len(batch) > most:
            yield part
            part, size = [], 0
        part.append(batch)
        size += len(batch)
    if part:
        yield part


def _depth(app: Celery, name: str, channel: Any) -> int:
    # Declaring is how both brokers tell the count, and makes a queue never used yet.
    queue = app.amqp.queues[name].bind(channel)
    declared = channel.queue_declare(
        queue.name, durable=True, auto_delete=False, arguments=queue.queue_arguments
    )
    return int(declared.message_count)
