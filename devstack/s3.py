"""An S3 store on a loopback port: rclone serving a folder of the data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from devstack.binaries import rclone
from devstack.probes import takes_connections
from devstack.process import ProcessSpec

REGION = "us-east-1"


@dataclass(frozen=True)
class S3:
    """The embedded object store; its one bucket exists before it starts."""

    folder: Path
    port: int
    access_key: str
    secret_key: str
    bucket: str

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def spec(self) -> ProcessSpec:
        """How the supervisor runs it."""
        return ProcessSpec("s3", self._run, ready=self.answers, grace_seconds=5.0)

    def answers(self) -> bool:
        """Whether it takes connections now."""
        return takes_connections("127.0.0.1", self.port)

    def _run(self) -> NoReturn:
        bucket = self.folder / self.bucket
        bucket.mkdir(parents=True, exist_ok=True, mode=0o700)
        # What was being put when the store was killed: it lists none of it, so nobody removes it.
        for unfinished in bucket.glob(".rclone_temp_*"):
            unfinished.unlink()
        program = str(rclone())
        # The keys go through the environment: a command line can be read by every user.
        # rclone reads the variable as a line of CSV, and the pair holds a comma.
        os.environ["RCLONE_AUTH_KEY"] = f'"{self.access_key},{self.secret_key}"'
        os.environ["GOMEMLIMIT"] = "96MiB"
        os.environ["GOMAXPROCS"] = "2"
        arguments = ["serve", "s3", str(self.folder), "--addr", f"127.0.0.1:{self.port}"]
        arguments += ["--config", "", "--max-header-bytes", "16384"]
        # Browsers put files here from the pages of the web interface, which may be reached under
        # more than one name. A link is signed and carries no cookie, so any origin may use it.
        arguments += ["--log-level", "NOTICE", "--allow-origin", "*"]
        os.execv(program, [program, *arguments])
