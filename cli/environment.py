"""The variables that lead every process of an embedded stack to its servers and to each other."""

from __future__ import annotations

import os

from cli.demo import ADMIN_EMAIL
from devstack.data_folder import Config
from devstack.engines import Engines
from devstack.ports import LOOPBACK
from shared.service_names import SERVICES


def environment(
    config: Config, engines: Engines, port: int | None, web_port: int | None = None
) -> dict[str, str]:
    """The variables of every process of the stack; what the caller has set goes first."""
    ports = config.ports
    found = {"CLIENTELE_SECRET": config.secret, **engines.environment()}
    for service in SERVICES:
        own = port if service == "clients" else ports[service]
        if own is not None:
            found[f"CLIENTELE_{service.upper()}_URL"] = f"http://{LOOPBACK}:{own}"
        found[f"CLIENTELE_{service.upper()}_NUDGE"] = f"{LOOPBACK}:{ports[f'{service}_nudge']}"
    if web_port is not None:
        found["CLIENTELE_WEB_URL"] = f"http://{LOOPBACK}:{web_port}"
    # Whoever starts a stack on their own machine runs it.
    found["CLIENTELE_OPERATORS"] = ADMIN_EMAIL
    chosen = {key: value for key, value in os.environ.items() if key.startswith("CLIENTELE_")}
    return {**found, **chosen}
