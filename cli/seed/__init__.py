"""The demo workspace: made on the first start of an embedded stack, through the public API."""

from cli.seed.workspace import seed

__all__ = ["seed"]
