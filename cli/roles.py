"""The processes of the system by name, as the embedded stack and containers start them."""

from __future__ import annotations

import importlib

from cli.service_parts import settings_of
from shared.messaging.topology import SERVICES, jobs_of


def role_names() -> list[str]:
    """Every process: `<service>-api|worker|jobs|relay`, and `beat`."""
    names = []
    for service in SERVICES:
        names += [f"{service}-api", f"{service}-worker", f"{service}-relay"]
        names += [f"{service}-jobs"] if jobs_of(service) else []
    return [*names, "beat"]


def run_role(name: str) -> None:
    """Be that process until SIGTERM, configured by the environment."""
    service, _, kind = name.partition("-")
    match kind:
        case "api":
            from cli.serving import serve_api

            serve_api(service)
        case "worker" | "jobs":
            from cli.working import work

            work(service, "ingest" if kind == "worker" else "jobs")
        case "relay":
            importlib.import_module(f"services.{service}.relay").main(settings_of(service))
        case _:
            from cli.working import beat

            beat()
