"""The dispatcher process: it sends what a service sends to those outside."""

from __future__ import annotations

from shared.logging import configure_logging
from shared.process import collect_less_often, die_with_parent
from shared.runtime import Runtime
from shared.service import S, Service
from shared.settings import load


def run(service: Service[S]) -> None:
    """Send until SIGTERM; what is under way then is finished."""
    assert service.dispatch is not None
    runtime = Runtime(service.name, load(service.settings))
    configure_logging(f"{service.name}-dispatcher", runtime.settings.log_level)
    die_with_parent()
    collect_less_often()
    service.dispatch(runtime)
