"""Databases and roles of a fresh server. Safe to run again: it only adds what is missing.

Per service one database and five roles. `pipe` may become `app` (SET ROLE) so that what a
consumer writes into tenant tables passes the same row-level security as a request, but it
does not inherit `app`'s rights while it is `pipe`. `app` may become `portal` likewise, which sees
what is one client's and writes nothing.

What is stored encrypted opens under one master secret only, so the first one leaves its
fingerprint, and another is refused before it can lock everyone out.
"""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from shared.db.engine import ROLES, role_password
from shared.service_names import SERVICES
from shared.settings import Settings

_LOCK = 5_402_114  # Any constant: two `db upgrade` at once take turns on it.
_MARK = "Clientele, master secret "
# A database's comment belongs to the server, so it is there before any migration has run.
_REMEMBERED = text(
    "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"
)


class WrongSecret(Exception):
    """The databases belong to another `CLIENTELE_SECRET`."""


def ensure_databases(settings: Settings, *, new_secret: bool = False) -> None:
    """Create what is missing; `CLIENTELE_DATABASE_URL` must name a superuser here.

    Raises `WrongSecret` where they were made with another one, unless it is meant to be new.
    """
    server = make_url(settings.database_url).set(drivername="postgresql+psycopg")
    admin = create_engine(
        server.set(database=server.database or "postgres"), isolation_level="AUTOCOMMIT"
    )
    try:
        with admin.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
            if not new_secret:
                _expect_secret(connection, settings.secret)
            for service in SERVICES:
                _ensure_service(connection, settings, service)
            _remember_secret(connection, settings.secret)
        for service in SERVICES:
            _close_public_schema(settings, service)
    finally:
        admin.dispose()


def _expect_secret(connection: Connection, secret: str) -> None:
    known = connection.scalar(_REMEMBERED, {"name": SERVICES[0]})
    # Whatever else somebody has noted there says nothing about the secret.
    if str(known).startswith(_MARK) and known != _fingerprint(secret):
        raise WrongSecret(
            "CLIENTELE_SECRET is not the one that these databases were made with, and what it "
            "encrypted cannot be read with another. Set that one again; if the change is meant, "
            "docs/how-to/rotate-secrets.md says how."
        )


def _remember_secret(connection: Connection, secret: str) -> None:
    connection.execute(text(f"COMMENT ON DATABASE {SERVICES[0]} IS '{_fingerprint(secret)}'"))


def _fingerprint(secret: str) -> str:
    digest = hmac.new(secret.encode(), b"fingerprint", hashlib.sha256).hexdigest()
    return f"{_MARK}{digest[:16]}"


def _ensure_service(connection: Connection, settings: Settings, service: str) -> None:
    for role in ROLES:
        _ensure_role(connection, f"{service}_{role}", settings.secret)
    for part, whole in (("app", "pipe"), ("portal", "app")):
        grant = f"GRANT {service}_{part} TO {service}_{whole} WITH INHERIT FALSE, SET TRUE"
        connection.execute(text(grant))
    if not connection.scalar(
        text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": service}
    ):
        connection.execute(
            text(
                f"CREATE DATABASE {service} OWNER {service}_owner TEMPLATE template0 "
                "ENCODING 'UTF8'"
            )
        )
    connection.execute(text(f"REVOKE ALL ON DATABASE {service} FROM PUBLIC"))
    members = ", ".join(f"{service}_{role}" for role in ROLES)
    connection.execute(text(f"GRANT CONNECT ON DATABASE {service} TO {members}"))
    # A log that has begun another life is put aside until all of it is there.
    connection.execute(text(f"GRANT TEMPORARY ON DATABASE {service} TO {service}_pipe"))


def _ensure_role(connection: Connection, role: str, secret: str) -> None:
    password = role_password(secret, role)
    exists = connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": role})
    verb = "ALTER" if exists else "CREATE"
    connection.execute(
        text(f"{verb} ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{password}'")
    )


def _close_public_schema(settings: Settings, service: str) -> None:
    server = make_url(settings.database_url).set(drivername="postgresql+psycopg", database=service)
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"ALTER SCHEMA public OWNER TO {service}_owner"))
            connection.execute(text("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
            members = ", ".join(f"{service}_{role}" for role in ROLES)
            connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {members}"))
    finally:
        engine.dispose()
