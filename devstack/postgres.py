"""Real PostgreSQL 18 on a loopback port, in the data folder, with passwords."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from devstack.binaries import postgres_bin
from devstack.demotion import demote, server_user
from devstack.probes import takes_connections
from devstack.process import ProcessSpec
from shared.process import die_with_parent

MAJOR_VERSION = 18

# Modest, as the whole stack shares a laptop. Requests are short, so connections are many and
# cheap; io_method=sync saves three processes that a development load never fills.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_connections": "400",
    "max_wal_size": "512MB",
    "effective_cache_size": "512MB",
    "huge_pages": "off",
    "io_method": "sync",
    "jit": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "max_logical_replication_workers": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "",
    # The details of an error quote the row.
    "log_error_verbosity": "terse",
    "autovacuum_naptime": "15s",
}
_FAST = {"fsync": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """The embedded server. `durable=False` gives up crash safety for speed: for tests only."""

    folder: Path
    port: int
    password: str
    durable: bool = True

    @property
    def admin_url(self) -> str:
        """The address with the superuser's name and password."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/postgres"

    @property
    def url(self) -> str:
        """The address without any login; services add their roles'."""
        return f"postgresql://127.0.0.1:{self.port}"

    def spec(self) -> ProcessSpec:
        """How the supervisor runs it. SIGINT is PostgreSQL's fast and clean shutdown."""
        return ProcessSpec(
            "postgres",
            self._run,
            ready=self.answers,
            stop_signal=signal.SIGINT,
            grace_seconds=30.0,
            dies_by=signal.SIGQUIT,
        )

    def answers(self) -> bool:
        """Whether it takes connections now: it listens, and its own note says `ready`.

        Connecting instead would fill the log with refusals while it starts.
        """
        try:
            note = (self.folder / "postmaster.pid").read_text().split()
        except OSError:
            return False
        return "ready" in note and takes_connections("127.0.0.1", self.port)

    def _run(self) -> NoReturn:
        user = server_user()
        self._initialize(user)
        if user is not None:
            _demoted(user)
        program = str(postgres_bin() / "postgres")
        settings = {**_SETTINGS, **({} if self.durable else _FAST), "port": str(self.port)}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        os.execv(program, [program, "-D", str(self.folder), *options])

    def _initialize(self, user: pwd.struct_passwd | None) -> None:
        """Make the cluster beside its place and move it there, so that half a one never counts."""
        if (self.folder / "PG_VERSION").exists():
            return
        fresh = self.folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700, parents=True)
        secret = self.folder.with_suffix(".pw")
        secret.touch(mode=0o600)
        secret.write_text(self.password + "\n")
        if user is not None:
            os.chown(fresh, user.pw_uid, user.pw_gid)
            os.chown(secret, user.pw_uid, user.pw_gid)
        try:
            self._initdb(fresh, secret, user)
        finally:
            secret.unlink()
        fresh.rename(self.folder)

    def _initdb(self, fresh: Path, secret: Path, user: pwd.struct_passwd | None) -> None:
        command = [str(postgres_bin() / "initdb"), "-D", str(fresh), "-U", "postgres"]
        command += ["-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C"]
        # Folding of accented letters needs Unicode rules; the builtin ones are everywhere alike.
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--no-instructions"] + ([] if self.durable else ["--no-sync"])
        enter: Callable[[], None] | None = None if user is None else lambda: _demoted(user)
        done = subprocess.run(  # noqa: S603  # Our own program and arguments.
            command, preexec_fn=enter, capture_output=True, text=True, cwd="/", check=False
        )
        if done.returncode != 0:
            sys.exit(f"initdb failed: {done.stderr.strip() or done.stdout.strip()}")


def _demoted(user: pwd.struct_passwd) -> None:
    demote(user)
    die_with_parent(signal.SIGQUIT)
