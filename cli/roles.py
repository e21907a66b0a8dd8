"""The processes of the system by name, as the embedded stack and containers start them."""

from __future__ import annotations

from cli.services import SERVICES

WEB = "web"


def role_names() -> list[str]:
    """Every process: `<service>-api|worker|relay|jobs|dispatcher`, `beat` and `web`."""
    of_services = (name for service in SERVICES.values() for name in service.processes())
    return [*of_services, "beat", WEB]


def run_role(name: str) -> None:
    """Be that process until SIGTERM, configured by the environment."""
    # Each process imports what it is made of, and none what the others are made of.
    service, _, kind = name.partition("-")
    match kind:
        case "api":
            from shared.processes import api

            api.run(SERVICES[service])
        case "worker":
            from shared.processes import worker

            worker.run_ingest(SERVICES[service])
        case "jobs":
            from shared.processes import worker

            worker.run_jobs(SERVICES[service])
        case "relay":
            from shared.processes import relay

            relay.run(SERVICES[service])
        case "dispatcher":
            from shared.processes import dispatcher

            dispatcher.run(SERVICES[service])
        case "" if service == WEB:
            from web import app

            app.run()
        case _:
            from shared.processes import beat

            beat.run(SERVICES.values())
