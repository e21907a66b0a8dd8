"""What can go wrong with looking at the installation."""

from __future__ import annotations

from shared.errors import Forbidden


class OperatorsOnly(Forbidden):
    """The installation belongs to no workspace: a role in one gives no right to it."""

    code = "installation.operators_only"
    title = "This is for those who run the installation"
