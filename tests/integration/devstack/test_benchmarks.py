"""A run of the benchmarks that is ended by a signal leaves no stack behind."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fixtures.waiting import eventually

_ROOT = Path(__file__).resolve().parents[3]
# What is started in place of `clientele`: it writes down what it is asked for, and where it is to
# be slow it waits for its end.
_COMMAND = """#!{python}
import sys, time
with open({asked!r}, "a") as asked:
    asked.write(sys.argv[1] + "\\n")
time.sleep(60 if sys.argv[1] == {slow!r} else 0)
"""
_RUN = """
import sys, time
from benchmarks import run, stack
stack.CLIENTELE = sys.argv[1]
stack._adopted = lambda folder: None
def measure(*_):
    print("measures", file=open(sys.argv[2], "a"))
    time.sleep(60)
run._measure = measure
run.main(["pipeline"])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
@pytest.mark.parametrize(("moment", "slow"), [("up", "up"), ("measures", "nothing")])
def test_a_run_that_is_ended_takes_its_stack_down(
    tmp_path: Path, number: signal.Signals, moment: str, slow: str
) -> None:
    asked, command = tmp_path / "asked", tmp_path / "clientele"
    command.write_text(_COMMAND.format(python=sys.executable, asked=str(asked), slow=slow))
    command.chmod(0o755)
    run = subprocess.Popen([sys.executable, "-c", _RUN, str(command), str(asked)], cwd=_ROOT)
    eventually(moment, lambda: asked.exists() and moment in asked.read_text())
    run.send_signal(number)
    assert run.wait(60) == 1
    assert asked.read_text().split()[-1] == "down"
