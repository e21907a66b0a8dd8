"""Wrong or missing secrets stop the start with one clear sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.compose import ComposeSystem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Secrets of an operator's own."""
    for name in ("app/secret", "database/password"):
        file = tmp_path / name
        file.parent.mkdir()
        file.write_text("s" * 40)
    tmp_path.chmod(0o755)
    return tmp_path


@pytest.fixture
def apart(project: ComposeSystem, folder: Path) -> Iterator[ComposeSystem]:
    """A second project that uses them."""
    other = ComposeSystem(
        f"{project.project}-apart",
        CLIENTELE_SECRETS_APP=str(folder / "app"),
        CLIENTELE_SECRETS_DATABASE=str(folder / "database"),
    )
    yield other
    other.close()


def test_a_short_secret_stops_the_start(apart: ComposeSystem, folder: Path) -> None:
    (folder / "app" / "secret").write_text("short")
    done = apart.try_compose("run", "--rm", "migrate")
    assert done.returncode != 0
    assert "CLIENTELE_SECRET: needs at least 32 characters" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_a_missing_secret_stops_the_start(apart: ComposeSystem, folder: Path) -> None:
    (folder / "app" / "secret").unlink()
    done = apart.try_compose("run", "--rm", "--no-deps", "migrate")
    assert done.returncode != 0
    assert "CLIENTELE_SECRET" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_a_wrong_database_password_stops_the_start(apart: ComposeSystem, folder: Path) -> None:
    apart.compose("up", "-d", "--wait", "postgres")
    (folder / "database" / "password").write_text("another password")
    done = apart.try_compose("run", "--rm", "--no-deps", "migrate")
    assert done.returncode != 0
    assert "password authentication failed" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_another_master_secret_stops_the_start(apart: ComposeSystem, folder: Path) -> None:
    # A single run begins whatever it depends on, and does not wait until that is well.
    apart.compose("up", "-d", "--wait", "postgres")
    apart.compose("run", "--rm", "--no-deps", "migrate")
    (folder / "app" / "secret").write_text("t" * 40)
    done = apart.try_compose("run", "--rm", "--no-deps", "migrate")
    assert done.returncode != 0
    assert "CLIENTELE_SECRET is not the one" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
