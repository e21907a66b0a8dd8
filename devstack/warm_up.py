"""Importing once what every child needs: a child forked afterwards shares that memory.

A Python process that imports it all by itself costs some 96 MB and 3.7 s of processor time.
"""

from __future__ import annotations

import gc
import importlib
import warnings
from collections.abc import Sequence
from pathlib import Path

from devstack.errors import StackError

LIBRARIES = (
    "flask", "flask_smorest", "marshmallow", "webargs.flaskparser", "flask_swagger_ui",
    "sqlalchemy", "sqlalchemy.orm", "sqlalchemy.dialects.postgresql.psycopg", "psycopg",
    "alembic.config", "alembic.runtime.environment",
    "celery", "celery.bin.celery", "celery.apps.worker", "celery.apps.beat",
    "celery.concurrency.prefork", "celery.worker.strategy", "celery.app.log", "celery.app.trace",
    "kombu", "kombu.transport.redis", "redis", "orjson", "jsonschema_rs", "httpx", "structlog",
    "cryptography.hazmat.primitives.ciphers.aead", "joserfc.jwt", "argon2", "email_validator",
    "phonenumbers", "stdnum.us.ein", "pycountry", "uuid_utils", "granian", "minio",
    "aiosmtpd.smtp", "filetype", "olefile", "click",
)  # fmt: skip


def warm_up(more: Sequence[str] = ()) -> None:
    """Import everything and freeze it; the process still has one thread afterwards."""
    gc.disable()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in (*LIBRARIES, *more):
            _import(name)
    gc.collect()
    # What is frozen is not touched by the collector, so children keep sharing its pages.
    gc.freeze()
    gc.enable()
    _require_one_thread()


def _import(name: str) -> None:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise


def _require_one_thread() -> None:
    try:
        threads = len(list(Path("/proc/self/task").iterdir()))
    except FileNotFoundError:
        return
    if threads > 1:
        raise StackError(
            f"A library started {threads - 1} threads while it was imported.",
            "Processes cannot be forked safely now; please report this with the versions you use.",
        )
