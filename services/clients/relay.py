"""The relay process of the clients service."""

from __future__ import annotations

from services.clients.consumers import apply
from services.clients.settings import ClientsSettings
from shared.relay_process import run_relay
from shared.runtime import Runtime


def main(settings: ClientsSettings) -> None:
    """Run until SIGTERM."""
    run_relay(Runtime("clients", settings), apply)
