"""The embedded engines of a data folder, put together; runnable alone for tests.

`python -m devstack.engines DIR` starts PostgreSQL (without crash safety), Redis and S3, prints
one JSON line with their addresses when they answer, and stops them on SIGTERM or when the
process that started it ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from devstack.binaries import postgres_bin, rclone, redis_server, smtp_sink
from devstack.data_folder import Config, DataFolder
from devstack.log import Log
from devstack.postgres import Postgres
from devstack.process import ProcessSpec
from devstack.redis import Redis
from devstack.replaced import BROKER, MAIL, POSTGRES, STORE, Replacement
from devstack.s3 import REGION, S3
from devstack.smtp import Smtp
from devstack.supervisor import Stopped, Supervisor
from shared.process import die_with_parent


@dataclass(frozen=True)
class Engines:
    """The four engines of one data folder."""

    postgres: Postgres
    redis: Redis
    s3: S3
    smtp: Smtp

    @classmethod
    def of(cls, folder: DataFolder, config: Config, *, durable: bool = True) -> Engines:
        """The engines on the ports and with the secrets that the folder keeps."""
        ports = config.ports
        return cls(
            Postgres(
                folder.path / "postgres", ports["postgres"], config.postgres_password, durable
            ),
            Redis(folder.path / "redis", ports["redis"], config.redis_password),
            S3(
                folder.path / "s3",
                ports["s3"],
                config.s3_access_key,
                config.s3_secret_key,
                config.s3_bucket,
            ),
            Smtp(folder.path / "mail", ports["smtp"]),
        )

    def environment(self) -> dict[str, str]:
        """The settings that lead a process to these engines."""
        return {
            "CLIENTELE_DATABASE_URL": self.postgres.url,
            "CLIENTELE_BROKER_URL": self.redis.url,
            "CLIENTELE_S3_ENDPOINT": self.s3.endpoint,
            "CLIENTELE_S3_ACCESS_KEY": self.s3.access_key,
            "CLIENTELE_S3_SECRET_KEY": self.s3.secret_key,
            "CLIENTELE_S3_BUCKET": self.s3.bucket,
            "CLIENTELE_S3_REGION": REGION,
            "CLIENTELE_SMTP_URL": self.smtp.url,
        }

    def stages(self, environ: Mapping[str, str]) -> list[list[ProcessSpec]]:
        """What to start, in order, leaving out what `environ` replaces by a server of its own."""
        wanted: list[tuple[Replacement, ProcessSpec, Callable[[], object]]] = [
            (POSTGRES, self.postgres.spec(), postgres_bin),
            (BROKER, self.redis.spec(), redis_server),
            (STORE, self.s3.spec(), rclone),
            (MAIL, self.smtp.spec(), smtp_sink),
        ]
        embedded = [part for part in wanted if part[0].url(environ) is None]
        for _, _, find in embedded:
            find()
        return [[spec] for _, spec, _ in embedded]


def main(folder: str) -> None:
    """Run the engines of a folder for a test run; they die with the caller."""
    die_with_parent()
    data = DataFolder(Path(folder))
    data.lock()
    engines = Engines.of(data, data.config(), durable=False)
    supervisor = Supervisor(Log(data.log_file, None), on_fork=data.let_go)
    try:
        for stage in engines.stages({}):
            supervisor.start(stage)
        supervisor.wait_until_ready()
        sys.stdout.write(orjson.dumps(_addresses(engines)).decode() + "\n")
        sys.stdout.flush()
        supervisor.run()
    except Stopped:
        pass
    finally:
        supervisor.stop()


def _addresses(engines: Engines) -> dict[str, object]:
    return {
        "environment": engines.environment(),
        "admin_url": engines.postgres.admin_url,
        "mailbox": str(engines.smtp.mailbox),
        "pid": os.getpid(),
    }


if __name__ == "__main__":
    main(sys.argv[1])
