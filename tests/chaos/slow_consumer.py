"""A downstream system: it reads the feed in pages of any size, slowly, and may die at any moment.

What a page brings and the place behind it are put down in one transaction. Nothing here drops
what comes twice, so that a repetition would show; and where one would come from, between the two,
it kills itself after every tenth page or so, as no kill from outside would hit that by chance.

    slow_consumer.py URL TOKEN DATABASE SEED WAIT

With WAIT 0 it ends at the end of the feed.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

from clientele_client.feed import Feed, Page

TABLES = """
CREATE TABLE IF NOT EXISTS taken (
    seq INTEGER PRIMARY KEY, id TEXT, client_id TEXT, pos INTEGER, source TEXT
);
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT);
"""
LARGEST_PAGE = 60
LONGEST_REST_SECONDS = 0.1
PAGES_OF_A_LIFE = 10


def follow(feed: Feed, database: sqlite3.Connection, dice: random.Random, wait: int) -> None:
    """Read on from the stored place, for ever or to the end."""
    while True:
        row = database.execute("SELECT cursor FROM place").fetchone()
        limit = dice.randint(1, LARGEST_PAGE)
        page = feed.page(row[0] if row else None, limit=limit, wait=wait)
        _take(database, page, dice)
        if page.is_last and not wait:
            return


def _take(database: sqlite3.Connection, page: Page, dice: random.Random) -> None:
    with database:
        database.executemany(
            "INSERT INTO taken (id, client_id, pos, source) "
            "VALUES (:id, :client_id, :pos, :source)",
            page.events,
        )
        time.sleep(dice.uniform(0, LONGEST_REST_SECONDS))  # It is slow.
        if dice.randrange(PAGES_OF_A_LIFE) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        database.execute("INSERT OR REPLACE INTO place VALUES (1, ?)", [page.next])


def main(url: str, token: str, file: Path, seed: int, wait: int) -> None:
    """Follow the feed of the token's workspace."""
    database = sqlite3.connect(file, timeout=30)
    database.executescript(TABLES)
    follow(Feed(url, token), database, random.Random(seed), wait)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
