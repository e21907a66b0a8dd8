"""Where a command has a password from: asked for, or the first line of a file or of the standard
input. What stands on a command line is read by whoever lists processes."""

from __future__ import annotations

from typing import IO

import click

from shared.security.passwords import MIN_LENGTH

AT_LEAST = f"at least {MIN_LENGTH} characters"

password_file = click.option(
    "--password-file",
    type=click.File(),
    help=f"whose first line is the password, - for the standard input; {AT_LEAST}; asked for "
    "without",
)


def read_password(file: IO[str] | None) -> str:
    """The password of a file, or what is typed twice."""
    if file is not None:
        return file.readline().rstrip("\r\n")
    typed: str = click.prompt(f"Password ({AT_LEAST})", hide_input=True, confirmation_prompt=True)
    return typed
