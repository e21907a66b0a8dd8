"""The state machine of jobs, over every state and every move."""

from __future__ import annotations

import itertools

import pytest

from services.clients.jobs.errors import JobFinished
from services.clients.jobs.rules import (
    CANCEL,
    CANCELLED,
    CLAIM,
    DONE,
    FAIL,
    FAILED,
    FINISH,
    MAX_ATTEMPTS,
    MOVES,
    OPEN,
    QUEUED,
    RUNNING,
    STATES,
    is_given_up,
    moved,
)

FINAL = tuple(state for state in STATES if state not in OPEN)
EXPECTED = {
    (QUEUED, CLAIM): RUNNING,
    (RUNNING, CLAIM): RUNNING,
    (QUEUED, CANCEL): CANCELLED,
    (RUNNING, CANCEL): CANCELLED,
    (RUNNING, FINISH): DONE,
    (RUNNING, FAIL): FAILED,
}


@pytest.mark.parametrize(("state", "move"), list(itertools.product(STATES, MOVES)))
def test_every_move_leads_where_it_should_or_nowhere(state: str, move: str) -> None:
    if state in FINAL:
        with pytest.raises(JobFinished):
            moved(state, move)
    elif (state, move) in EXPECTED:
        assert moved(state, move) == EXPECTED[state, move]
    else:
        with pytest.raises(KeyError):
            moved(state, move)


@pytest.mark.parametrize("state", OPEN)
def test_out_of_every_open_state_leads_a_way_for_a_worker_and_one_for_a_person(state: str) -> None:
    assert moved(moved(state, CLAIM), FINISH) == DONE
    assert moved(state, CANCEL) == CANCELLED


def test_a_job_is_given_up_after_its_last_attempt_came_to_nothing() -> None:
    assert [is_given_up(attempts) for attempts in (1, MAX_ATTEMPTS, MAX_ATTEMPTS + 1)] == [
        False,
        False,
        True,
    ]
