"""What a check raises, and what a body has become once its checks have run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.errors import FieldError

Check = Callable[[Any], Any]


class Wrong(ValueError):
    """A value breaks a rule: `code` is stable for programs, `message` is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def at(self, path: str) -> FieldError:
        """The same finding with the place where the value stood."""
        return FieldError(path, self.code, self.message)


@dataclass(slots=True)
class Findings:
    """What is wrong with a request so far: raised together once everything was looked at.

    Some rules need the stored client (the country of a tax id), so the checks of the body
    alone do not raise; one answer names every wrong field. `warnings` stop nothing.
    """

    errors: list[FieldError] = field(default_factory=list)
    warnings: list[FieldError] = field(default_factory=list)

    def take(self, path: str, check: Check, value: Any) -> Any:
        """What the check makes of the value; None, and the error noted, where it is wrong."""
        try:
            return check(value)
        except Wrong as wrong:
            self.errors.append(wrong.at(path))
            return None

    def add(self, path: str, wrong: Wrong) -> None:
        """Note an error, unless one was found there or further inside already."""
        if not any(error.field.startswith(path) for error in self.errors):
            self.errors.append(wrong.at(path))

    def warn(self, path: str, warning: Wrong) -> None:
        """Note something that the caller should know and that is stored all the same."""
        self.warnings.append(warning.at(path))


@dataclass(slots=True)
class Body:
    """A request's values after the checks that need no other record."""

    values: dict[str, Any]
    findings: Findings
