"""What the list of clients is narrowed by, as it stands in the page's address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from web.shell.callers import api
from web.shell.reading import whole

PAGE_SIZES: Final = (25, 50, 100, 200)
NAMES: Final = (
    "q", "status", "industry", "primary_service_type", "company_size", "compliance", "tag",
    "owner", "view",
)  # fmt: skip
#: Those that have no control of their own on the page, but a chip.
MORE: Final = ("company_size", "compliance", "tag", "owner")
SORTS: Final = ("company_name", "client_code", "created_at", "updated_at")


@dataclass(frozen=True)
class Filters:
    """The filters that are set, the order, the place in the list, and how it is drawn."""

    set: dict[str, str]
    sort: str
    cursor: str | None
    limit: int
    as_cards: bool

    @property
    def more(self) -> dict[str, str]:
        """Those that are shown as chips."""
        return {name: self.set[name] for name in MORE if name in self.set}

    def of_list(self) -> dict[str, Any]:
        """What the API is asked for the page."""
        return {**self.set, "sort": self.sort, "cursor": self.cursor, "limit": self.limit}


def read(args: Mapping[str, str]) -> Filters:
    """The filters of an address; what is not a filter or has no value is passed over."""
    found = {name: args[name].strip() for name in NAMES if args.get(name, "").strip()}
    sort = args.get("sort", "")
    size = whole(args.get("limit", ""))
    return Filters(
        set=found,
        sort=sort if sort.removeprefix("-") in SORTS else "company_name",
        cursor=args.get("cursor") or None,
        limit=size if size in PAGE_SIZES else 50,
        as_cards=args.get("as") == "cards",
    )


def as_body(found: Mapping[str, str]) -> dict[str, Any]:
    """Filters as a body has them: lists, but for what has one value, and without the view."""
    return {name: _value(name, value) for name, value in found.items() if name != "view"}


def _value(name: str, value: str) -> str | list[str]:
    return value if name in {"q", "owner"} else value.split(",")


def resolved(chosen: Filters) -> dict[str, Any]:
    """Filters as a body; a saved view is what it stands for, below what is said besides."""
    views = {view["id"]: view["query"] for view in api().views()} if "view" in chosen.set else {}
    saved = views.get(chosen.set.get("view", ""), {})
    return {**saved, **as_body(chosen.set)}


def count(chosen: Filters) -> int:
    """How many clients the filters leave."""
    counts = {each["value"]: each["count"] for each in api().facets(**chosen.set)["status"]}
    status = chosen.set.get("status")
    return int(counts.get(status, 0) if status else sum(counts.values()))
