"""Settings: frozen classes whose fields say their variable, default and purpose.

A secret may come from a file: `CLIENTELE_SECRET_FILE` stands for `CLIENTELE_SECRET`.
`load` reads the environment once and reports every wrong variable together, so a
deployment with three mistakes is told of three. `.env.example` is written from the classes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import urlsplit

T = TypeVar("T")


class SettingsError(Exception):
    """The environment does not make a working configuration; one line per mistake."""


def setting(variable: str, default: Any = MISSING, *, help: str) -> Any:
    """A field read from `variable`; without a default the variable is required."""
    metadata = {"variable": variable, "help": help}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def _boolean(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError(f"{text!r} is neither true nor false")


_PARSERS: dict[Any, Callable[[str], Any]] = {str: str, int: int, float: float, bool: _boolean}


def load(cls: type[T], environ: Mapping[str, str] | None = None) -> T:
    """An instance of the settings class, from the environment; all mistakes in one error."""
    source = os.environ if environ is None else environ
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    mistakes: list[str] = []
    for item in fields(cls):  # type: ignore[arg-type]  # every settings class is a dataclass
        try:
            values.update(_read(item, hints[item.name], source))
        except (ValueError, OSError) as error:
            mistakes.append(f"{item.metadata['variable']}: {error}")
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return cls(**values)


def _read(item: Field[Any], kind: Any, source: Mapping[str, str]) -> dict[str, Any]:
    variable = item.metadata["variable"]
    text = source.get(variable)
    if text is None and variable + "_FILE" in source:
        text = Path(source[variable + "_FILE"]).read_text().strip()
    if text is None:
        if item.default is MISSING:
            raise ValueError(f"is required: {item.metadata['help']}")
        return {}
    return {item.name: _PARSERS[kind](text)}


@dataclass(frozen=True)
class Settings:
    """What every process needs, whichever service it belongs to."""

    secret: str = setting(
        "CLIENTELE_SECRET",
        help="master secret, at least 32 characters; role passwords and keys derive from it",
    )
    database_url: str = setting(
        "CLIENTELE_DATABASE_URL",
        "postgresql://127.0.0.1:5432",
        help="PostgreSQL server; with a superuser's name and password only where databases "
        "are created (clientele db upgrade)",
    )
    broker_url: str = setting(
        "CLIENTELE_BROKER_URL", "redis://127.0.0.1:6379/0", help="Celery's broker"
    )
    s3_endpoint: str = setting(
        "CLIENTELE_S3_ENDPOINT", "http://127.0.0.1:9000", help="object store, as services reach it"
    )
    s3_public_endpoint: str = setting(
        "CLIENTELE_S3_PUBLIC_ENDPOINT",
        "",
        help="object store, as browsers reach it; empty: the same as CLIENTELE_S3_ENDPOINT",
    )
    s3_access_key: str = setting("CLIENTELE_S3_ACCESS_KEY", "", help="object store access key")
    s3_secret_key: str = setting("CLIENTELE_S3_SECRET_KEY", "", help="object store secret key")
    s3_bucket: str = setting("CLIENTELE_S3_BUCKET", "clientele", help="bucket for documents")
    s3_region: str = setting(
        "CLIENTELE_S3_REGION", "us-east-1", help="region the links are signed for"
    )
    smtp_url: str = setting(
        "CLIENTELE_SMTP_URL",
        "smtp://127.0.0.1:1025",
        help="outgoing mail: smtp:// with TLS where it is offered, smtp+starttls:// or smtps:// "
        "with it always; name and password in the address",
    )
    clients_url: str = setting(
        "CLIENTELE_CLIENTS_URL", "http://127.0.0.1:8000", help="clients service and façade"
    )
    documents_url: str = setting(
        "CLIENTELE_DOCUMENTS_URL", "http://127.0.0.1:8001", help="documents service"
    )
    activity_url: str = setting(
        "CLIENTELE_ACTIVITY_URL", "http://127.0.0.1:8002", help="activity service"
    )
    metrics_url: str = setting(
        "CLIENTELE_METRICS_URL", "http://127.0.0.1:8003", help="metrics service"
    )
    clients_nudge: str = setting(
        "CLIENTELE_CLIENTS_NUDGE", "127.0.0.1:8100", help="UDP address of the clients relay"
    )
    documents_nudge: str = setting(
        "CLIENTELE_DOCUMENTS_NUDGE", "127.0.0.1:8101", help="UDP address of the documents relay"
    )
    activity_nudge: str = setting(
        "CLIENTELE_ACTIVITY_NUDGE", "127.0.0.1:8102", help="UDP address of the activity relay"
    )
    metrics_nudge: str = setting(
        "CLIENTELE_METRICS_NUDGE", "127.0.0.1:8103", help="UDP address of the metrics relay"
    )
    log_level: str = setting("CLIENTELE_LOG_LEVEL", "INFO", help="DEBUG, INFO, WARNING or ERROR")
    pool_size: int = setting(
        "CLIENTELE_POOL_SIZE", 8, help="database connections per process and role at most"
    )
    argon2_time_cost: int = setting(
        "CLIENTELE_ARGON2_TIME_COST", 3, help="passes of the password hash; lower only in tests"
    )
    session_idle_hours: float = setting(
        "CLIENTELE_SESSION_IDLE_HOURS", 12.0, help="a session that is not used for so long ends"
    )
    session_days: float = setting(
        "CLIENTELE_SESSION_DAYS", 30.0, help="a session ends after so long, used or not"
    )
    proxy_secret: str = setting(
        "CLIENTELE_PROXY_SECRET",
        "",
        help="who sends it as X-Proxy-Secret is believed the caller's address in "
        "X-Forwarded-For; empty: nobody is",
    )

    mail_from: str = setting(
        "CLIENTELE_MAIL_FROM",
        "Clientele <clientele@localhost>",
        help="sender of all mail; its domain is the one of Message-IDs too",
    )
    operators: str = setting(
        "CLIENTELE_OPERATORS",
        "",
        help="who is shown how the installation does: addresses, by commas, of users who sign in "
        "already",
    )
    web_url: str = setting(
        "CLIENTELE_WEB_URL",
        "http://127.0.0.1:8080",
        help="web interface, as browsers reach it; https makes its cookies secure",
    )

    def __post_init__(self) -> None:
        """Refuse values that would fail later and further away."""
        mistakes = []
        if len(self.secret) < 32:
            mistakes.append("CLIENTELE_SECRET: needs at least 32 characters")
        for name, scheme in (("DATABASE_URL", self.database_url), ("BROKER_URL", self.broker_url)):
            if not urlsplit(scheme).scheme:
                mistakes.append(f"CLIENTELE_{name}: {scheme!r} is not a URL")
        if mistakes:
            raise SettingsError("\n".join(mistakes))

    @property
    def operator_addresses(self) -> frozenset[str]:
        """The addresses of those who run the installation."""
        named = (each.strip() for each in self.operators.split(","))
        return frozenset(each for each in named if each)

    def service_url(self, service: str) -> str:
        """The internal base address of a service, without a trailing slash."""
        return str(getattr(self, f"{service}_url")).rstrip("/")

    def nudge_address(self, service: str) -> tuple[str, int]:
        """Where the relay of a service listens for the hint that there is something new."""
        host, _, port = str(getattr(self, f"{service}_nudge")).rpartition(":")
        return host, int(port)


def env_example(classes: list[type]) -> str:
    """The text of `.env.example`: each variable once, its purpose, its default."""
    lines: dict[str, str] = {}
    for item in (item for cls in classes for item in fields(cls)):
        default = "" if item.default is MISSING else item.default
        mark = "" if item.default is MISSING else "# "
        variable = item.metadata["variable"]
        lines[variable] = f"# {item.metadata['help']}\n{mark}{variable}={default}\n"
    return "\n".join(lines.values())
