"""`clientele secrets create`: the secrets of a Compose project, made on its first start.

No two installations share one, and nobody has to think of one. A file that is there is left
alone, so an operator's own secrets are used by putting them there before.
"""

from __future__ import annotations

import secrets as random
from pathlib import Path

import click

from shared.security.crypto import Vault
from shared.security.secrets import secret_of_ours

# Below the folder, one folder for those who may read it: each container mounts its own.
MASTER = "app/secret"
FILES = (MASTER, "database/password", "store/access_key", "store/secret_key")


@click.group()
def secrets() -> None:
    """Secrets in files."""


@secrets.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def create(folder: Path) -> None:
    """Write each missing secret into its file below FOLDER."""
    for name in FILES:
        file = folder / name
        if not file.exists():
            write_secret(file, random.token_urlsafe(36))
            click.echo(f"{name}: made")
    # The edge proves by it to be a proxy of ours, and learns nothing of the secret it is made from.
    vault = Vault((folder / MASTER).read_text().strip())
    write_secret(folder / "edge" / "proxy_secret", secret_of_ours(vault))


def write_secret(file: Path, secret: str) -> None:
    """Write a secret, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    new.write_text(secret)
    # The volume is the fence: PostgreSQL, MinIO and the services read as different users.
    new.chmod(0o444)
    new.rename(file)
