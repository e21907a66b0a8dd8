"""The parts of a service by its name: every service has the same modules."""

from __future__ import annotations

import importlib

from shared.settings import Settings, load


def settings_class(service: str) -> type[Settings]:
    """The settings class of a service."""
    module = importlib.import_module(f"services.{service}.settings")
    found: type[Settings] = getattr(module, f"{service.capitalize()}Settings")
    return found


def settings_of(service: str) -> Settings:
    """The service's settings from the environment."""
    return load(settings_class(service))
