"""A worker that notes what it was sent, and beat, with nothing of the product but its Celery app.

Arguments: `worker` or `beat`, the broker's address, and the file where tasks leave a line each.
"""

from __future__ import annotations

import sys
from pathlib import Path

from shared.messaging.celery_app import make_celery
from shared.messaging.topology import jobs_queue
from shared.process import die_with_parent
from shared.processes.beat import Ticking
from shared.settings import Settings

TASK = "clients.noted"


def _main(kind: str, broker: str, notes: str) -> None:
    die_with_parent()
    app = make_celery("clients", Settings(secret="x" * 40, broker_url=broker))

    def note(what: str) -> None:
        with Path(notes).open("a", encoding="utf-8") as file:
            file.write(f"{what}\n")

    app.task(note, name=TASK)
    queue = jobs_queue("clients")
    if kind == "worker":
        app.Worker(queues=[queue], concurrency=1, pool="prefork", without_gossip=True,
                   without_mingle=True, without_heartbeat=True, quiet=True).start()  # fmt: skip
        return
    app.conf.beat_schedule = {
        "noted": {"task": TASK, "schedule": 0.2, "args": ("by beat",), "options": {"queue": queue}}
    }
    app.Beat(scheduler_cls=Ticking, quiet=True).run()


if __name__ == "__main__":
    _main(*sys.argv[1:])
