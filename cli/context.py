"""What a command works on: the servers of the environment, or else the embedded stack."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from cli.environment import environment
from devstack.data_folder import DataFolder
from devstack.engines import Engines
from devstack.stack_file import read_stack


def adopt_stack(data: Path) -> None:
    """Unless the environment names a system by its secret, work on the stack of the folder."""
    folder = DataFolder(data)
    named = {"CLIENTELE_SECRET", "CLIENTELE_SECRET_FILE"} & os.environ.keys()
    if named or not folder.is_made():
        return
    config = folder.peek()
    stack = read_stack(folder.stack_file)
    port = urlsplit(stack["api"]).port if stack else None
    engines = Engines.of(folder, config)
    os.environ.update(environment(config, engines, port))


def admin_database_url(data: Path) -> str | None:
    """The superuser's address of the stack of the folder, if there is one."""
    folder = DataFolder(data)
    if not folder.is_made():
        return None
    return Engines.of(folder, folder.peek()).postgres.admin_url
