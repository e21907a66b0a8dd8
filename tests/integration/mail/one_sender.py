"""Sends mail once in a process of its own, so that a test can have it killed."""

from __future__ import annotations

from services.clients.mail.tasks import send_mail
from services.clients.service import register_features
from shared.runtime import Runtime
from shared.settings import Settings, load

if __name__ == "__main__":
    register_features()
    send_mail(Runtime("clients", load(Settings)))
