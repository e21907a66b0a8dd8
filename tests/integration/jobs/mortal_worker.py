"""A worker that is killed once at each of some lines, in processes of its own.

Arguments: the database's address, the folder of failpoints, and `<failpoint>=<order>` for each
line. Every turn is taken until the line kills it; then its lease is over, and the next begins.
Prints which lines have killed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psycopg

from services.clients.jobs.tasks import advance_job, waiting_jobs
from services.clients.service import register_features
from shared.runtime import Runtime
from shared.settings import Settings, load


def _work() -> None:
    runtime = Runtime("clients", load(Settings))
    for workspace_id, job_id, waiting_for in waiting_jobs(runtime):
        turn: int | None = waiting_for
        while turn is not None:
            turn = advance_job(runtime, workspace_id, job_id, turn)


def _is_killed() -> bool:
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] != 0
    _work()
    os._exit(0)


def _expire(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE jobs SET lease_until = NULL, turn_at = '-infinity'")


def _main(url: str, folder: str, *lines: str) -> None:
    register_features()
    for line in lines:
        name, _, order = line.partition("=")
        (Path(folder) / name).write_text(order)
        if _is_killed():
            sys.stdout.write(f"{line}\n")
        _expire(url)


if __name__ == "__main__":
    _main(*sys.argv[1:])
