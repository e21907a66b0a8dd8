"""The topology's table and what the workers really register are the same."""

from __future__ import annotations

import subprocess
import sys

import pytest
from celery import Celery

from cli.services import SERVICES
from shared import service_names
from shared.messaging.topology import (
    SUBSCRIPTIONS,
    ingest_queue,
    ingest_task,
    jobs_queue,
    targets_of,
)
from shared.processes.beat import schedule
from shared.processes.worker import create_worker
from shared.settings import load

SECRET = {"CLIENTELE_SECRET": "x" * 40}
HEAVY = ("flask", "celery", "sqlalchemy", "marshmallow")


def _worker(service: str) -> Celery:
    declared = SERVICES[service]
    return create_worker(declared, load(declared.settings, SECRET))


def _jobs_of(service: str) -> set[str]:
    return {job.name for job in SERVICES[service].jobs}


def test_every_service_is_declared_under_its_name() -> None:
    assert tuple(SERVICES) == service_names.SERVICES == tuple(SUBSCRIPTIONS)
    for name, service in SERVICES.items():
        assert service.name == name
        assert bool(service.consumers) == bool(SUBSCRIPTIONS[name])
        assert bool(service.jobs) == bool(service.register_jobs)
        assert all(job.name.startswith(f"{name}.") for job in service.jobs)


def test_reading_the_declarations_loads_no_part_of_a_process() -> None:
    asked = f"import cli.services, sys; print([n for n in {HEAVY} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@pytest.mark.parametrize("service", SERVICES)
def test_a_worker_registers_its_ingest_task_and_its_jobs_and_nothing_else(service: str) -> None:
    registered = {name for name in _worker(service).tasks if not name.startswith("celery.")}
    assert registered == {ingest_task(service), *_jobs_of(service)}


@pytest.mark.parametrize("service", SERVICES)
def test_every_task_may_be_retried_a_few_times_only(service: str) -> None:
    """The library's own delay is longer than the visibility timeout: a loop of duplicates."""
    app = _worker(service)
    for name in (ingest_task(service), *_jobs_of(service)):
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
    found = schedule(SERVICES.values())
    for name, service in SERVICES.items():
        for job in service.jobs:
            if job.every_seconds is not None:
                entry = found.pop(job.name)
                assert entry["task"] == job.name
                assert entry["schedule"] == job.every_seconds
                assert entry["options"]["expires"] >= job.every_seconds + 60, "clocks differ"
                assert entry["options"]["queue"] == jobs_queue(name)
    assert not found


def test_subscriptions_and_targets_are_two_readings_of_one_table() -> None:
    pairs = {(source, name) for name in SERVICES for source in SUBSCRIPTIONS[name]}
    assert pairs == {(source, name) for source in SERVICES for name in targets_of(source)}
    # What was done to webhooks is told in the feed that they read.
    assert {pair for pair in pairs if len(set(pair)) == 1} == {("activity", "activity")}
