"""The sequencer: gapless positions in the order of commits, whoever runs at once."""

from __future__ import annotations

import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import text

from shared.messaging.relay import SEQUENCE_ROWS, sequence
from shared.runtime import Runtime
from tests.factories.events import note, origin, publish
from tests.integration.messaging.conftest import until_someone_waits_for_a_lock

WRITERS = 8
EACH = 40


def _numbered(runtime: Runtime) -> list[tuple[int, str, int]]:
    with runtime.pipe_engine.connect() as connection:
        rows = connection.execute(
            text("SELECT pos, subject, aggregate_version FROM event_log ORDER BY pos")
        )
        return [(row.pos, row.subject, row.aggregate_version) for row in rows]


def _write(runtime: Runtime, subject: str) -> None:
    """Versions 1, 2, 3 … of one subject, as commands under its row's lock would write them."""
    where = origin()
    for version in range(1, EACH + 1):
        with runtime.unit_of_work(where) as uow:
            uow.publish(note(subject, version))
            if version % 7 == 0:
                time.sleep(0.002)  # A transaction that is open while others commit.


def test_two_sequencers_among_eight_writers_give_gapless_positions_in_order(
    clients: Runtime,
) -> None:
    stop = threading.Event()

    def keep_sequencing() -> None:
        while not stop.is_set():
            sequence(clients.pipe_engine)

    subjects = [f"api_key/{uuid.uuid4()}" for _ in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        relays = [pool.submit(keep_sequencing) for _ in range(2)]
        writers = [pool.submit(_write, clients, subject) for subject in subjects]
        for writer in writers:
            writer.result()
        stop.set()
        for relay in relays:
            relay.result()
    while sequence(clients.pipe_engine):
        pass

    numbered = _numbered(clients)
    assert [pos for pos, _, _ in numbered] == list(range(1, WRITERS * EACH + 1))
    for subject in subjects:
        versions = [version for _, name, version in numbered if name == subject]
        assert versions == list(range(1, EACH + 1))


def test_a_sequencer_that_waited_numbers_what_was_committed_while_it_waited(
    clients: Runtime,
) -> None:
    """Holds only if the numbering statement starts after the counter's lock is taken."""
    # The first round of a log writes where it lives, and would wait for that alone.
    publish(clients, origin(), [note()])
    assert sequence(clients.pipe_engine) == 1
    publish(clients, origin(), [note()])
    with clients.pipe_engine.begin() as other_relay:
        other_relay.execute(text("SELECT last_pos FROM relay_state WHERE k = 1 FOR UPDATE"))
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(sequence, clients.pipe_engine)
            until_someone_waits_for_a_lock(clients)
            publish(clients, origin(), [note(), note()])
            # The other relay had numbered the second event before it let go.
            other_relay.execute(
                text(
                    "UPDATE event_log SET pos = 2 "
                    "WHERE id = (SELECT min(id) FROM event_log WHERE pos IS NULL)"
                )
            )
            other_relay.execute(text("UPDATE relay_state SET last_pos = 2 WHERE k = 1"))
            other_relay.commit()
            assert waiting.result(timeout=10) == 2
    assert [pos for pos, _, _ in _numbered(clients)] == [1, 2, 3, 4]


def test_a_backlog_larger_than_one_round_keeps_its_order(clients: Runtime) -> None:
    subject = f"api_key/{uuid.uuid4()}"
    backlog = SEQUENCE_ROWS * 2 + 100
    with clients.unit_of_work(origin()) as uow:
        for version in range(1, backlog + 1):
            uow.publish(note(subject, version))
    while sequence(clients.pipe_engine):
        pass
    assert [version for _, _, version in _numbered(clients)] == list(range(1, backlog + 1))


def test_an_open_write_transaction_holds_nothing_up(clients: Runtime) -> None:
    with clients.unit_of_work(origin()) as slow:
        slow.session.execute(text("SELECT txid_current()"))
        publish(clients, origin(), [note()])
        assert sequence(clients.pipe_engine) == 1


def test_a_change_that_is_rolled_back_leaves_no_event(clients: Runtime) -> None:
    try:
        with clients.unit_of_work(origin()) as uow:
            uow.publish(note())
            raise RuntimeError("the command failed")
    except RuntimeError:
        pass
    assert sequence(clients.pipe_engine) == 0
    assert _numbered(clients) == []
