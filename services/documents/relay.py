"""The relay process of the documents service: it sends its events and pulls what it missed."""

from __future__ import annotations

from services.documents.consumers import apply
from services.documents.settings import DocumentsSettings
from shared.relay_process import run_relay
from shared.runtime import Runtime


def main(settings: DocumentsSettings) -> None:
    """Run until SIGTERM."""
    run_relay(Runtime("documents", settings), apply)
