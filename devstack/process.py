"""A process of the stack: how it is described, and how it is forked."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn

from shared.process import die_with_parent

_RESET = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """What the supervisor must know to start, watch and stop a process.

    `run` is called in the forked child with `env` set; it serves until told to stop, or
    replaces itself by another program. `ready` is asked until it says True; None means that
    running is enough. `once` marks a step that must end with exit code 0.
    """

    name: str
    run: Callable[[], object]
    ready: Callable[[], bool] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    grace_seconds: float = 15.0
    once: bool = False
    dies_by: signal.Signals = signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Forked:
    """A child that was just started; `output` is the reading end of its stdout and stderr."""

    pid: int
    output: int


def fork(spec: ProcessSpec, leave_parent: Callable[[], None]) -> Forked:
    """Start the process in a session of its own, so that a Ctrl-C reaches only the supervisor.

    `leave_parent` closes, in the child, what belongs to the supervisor alone.
    """
    parent = os.getpid()
    reader, writer = os.pipe()
    # A signal that arrived before the child has its own handlers would be the supervisor's.
    signal.pthread_sigmask(signal.SIG_BLOCK, _RESET)
    pid = os.fork()
    if pid == 0:
        _become(spec, parent, reader, writer, leave_parent)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _RESET)
    os.close(writer)
    os.set_blocking(reader, False)
    return Forked(pid, reader)


def _become(
    spec: ProcessSpec, parent: int, reader: int, writer: int, leave_parent: Callable[[], None]
) -> NoReturn:
    code = 1
    try:
        leave_parent()
        os.close(reader)
        _enter_child(spec, parent, writer)
        spec.run()
        code = 0
    except SystemExit as exit_:
        code = _exit_code(exit_)
    except BaseException:  # Nothing may unwind into the supervisor's frames.
        traceback.print_exc()
    finally:
        _leave(code)


def _enter_child(spec: ProcessSpec, parent: int, writer: int) -> None:
    os.setsid()
    for number in _RESET:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _RESET)
    die_with_parent(spec.dies_by, parent)
    os.dup2(writer, 1)
    os.dup2(writer, 2)
    os.close(writer)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    os.environ.update(spec.env)
    # The parent's is remembered; the child's environment may name another.
    tempfile.tempdir = None


def _exit_code(exit_: SystemExit) -> int:
    if isinstance(exit_.code, str):
        sys.stderr.write(f"{exit_.code}\n")
        return 1
    return exit_.code or 0


def _leave(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
