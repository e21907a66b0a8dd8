"""The Celery app of a service, with the settings that the message path rests on.

Nothing rests on redelivery: a consumer finds what it missed by position and pulls it from
the producer. Celery is the fast path, so these settings keep it honest and bounded.
"""

from __future__ import annotations

from typing import Any

import orjson
from celery import Celery
from celery.signals import worker_process_init
from kombu import Queue  # type: ignore[attr-defined]  # kombu builds its names lazily
from kombu.serialization import register
from kombu.transport import TRANSPORT_ALIASES

from shared.messaging import redis_transport
from shared.messaging.topology import SERVICES, ingest_queue, jobs_queue
from shared.process import collect_less_often, die_with_parent
from shared.settings import Settings

# Longer than any task may run: a message that is redelivered while its first run is still
# going would run twice at once. The same value for every app, as the shortest one wins.
VISIBILITY_TIMEOUT_SECONDS = 180
TIME_LIMIT_SECONDS = 60
SOFT_TIME_LIMIT_SECONDS = 45
# For brokers that are not ours, whose queue may be anyone's.
_OUTSIDE_SECONDS = 5


def _loads(raw: str | bytes) -> Any:
    return orjson.loads(raw)


# Several times faster than the standard library, for every message of every app.
register("json", orjson.dumps, _loads, "application/json", "utf-8")
TRANSPORT_ALIASES.update(redis=redis_transport.NAME, rediss=redis_transport.NAME)


def make_celery(service: str, settings: Settings) -> Celery:
    """The app of a service: its two queues to consume from, everyone's to send to."""
    app = Celery(f"clientele-{service}", set_as_current=False)
    app.conf.update(_delivery(), **_worker(), **_routing())
    app.conf.update(
        broker_url=settings.broker_url,
        broker_transport_options=_transport(service, settings.broker_url),
    )
    return app


def make_outside_celery(queue: str, broker_url: str) -> Celery:
    """An app that sends to one queue of someone else's, and waits for no broker for long."""
    app = Celery("clientele-outside", set_as_current=False)
    app.conf.update(_delivery())
    app.conf.update(
        task_queues=[_queue(queue)],
        task_create_missing_queues=False,
        task_default_queue=queue,
        broker_url=broker_url,
        broker_connection_timeout=_OUTSIDE_SECONDS,
        broker_transport_options=_outside_transport(broker_url),
    )
    return app


def _outside_transport(broker_url: str) -> dict[str, Any]:
    options = _transport("clientele", broker_url)
    if broker_url.startswith("amqp"):
        return {**options, "read_timeout": _OUTSIDE_SECONDS, "write_timeout": _OUTSIDE_SECONDS}
    return {**options, "socket_timeout": _OUTSIDE_SECONDS}


def _delivery() -> dict[str, Any]:
    return {
        # No result backend: a second place that can fail, for results nobody reads.
        "result_backend": None,
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        # JSON only: whoever can write to the broker must not be able to run code.
        "task_serializer": "json",
        "accept_content": ["json"],
        "enable_utc": True,
        # Acknowledged after the work; a killed child's task runs again, but not for ever.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_retry_on_worker_lost": True,
        # Requeueing a failure would repeat it without end; the hole pull repairs instead.
        "task_acks_on_failure": True,
        "task_acks_on_timeout": True,
        "task_soft_time_limit": SOFT_TIME_LIMIT_SECONDS,
        "task_time_limit": TIME_LIMIT_SECONDS,
        # The relay owns its retries: an automatic one after a timeout is a duplicate.
        "task_publish_retry": False,
        "task_send_sent_event": False,
    }


def _worker() -> dict[str, Any]:
    return {
        "worker_prefetch_multiplier": 1,
        "worker_soft_shutdown_timeout": 10,
        "worker_cancel_long_running_tasks_on_connection_loss": True,
        "worker_max_tasks_per_child": 20_000,
        "worker_max_memory_per_child": 300_000,  # kB
        "worker_send_task_events": False,
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_pool_limit": 4,
        "broker_heartbeat": 10,
    }


def _routing() -> dict[str, Any]:
    return {
        # Direct queues only: their routing needs no key in Redis, so emptying Redis cannot
        # break it. A name that is not declared is an error, not a new silent list.
        "task_queues": [_queue(make(name)) for name in SERVICES for make in _KINDS],
        "task_create_missing_queues": False,
        "task_default_queue": jobs_queue("clients"),
        "task_default_queue_type": "quorum",
        "worker_detect_quorum_queues": True,
    }


_KINDS = (ingest_queue, jobs_queue)


def _queue(name: str) -> Queue:
    return Queue(name, exchange="", routing_key=name, queue_arguments={"x-queue-type": "quorum"})


def _transport(service: str, broker_url: str) -> dict[str, Any]:
    if broker_url.startswith("amqp"):
        return {"confirm_publish": True, "client_properties": {"connection_name": service}}
    return {
        "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_restore_limit": 1000,
        # Keys of our own: any worker that shares them restores everyone's messages.
        "unacked_key": f"unacked:{service}",
        "unacked_index_key": f"unacked_index:{service}",
        "unacked_mutex_key": f"unacked_mutex:{service}",
        # Without a timeout a frozen Redis holds its callers for as long as it is frozen.
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "client_name": service,
    }


@worker_process_init.connect
def _child_started(**_: Any) -> None:
    """A pool child must not outlive its worker."""
    die_with_parent()
    collect_less_often()
