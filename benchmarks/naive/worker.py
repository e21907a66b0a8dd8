"""A worker of the naive pipeline: `python -m benchmarks.naive.worker SERVICE DATABASES FILE`."""

from __future__ import annotations

import sys
from pathlib import Path

import orjson
from celery import signals

from benchmarks.naive.tasks import make_app, queue_of
from shared.settings import Settings, load

# As many as our own workers have in the same stack.
CONCURRENCY = 2


def main(service: str, databases: str, ready_file: str) -> None:
    """Consume as our own workers do, until SIGTERM; touches the file once it is ready."""
    app = make_app(load(Settings), orjson.loads(databases))

    def say_ready(**_: object) -> None:
        Path(ready_file).touch()

    signals.worker_ready.connect(say_ready)
    worker = app.Worker(
        hostname=f"naive-{service}@localhost",
        queues=[queue_of(service)],
        concurrency=CONCURRENCY,
        pool="prefork",
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        quiet=True,
        loglevel="WARNING",
    )
    worker.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
