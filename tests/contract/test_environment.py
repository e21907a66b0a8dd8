"""`.env.example` names every variable that the code reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.reference import env
from cli.services import SERVICES
from shared.settings import Settings, SettingsError, load

ROOT = Path(__file__).resolve().parents[2]
_NAMED = re.compile(r'"(CLIENTELE_[A-Z0-9_]+)"')
_LISTED = re.compile(r"^(?:# )?(CLIENTELE_[A-Z0-9_]+)=", re.MULTILINE)

# Set by our own processes for each other, or by tests; nobody else has a use for them.
INTERNAL = {"CLIENTELE_PROGRESS_FILE", "CLIENTELE_READY_FILE", "CLIENTELE_FAILPOINTS"}


def _named_in_code() -> set[str]:
    files = [
        file for top in ("cli", "devstack", "services", "shared", "web") for file in _sources(top)
    ]
    return {name for file in files for name in _NAMED.findall(file.read_text(encoding="utf-8"))}


def _sources(top: str) -> list[Path]:
    return sorted((ROOT / top).rglob("*.py"))


def test_every_variable_of_the_code_is_written_down() -> None:
    listed = set(_LISTED.findall(env.env_text()))
    # Every variable may come from a file instead, which the page says once for all.
    from_files = {f"{name}_FILE" for name in listed}
    assert _named_in_code() - INTERNAL - from_files == listed


def test_each_variable_is_written_down_once() -> None:
    listed = _LISTED.findall(env.env_text())
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("service", SERVICES)
def test_the_defaults_written_down_are_a_working_configuration(service: str) -> None:
    lines = [line.removeprefix("# ") for line in env.env_text().splitlines()]
    written = dict(line.split("=", 1) for line in lines if _LISTED.match(line))
    settings = load(SERVICES[service].settings, {**written, "CLIENTELE_SECRET": "s" * 32})
    assert settings == load(SERVICES[service].settings, {"CLIENTELE_SECRET": "s" * 32})


def test_the_secret_alone_is_required() -> None:
    with pytest.raises(SettingsError) as refused:
        load(Settings, {})
    assert str(refused.value).splitlines() == [str(refused.value)]
    assert "CLIENTELE_SECRET" in str(refused.value)
