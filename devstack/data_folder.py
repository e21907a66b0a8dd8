"""The data folder: everything a stack keeps, one lock, and a note of which version made it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import tempfile
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from socket import SOCK_DGRAM, SOCK_STREAM
from typing import Any

import orjson

from devstack.errors import StackError
from devstack.ports import claim, free_port
from devstack.postgres import MAJOR_VERSION

# Raised when a stack could no longer use a folder that an older version has made.
FORMAT = 1
_SERVERS = ("postgres", "redis", "s3", "smtp", "documents", "activity", "metrics")
_NUDGED = ("clients_nudge", "documents_nudge", "activity_nudge", "metrics_nudge")
_PORTS = dict.fromkeys(_SERVERS, SOCK_STREAM) | dict.fromkeys(_NUDGED, SOCK_DGRAM)


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Config:
    """What a stack draws once and keeps: its secrets and the ports of its inner parts."""

    format: int = FORMAT
    postgres_major: int = MAJOR_VERSION
    secret: str = field(default_factory=_secret)
    postgres_password: str = field(default_factory=_secret)
    redis_password: str = field(default_factory=_secret)
    s3_access_key: str = field(default_factory=lambda: secrets.token_hex(10))
    s3_secret_key: str = field(default_factory=_secret)
    s3_bucket: str = "clientele"
    ports: dict[str, int] = field(default_factory=dict)


class DataFolder:
    """An opened data folder; `lock` makes it this process's own."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self._lock: int | None = None

    @property
    def log_file(self) -> Path:
        """The one log."""
        return self.path / "logs" / "stack.log"

    @property
    def stack_file(self) -> Path:
        """What tools read once the stack is ready; see `devstack.stack_file`."""
        return self.path / "stack.json"

    @property
    def demo_file(self) -> Path:
        """The first workspace and its log-in."""
        return self.path / "demo.json"

    @property
    def ready_folder(self) -> Path:
        """Where processes without a port say that they are ready, by a file of their name."""
        return self.path / "run"

    @property
    def temporary_folder(self) -> Path:
        """Where processes put what is not kept; one that is killed leaves it behind."""
        return self.path / "tmp"

    def sweep(self) -> None:
        """Remove what the processes of an earlier start have left behind."""
        shutil.rmtree(self.temporary_folder, ignore_errors=True)
        self.temporary_folder.mkdir(mode=0o700, exist_ok=True)

    def lock(self) -> None:
        """Create the folder if need be and take it; raises `StackError` if a stack runs on it."""
        self._create()
        self._lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                f"A stack already runs on the data folder {self.path} "
                f"(process {self.running_pid()}).",
                "Use it, stop it with `clientele down`, or choose another folder with --data.",
            ) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def let_go(self) -> None:
        """Close the lock in this process; it stays held while another holder lives."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def running_pid(self) -> int | None:
        """The supervisor that holds this folder, or None if no stack runs on it."""
        try:
            probe = os.open(self.path / "lock", os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(os.pread(probe, 32, 0) or 0) or None
        finally:
            os.close(probe)
        return None

    def is_made(self) -> bool:
        """Whether a stack has run on this folder before."""
        return (self.path / "config.json").exists()

    def config(self) -> Config:
        """The kept configuration, drawn on the first call; refuses another version's folder."""
        file = self.path / "config.json"
        config = self._read(file) if file.exists() else Config()
        if self._draw_ports(config) or not file.exists():
            write_private(file, asdict(config))
        return config

    def peek(self) -> Config:
        """The kept configuration as it is, without drawing anything."""
        return self._read(self.path / "config.json")

    def _create(self) -> None:
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            strangers = any(self.path.iterdir()) and not self._is_ours()
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            raise StackError(
                f"The data folder {self.path} cannot be used: {error.strerror}.",
                "Choose another folder with --data.",
            ) from error
        if strangers:
            raise StackError(
                f"The folder {self.path} is not empty and was not made by Clientele.",
                "Choose an empty or a new folder with --data.",
            )

    def _is_ours(self) -> bool:
        return any((self.path / name).exists() for name in ("config.json", "lock"))

    def _read(self, file: Path) -> Config:
        try:
            raw: dict[str, Any] = orjson.loads(file.read_bytes())
            made = (raw["format"], raw["postgres_major"])
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise StackError(
                f"The file {file} is damaged.",
                "Put it back from a copy, or start on an empty folder with --data.",
            ) from error
        if made != (FORMAT, MAJOR_VERSION):
            raise StackError(
                f"The data folder {self.path} was made by another version of Clientele "
                f"(format {made[0]}, PostgreSQL {made[1]}; this one uses format {FORMAT}, "
                f"PostgreSQL {MAJOR_VERSION}).",
                "Start it with the version that made it, or choose an empty folder with --data.",
            )
        known = {item.name for item in fields(Config)}
        return Config(**{key: value for key, value in raw.items() if key in known})

    def _draw_ports(self, config: Config) -> bool:
        """Give each inner part a port, and a new one where somebody else took it meanwhile."""
        before = dict(config.ports)
        for name, kind in _PORTS.items():
            if name not in config.ports or not claim(config.ports[name], kind):
                config.ports[name] = free_port(kind)
        return config.ports != before


def write_private(file: Path, content: object) -> None:
    """Replace the file in one step by the JSON, readable by its owner alone."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise
