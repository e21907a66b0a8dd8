"""The supervisor: starts processes in order, restarts what dies, stops all and leaves nothing.

It has one thread and no library connection of its own, so forking from it is safe at any
time. Everything it waits for goes through one selector: output, signals, timers.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Sequence

from devstack.errors import StackError
from devstack.log import Log
from devstack.patience import Patience, processor_seconds
from devstack.process import ProcessSpec, fork

OWN_NAME = "clientele"
FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 5.0
# A process that ran this long is healthy again: its next restart is quick.
HEALTHY_SECONDS = 10.0
# Dying this often before it was ever ready is a defect, not bad luck.
FATAL_DEATHS = 4
_PROBE_SECONDS = 0.05


def _nothing(*_: object) -> None:
    """What is done where nobody wants to know."""


class Stopped(Exception):
    """SIGTERM or SIGINT came while something was awaited."""


class Child:
    """One supervised process: its specification, its present life, its deaths."""

    def __init__(self, spec: ProcessSpec) -> None:
        self.spec = spec
        self.pid: int | None = None
        self.exit_code: int | None = None
        self.started_at = 0.0
        self.restart_at: float | None = None
        self.deaths = 0
        self.restarts = 0
        self.is_ready = False

    def next_delay(self, now: float) -> float:
        """Note a death; the seconds to wait before the next start."""
        if now - self.started_at >= HEALTHY_SECONDS:
            self.deaths = 0
        delay = min(FIRST_DELAY_SECONDS * 2.0**self.deaths, LONGEST_DELAY_SECONDS)
        self.deaths += 1
        return delay


class Supervisor:
    """Runs processes; `on_change` is called after each start with all running ids by name."""

    def __init__(
        self,
        log: Log,
        on_change: Callable[[dict[str, int]], object] = _nothing,
        on_fork: Callable[[], object] = _nothing,
    ) -> None:
        self._log = log
        self._on_change = on_change
        self._on_fork = on_fork
        self._children: list[Child] = []
        self._stages: list[list[Child]] = []
        self._selector = selectors.DefaultSelector()
        self._outputs: dict[int, bytes] = {}
        self._stop_asked = False
        self._stopping = False
        self._listen_to_signals()

    # --- what callers do -------------------------------------------------------------

    def start(self, specs: Sequence[ProcessSpec]) -> None:
        """Fork the processes as one stage; stages are stopped in reverse order."""
        stage = [Child(spec) for spec in specs]
        self._stages.append(stage)
        for child in stage:
            self._children.append(child)
            self._launch(child)
        self._on_change(self.pids())

    def wait_until_ready(self, names: Sequence[str] | None = None, seconds: float = 60.0) -> None:
        """Return once every process (or those named) is ready or, if `once`, has ended well.

        Raises `Stopped`, and `StackError` with a process's last words if it cannot start, or if
        for so many seconds nothing went on.
        """
        patience = Patience(seconds)
        while waiting := [child for child in self._awaited(names) if not self._check(child)]:
            spent = processor_seconds(child.pid for child in waiting if child.pid is not None)
            self._fail_on_defect(waiting, timed_out=patience.is_over(spent))
            self._turn(_PROBE_SECONDS)
            if self._stop_asked:
                raise Stopped

    def run(self) -> None:
        """Keep everything running until SIGTERM or SIGINT."""
        while not self._stop_asked:
            self._turn(1.0)

    def stop(self) -> None:
        """Stop all, last started first; what does not stop in its time is killed."""
        self._stopping = True
        for child in self._children:
            child.restart_at = None
        for stage in reversed(self._stages):
            self._stop_stage(stage)
        self._drain()
        self._selector.close()

    def pids(self) -> dict[str, int]:
        """The running processes by name; steps that end by themselves are left out."""
        return {
            child.spec.name: child.pid
            for child in self._children
            if child.pid is not None and not child.spec.once
        }

    def say(self, sentence: str) -> None:
        """A line of the supervisor's own in the log."""
        self._log.write(OWN_NAME, sentence)

    # --- starting --------------------------------------------------------------------

    def _launch(self, child: Child) -> None:
        child.restart_at = None
        child.is_ready = False
        child.started_at = time.monotonic()
        forked = fork(child.spec, self._leave)
        child.pid, child.exit_code = forked.pid, None
        self._outputs[forked.output] = b""
        self._selector.register(forked.output, selectors.EVENT_READ, child)

    def _leave(self) -> None:
        """In a child: let go of what is the supervisor's."""
        signal.set_wakeup_fd(-1)
        for output in self._outputs:
            os.close(output)
        self._selector.close()
        self._wake_reader.close()
        self._wake_writer.close()
        self._on_fork()

    def _awaited(self, names: Sequence[str] | None) -> list[Child]:
        return [child for child in self._children if names is None or child.spec.name in names]

    def _check(self, child: Child) -> bool:
        if child.spec.once:
            return child.exit_code == 0
        if child.pid is None:
            return False
        if not child.is_ready:
            child.is_ready = child.spec.ready is None or child.spec.ready()
        return child.is_ready

    def _fail_on_defect(self, waiting: list[Child], *, timed_out: bool) -> None:
        for child in waiting:
            failed_step = child.spec.once and child.exit_code not in (None, 0)
            if timed_out or failed_step or child.deaths >= FATAL_DEATHS:
                raise self._cannot_start(child)

    def _cannot_start(self, child: Child) -> StackError:
        self._drain()
        said = "\n  ".join(self._log.last_lines(child.spec.name)) or "(nothing)"
        return StackError(
            f"{child.spec.name} does not get ready. Its last words:\n  {said}\n",
            "`clientele doctor` checks what it needs; `clientele logs` has the whole log.",
        )

    # --- the loop --------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        self._wake_reader, self._wake_writer = socket.socketpair()
        for end in (self._wake_reader, self._wake_writer):
            end.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, None)
        signal.set_wakeup_fd(self._wake_writer.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, *_: object) -> None:
        self._stop_asked = True

    def _turn(self, seconds: float) -> None:
        for key, _ in self._selector.select(self._until_next_restart(seconds)):
            if key.data is None:
                self._swallow_wake_ups()
            else:
                self._read(key.fd, key.data)
        self._reap()
        self._restart_due()

    def _until_next_restart(self, seconds: float) -> float:
        now = time.monotonic()
        due = [child.restart_at - now for child in self._children if child.restart_at is not None]
        return max(0.0, min([seconds, *due]))

    def _swallow_wake_ups(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_reader.recv(4096):
                pass

    def _read(self, output: int, child: Child) -> None:
        with contextlib.suppress(BlockingIOError):
            data = os.read(output, 65536)
            *lines, rest = (self._outputs[output] + data).split(b"\n")
            self._outputs[output] = rest
            for line in lines + ([rest] if not data else []):
                if line.strip():
                    self._log.write(child.spec.name, line.decode(errors="replace"))
            if not data:
                self._selector.unregister(output)
                self._outputs.pop(output)
                os.close(output)

    def _drain(self) -> None:
        for key in list(self._selector.get_map().values()):
            if isinstance(key.data, Child):
                self._read(key.fd, key.data)

    def _reap(self) -> None:
        for child in self._children:
            if child.pid is None:
                continue
            found, status = os.waitpid(child.pid, os.WNOHANG)
            if found:
                self._died(child, os.waitstatus_to_exitcode(status))

    def _died(self, child: Child, code: int) -> None:
        group = child.pid
        child.pid, child.exit_code = None, code
        # Nothing of the old life may hold on to the port or the queue of the new one.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group or 0, signal.SIGKILL)
        if self._stopping or child.spec.once:
            return
        now = time.monotonic()
        delay = child.next_delay(now)
        child.restart_at = now + delay
        self.say(f"{child.spec.name} {_how(code)}; starting it again in {delay:.1f} s")

    def _restart_due(self) -> None:
        now = time.monotonic()
        due = [c for c in self._children if c.restart_at is not None and c.restart_at <= now]
        for child in due:
            self._launch(child)
            child.restarts += 1
        if due:
            self._on_change(self.pids())

    # --- stopping --------------------------------------------------------------------

    def _stop_stage(self, stage: list[Child]) -> None:
        for child in stage:
            self._signal(child, child.spec.stop_signal)
        asked_at = time.monotonic()
        while alive := [child for child in stage if child.pid is not None]:
            for child in alive:
                if time.monotonic() - asked_at > child.spec.grace_seconds:
                    self.say(f"{child.spec.name} did not stop in time and is killed")
                    self._signal(child, signal.SIGKILL)
            self._turn(0.1)

    def _signal(self, child: Child, number: signal.Signals) -> None:
        if child.pid is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, number)
            # A frozen process could not hear the request.
            os.killpg(child.pid, signal.SIGCONT)


def _how(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended by itself with code {code}"
