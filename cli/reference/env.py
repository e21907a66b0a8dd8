""".env.example: every variable a deployment may set, its purpose and its default."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cli.database import AdminSettings
from cli.seed.workspace import DemoSettings
from cli.services import SERVICES
from shared.processes.api import ServerSettings
from shared.processes.worker import WorkerSettings
from shared.settings import Settings, env_example, setting
from web.settings import WebSettings

FILE = Path(__file__).resolve().parents[2] / ".env.example"

_HEAD = """\
# Made from the settings classes by `clientele reference write`; a test fails when it is not fresh.
# A line that is commented out shows the default. A secret can be read from a file instead: put
# _FILE behind the variable's name and the file's path behind the sign.
#
# `clientele up` needs none of them: it draws a secret and starts servers of its own. Setting
# CLIENTELE_DATABASE_URL, CLIENTELE_BROKER_URL, CLIENTELE_S3_ENDPOINT or CLIENTELE_SMTP_URL puts
# a server of yours in the place of its own.

"""


@dataclass(frozen=True)
class CommandLineSettings:
    """What the command line reads by itself; here only to be written down with the rest."""

    data: str = setting(
        "CLIENTELE_DATA", ".clientele", help="data folder of the embedded stack (clientele --data)"
    )


def env_text() -> str:
    """The whole file."""
    of_services = [service.settings for service in SERVICES.values()]
    of_processes = [
        AdminSettings,
        ServerSettings,
        WebSettings,
        WorkerSettings,
        CommandLineSettings,
        DemoSettings,
    ]
    return _HEAD + env_example([Settings, *of_services, *of_processes])
