"""Alembic wants this file; `shared.db.migrate` runs the migrations itself."""

from __future__ import annotations

from alembic import context

context.run_migrations()
