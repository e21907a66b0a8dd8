"""What a comparison found: how much was looked at and what differs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One thing that differs. `where` is a client or an event, `what` a number or a kind of
    difference; `expected` is what the source says, `found` what the projection says."""

    where: str
    what: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Report:
    """One projection held against its source. `behind` says what is not yet applied."""

    projection: str
    against: str
    checked: int
    unit: str
    differences: list[Difference] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything was applied and nothing differs."""
        return not self.differences and not self.behind

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {**asdict(self), "ok": self.is_clean}
