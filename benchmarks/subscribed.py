"""What the benchmark's Celery subscriber runs: it notes when each event was applied.

`celery -A benchmarks.subscribed worker -Q $NAME.ingest`, with `BROKER_URL`, `API` and `TOKEN` of
the stack, `START`, the cursor after which it begins, and `NOTES`, the SQLite file that it writes.
"""

from __future__ import annotations

import os
import time

from celery import Celery
from sqlalchemy import Connection, create_engine, text

from clientele_client.celery import Subscriber
from clientele_client.feed import Feed
from clientele_client.shapes import Event

given = os.environ
app = Celery(given["NAME"], broker=given["BROKER_URL"])
engine = create_engine(f"sqlite:///{given['NOTES']}")
feed = Feed(given["API"], given["TOKEN"])
consumer = Subscriber(engine, feed=feed, name=given["NAME"], start=given["START"])


@consumer.apply("clients.client.updated.v1")
def note(connection: Connection, event: Event) -> None:
    """The event is applied now, but for the commit."""
    values = {"version": event["aggregateversion"], "at": time.time()}
    connection.execute(text("INSERT INTO noted (version, at) VALUES (:version, :at)"), values)


with engine.connect() as opened:
    # So that whoever reads the notes meanwhile keeps nobody from writing.
    opened.exec_driver_sql("PRAGMA journal_mode = WAL")
with engine.begin() as opened:
    opened.execute(text("CREATE TABLE IF NOT EXISTS noted (version INTEGER, at REAL)"))
consumer.create_tables()
consumer.register(app)
