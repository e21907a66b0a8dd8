"""`python -m benchmarks.floor PORT TOKEN`: the floor of the API behind our own server."""

from __future__ import annotations

import sys

from benchmarks.floor.app import Floor, make_app
from benchmarks.floor.recorded import record
from services.clients.service import CLIENTS
from shared.db.engine import role_url
from shared.processes.api import ServerSettings, create_app, serve
from shared.settings import Settings, load


def main(port: str, token: str) -> None:
    """Watch the product do both, then serve them until SIGTERM."""
    settings = load(Settings)
    create, update = record(create_app(CLIENTS, settings), token)
    url = role_url(settings, "clients", "app").set(drivername="postgresql")
    floor = Floor(url.render_as_string(hide_password=False), create, update)
    serve(lambda: make_app(floor), load(ServerSettings), ("127.0.0.1", int(port)))


if __name__ == "__main__":
    main(*sys.argv[1:])
