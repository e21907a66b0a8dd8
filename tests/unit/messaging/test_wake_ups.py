"""Wake-ups of jobs, as beat sends them and a worker takes them, on machines whose clocks differ."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.worker.request import Request

from cli.services import SERVICES
from shared.messaging.celery_app import make_celery
from shared.processes.beat import schedule
from shared.settings import Settings, load

SETTINGS = load(
    Settings,
    {
        "CLIENTELE_SECRET": "a-secret-of-this-test-alone-32-long",
        "CLIENTELE_BROKER_URL": "memory://",
    },
)


def _taken(entry: dict[str, Any], beat_is_ahead_by: float, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a worker makes of the message that beat sends for an entry of its schedule."""
    app = make_celery("clients", SETTINGS)
    beats_time = datetime.now(UTC) + timedelta(seconds=beat_is_ahead_by)
    monkeypatch.setattr(app, "now", lambda: beats_time)
    app.send_task(entry["task"], **entry["options"])
    with app.connection_for_read() as connection:
        message = app.amqp.queues[entry["options"]["queue"]](connection.default_channel).get()
    return Request(message, app=app, task=app.tasks["celery.accumulate"])


@pytest.mark.parametrize("seconds", [-2.0, 2.0], ids=["beat's is behind", "beat's is ahead"])
@pytest.mark.parametrize("entry", schedule(SERVICES.values()).values(), ids=lambda e: e["task"])
def test_a_job_starts_though_two_clocks_are_two_seconds_apart(
    entry: dict[str, Any], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _taken(entry, seconds, monkeypatch).maybe_expire() is None
    # Of those that wait for a worker few pile up all the same.
    overtaken = _taken(entry, -entry["schedule"] - 600, monkeypatch)
    assert overtaken.maybe_expire()
