"""The embedded stack: which processes, in which order, with which environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from alembic.util.exc import CommandError
from sqlalchemy.exc import SQLAlchemyError

from cli.demo import Demo, read_demo
from cli.environment import environment
from cli.roles import WEB, role_names, run_role
from devstack.data_folder import DataFolder
from devstack.engines import Engines
from devstack.errors import StackError
from devstack.log import Log
from devstack.ports import LOOPBACK, require_free
from devstack.probes import says_ok
from devstack.process import ProcessSpec
from devstack.replaced import MAIL, POSTGRES, require_reachable
from devstack.stack_file import StackFile
from devstack.supervisor import Stopped, Supervisor
from devstack.warm_up import warm_up
from shared.db.bootstrap import WrongSecret, ensure_databases
from shared.db.engine import role_url
from shared.db.migrate import migrate_all
from shared.messaging.topology import SERVICES
from shared.settings import Settings, SettingsError, load
from web.settings import WebSettings

# Events are what a person waits for; the other queues are quiet on one machine.
_CONCURRENCY = {"activity-worker": "2", "metrics-worker": "2"}
_PURPOSES = ("worker", "jobs")


@dataclass(frozen=True)
class Options:
    """What `clientele up` was asked for."""

    data: Path
    port: int
    web_port: int
    demo: bool = True


def run_stack(
    options: Options, out: TextIO | None, announce: Callable[[dict[str, Any], Demo], None]
) -> None:
    """Start everything, announce it once ready, keep it running until SIGTERM or SIGINT.

    Raises `StackError` if it cannot start; nothing is left running then either.
    """
    folder = DataFolder(options.data)
    folder.lock()
    require_free(options.port)
    require_free(options.web_port)
    require_reachable(os.environ)
    stack = Stack(folder, options, Log(folder.log_file, out))
    try:
        stack.start()
        announce(stack.describe(), stack.demo)
        stack.supervisor.run()
    except Stopped:
        pass
    finally:
        stack.stop()


class Stack:
    """One embedded stack of this process."""

    def __init__(self, folder: DataFolder, options: Options, log: Log) -> None:
        self.folder = folder
        self.options = options
        config = folder.config()
        self.engines = Engines.of(folder, config)
        self.environment = environment(config, self.engines, options.port, options.web_port)
        self.settings = _settings(self.environment)
        self.file = StackFile(folder.stack_file)
        self.file.remove()
        self.supervisor = Supervisor(log, on_change=self.file.note, on_fork=folder.let_go)

    @property
    def demo(self) -> Demo:
        """The first workspace and its log-in."""
        return read_demo(self.folder.demo_file)

    def start(self) -> None:
        """Bring everything up, in order, until all of it is ready."""
        self.folder.sweep()
        engines = self.engines.stages(os.environ)
        early = [stage for stage in engines if stage[0].name != "smtp"]
        for stage in early:
            self.supervisor.start(stage)
        # Meanwhile; the mail sink is Python and waits for it, to share its memory.
        warm_up()
        for stage in engines:
            if stage not in early:
                self.supervisor.start(stage)
            self.supervisor.wait_until_ready([spec.name for spec in stage])
        self._step("databases", self._prepare_databases)
        self.supervisor.start([self._service(name) for name in role_names()])
        self.supervisor.wait_until_ready()
        self._step("demo", self._seed)
        self.file.publish(self.describe())

    def stop(self) -> None:
        """Stop everything, last first."""
        self.file.remove()
        self.supervisor.say("stopping")
        self.supervisor.stop()

    def describe(self) -> dict[str, Any]:
        """The content of `stack.json`, but for the processes."""
        s = self.settings
        return {
            "api": s.service_url("clients"),
            "web": self.settings.web_url,
            "admin": self.demo.admin(),
            "services": {name: s.service_url(name) for name in SERVICES if name != "clients"},
            "postgres": {name: _owner_url(s, name) for name in SERVICES},
            "redis": s.broker_url,
            "s3": {
                "endpoint": s.s3_endpoint,
                "access_key": s.s3_access_key,
                "secret_key": s.s3_secret_key,
                "bucket": s.s3_bucket,
            },
            "smtp": self._mail(),
        }

    # --- parts -----------------------------------------------------------------------

    def _step(self, name: str, action: Callable[[], None]) -> None:
        self.supervisor.start([ProcessSpec(name, action, env=self._env(), once=True)])
        self.supervisor.wait_until_ready([name])

    def _prepare_databases(self) -> None:
        admin = self.settings
        if POSTGRES.url(os.environ) is None or admin.database_url == self.engines.postgres.url:
            admin = replace(admin, database_url=self.engines.postgres.admin_url)
        prepare_databases(admin)

    def _seed(self) -> None:
        from cli.seed.workspace import seed

        seed(self.folder.demo_file, self.environment, records=self.options.demo)

    def _service(self, name: str) -> ProcessSpec:
        service, _, kind = name.partition("-")
        env = self._env()
        ready: Callable[[], bool] | None = None
        if kind == "api":
            ready = partial(_is_ready, self.settings.service_url(service))
        elif name == WEB:
            ready = partial(_is_ready, self.settings.web_url)
        elif kind in _PURPOSES or name == "beat":
            mark = self.folder.ready_folder / name
            env["CLIENTELE_READY_FILE"] = str(mark)
            env.setdefault("CLIENTELE_WORKER_CONCURRENCY", _CONCURRENCY.get(name, "1"))
            _clear(mark)
            ready = mark.exists
        return ProcessSpec(name, partial(run_role, name), ready=ready, env=env)

    def _env(self) -> dict[str, str]:
        return {**self.environment, "TMPDIR": str(self.folder.temporary_folder)}

    def _mail(self) -> dict[str, Any]:
        host, _, port = self.settings.smtp_url.rpartition("://")[2].rpartition(":")
        mailbox = str(self.engines.smtp.mailbox) if MAIL.url(os.environ) is None else None
        return {"host": host.rpartition("@")[2], "port": int(port), "mailbox": mailbox}


def prepare_databases(settings: Settings, *, new_secret: bool = False) -> None:
    """Make what is missing and migrate; ends the process with a sentence if that fails."""
    try:
        ensure_databases(settings, new_secret=new_secret)
        migrate_all(settings)
    except WrongSecret as error:
        sys.exit(str(error))
    except CommandError as error:
        sys.exit(f"The databases were made by another version of Clientele: {error}")
    except SQLAlchemyError as error:
        sys.exit(f"The databases cannot be prepared: {str(error).partition(chr(10))[0]}")


def _settings(variables: Mapping[str, str]) -> WebSettings:
    try:
        return load(WebSettings, variables)
    except SettingsError as error:
        raise StackError(f"The environment is wrong:\n{error}\n", "Correct or unset it.") from error


def _owner_url(settings: Settings, service: str) -> str:
    url = role_url(settings, service, "owner").set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _clear(mark: Path) -> None:
    mark.parent.mkdir(exist_ok=True, mode=0o700)
    mark.unlink(missing_ok=True)


def _is_ready(url: str) -> bool:
    parts = urlsplit(url)
    return says_ok(parts.hostname or LOOPBACK, parts.port or 80, "/readyz")
