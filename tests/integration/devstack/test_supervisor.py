"""The supervisor: what dies comes back, what stops is gone, and `stack.json` tells the truth."""

from __future__ import annotations

import os
import re
import signal
import stat
from pathlib import Path

import pytest

from tests.fixtures.processes import alive
from tests.fixtures.waiting import eventually
from tests.integration.devstack.conftest import DummyStack, Start


def _restarted(stack: DummyStack, name: str, old: int) -> int:
    return eventually("it is started again", lambda: (new := stack.pids().get(name)) != old and new)


def test_a_killed_process_comes_back_and_stack_json_names_the_new_one(start: Start) -> None:
    stack = start("base", "steady")
    stack.wait_until_ready()
    before = stack.pids()
    os.kill(before["steady"], signal.SIGKILL)
    after = _restarted(stack, "steady", before["steady"])
    assert Path(f"/proc/{after}").exists()
    assert stack.pids()["base"] == before["base"]
    assert "steady was ended by SIGKILL; starting it again in 0.2 s" in stack.log()


def test_a_killed_server_leaves_none_of_its_workers(start: Start) -> None:
    stack = start("steady")
    stack.wait_until_ready()
    pid = stack.pids()["steady"]
    workers = eventually(
        "it has workers", lambda: [p for p in stack.family() if p.ppid() == pid and p.pid != pid]
    )
    os.kill(pid, signal.SIGKILL)
    eventually("the workers are gone", lambda: not alive(workers))


def test_restarts_of_a_process_that_keeps_dying_wait_longer_and_longer(start: Start) -> None:
    stack = start("flaky")
    stack.wait_until_ready()
    eventually("it was started four times", lambda: stack.log().count("starting it again") >= 4)
    delays = [float(found) for found in re.findall(r"again in ([\d.]+) s", stack.log())]
    assert delays[:4] == [0.2, 0.4, 0.8, 1.6]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_leaves_nothing_running_and_no_stack_json(
    start: Start, number: signal.Signals
) -> None:
    stack = start("base", "steady")
    stack.wait_until_ready()
    everyone = eventually("all are there", lambda: len(found := stack.family()) >= 4 and found)
    stack.process.send_signal(number)
    assert stack.process.wait(10) == 0
    assert not alive(everyone)
    assert not (stack.folder / "stack.json").exists()


def test_killing_the_supervisor_leaves_nothing_running(start: Start) -> None:
    stack = start("base", "steady", "stubborn")
    stack.wait_until_ready()
    everyone = stack.family()
    stack.process.kill()
    eventually("nothing is left", lambda: not alive(everyone))


def test_a_process_that_does_not_stop_in_its_time_is_killed(start: Start) -> None:
    stack = start("base", "stubborn")
    stack.wait_until_ready()
    everyone = stack.family()
    stack.process.terminate()
    assert stack.process.wait(10) == 0
    assert not alive(everyone)
    assert "stubborn did not stop in time and is killed" in stack.log()


def test_a_frozen_process_is_stopped_like_any_other(start: Start) -> None:
    stack = start("base")
    stack.wait_until_ready()
    everyone = stack.family()
    os.kill(stack.pids()["base"], signal.SIGSTOP)
    stack.process.terminate()
    assert stack.process.wait(10) == 0
    assert not alive(everyone)


def test_a_failing_step_stops_the_start_with_its_last_words(start: Start) -> None:
    stack = start("base", "failing-step", "steady")
    _, said = stack.process.communicate(timeout=20)
    assert stack.process.returncode == 1
    assert "failing-step does not get ready" in said
    assert "cannot find my shoes" in said
    assert "Traceback" not in said


def test_a_process_that_never_gets_ready_stops_the_start(start: Start) -> None:
    stack = start("crashing")
    _, said = stack.process.communicate(timeout=20)
    assert stack.process.returncode == 1
    assert "crashing does not get ready" in said


def test_a_stop_while_starting_leaves_nothing(start: Start) -> None:
    stack = start("base", "crashing")
    eventually("one is started", lambda: len(stack.family()) > 1)
    everyone = stack.family()
    stack.process.send_signal(signal.SIGINT)
    assert stack.process.wait(10) == 0
    assert not alive(everyone)


def test_a_step_ends_and_is_no_process_of_the_stack(start: Start) -> None:
    stack = start("step", "base")
    stack.wait_until_ready()
    assert set(stack.pids()) == {"base"}
    assert "step done" in stack.log()


def test_stack_json_is_readable_by_its_owner_alone(start: Start) -> None:
    stack = start("base")
    stack.wait_until_ready()
    mode = stat.S_IMODE((stack.folder / "stack.json").stat().st_mode)
    assert mode == 0o600


def test_stack_json_is_never_seen_half_written(start: Start) -> None:
    stack = start("base", "flaky")
    stack.wait_until_ready()
    seen = set()
    for _ in range(2000):
        seen.add(stack.pids().get("base"))
    assert seen == {stack.pids()["base"]}


def test_each_line_of_a_process_carries_its_name(start: Start) -> None:
    stack = start("steady")
    stack.wait_until_ready()
    line = re.compile(r"^\d\d:\d\d:\d\d steady +steady is up$", re.MULTILINE)
    eventually("the line is there", lambda: line.search(stack.log()))
