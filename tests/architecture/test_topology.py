"""The topology's table and what the workers really register are the same."""

from __future__ import annotations

import importlib

import pytest
from celery import Celery

from shared.messaging.topology import (
    PERIODIC,
    SERVICES,
    SUBSCRIPTIONS,
    ingest_queue,
    ingest_task,
    jobs_of,
    jobs_queue,
    targets_of,
)
from shared.settings import load

SECRET = {"CLIENTELE_SECRET": "x" * 40}


def _worker(service: str) -> Celery:
    settings = importlib.import_module(f"services.{service}.settings")
    worker = importlib.import_module(f"services.{service}.worker")
    app: Celery = worker.create_worker(
        load(getattr(settings, f"{service.capitalize()}Settings"), SECRET)
    )
    return app


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_registers_its_ingest_task_and_its_jobs_and_nothing_else(service: str) -> None:
    registered = {name for name in _worker(service).tasks if not name.startswith("celery.")}
    assert registered == {ingest_task(service), *jobs_of(service)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_task_may_be_retried_a_few_times_only(service: str) -> None:
    """The library's own delay is longer than the visibility timeout: a loop of duplicates."""
    app = _worker(service)
    for name in (ingest_task(service), *jobs_of(service)):
        assert app.tasks[name].max_retries == 3
        assert app.tasks[name].default_retry_delay == 5


def test_every_queue_is_declared_and_none_is_made_by_a_typing_error() -> None:
    conf = _worker("clients").conf
    names = {queue.name for queue in conf.task_queues}
    assert names == {make(name) for name in SERVICES for make in (ingest_queue, jobs_queue)}
    assert conf.task_create_missing_queues is False


def test_the_longest_task_ends_before_its_message_is_delivered_again() -> None:
    conf = _worker("clients").conf
    longest = max(conf.task_time_limit, conf.task_soft_time_limit)
    assert conf.broker_transport_options["visibility_timeout"] > longest + 60


def test_no_two_services_share_their_unacknowledged_messages() -> None:
    keys = {_worker(name).conf.broker_transport_options["unacked_key"] for name in SERVICES}
    assert len(keys) == len(SERVICES)


def test_beat_knows_every_periodic_task_and_its_queue() -> None:
    schedule = _worker("clients").conf.beat_schedule
    assert set(schedule) == {entry.task for entry in PERIODIC}
    for entry in PERIODIC:
        assert schedule[entry.task]["options"]["queue"] == jobs_queue(entry.service)


def test_subscriptions_and_targets_are_two_readings_of_one_table() -> None:
    pairs = {(source, name) for name in SERVICES for source in SUBSCRIPTIONS[name]}
    assert pairs == {(source, name) for source in SERVICES for name in targets_of(source)}
    assert all(source != name for source, name in pairs)
