"""The production modules as a graph of imports, and what the import rules say of each."""

from __future__ import annotations

import sys
import tomllib
from functools import lru_cache
from typing import Any

import grimp

from tests.architecture.sources import PACKAGES, ROOT


@lru_cache
def graph() -> grimp.ImportGraph:
    """Who imports whom, with the packages of others as single modules."""
    sys.path.insert(0, str(ROOT))
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def modules() -> list[str]:
    """Every module that ships, but for migrations."""
    found = graph().modules
    return sorted(
        name
        for name in found
        if name.partition(".")[0] in PACKAGES and "migrations" not in name.split(".")
    )


# --- circles ---------------------------------------------------------------------------


def circles() -> list[list[str]]:
    """Groups of modules that import each other, over whichever way."""
    circle_of = {name: _circle(name) for name in modules()}
    return [list(found) for found in sorted({found for found in circle_of.values() if found})]


def _circle(name: str) -> tuple[str, ...]:
    others = graph().find_upstream_modules(name) & graph().find_downstream_modules(name)
    return tuple(sorted({name, *others})) if others else ()


# --- contracts -------------------------------------------------------------------------


def outside_contracts() -> list[str]:
    """Modules whose place no contract names: none of its layers holds them.

    A module's place is told by the innermost containers of layers that it stands in; that
    `services` as a whole is a layer says nothing about a module of one of them.
    """
    layers = [(container, _members(contract)) for contract, container in _containers()]
    return [name for name in modules() if not _is_placed(name, layers)]


def _is_placed(name: str, layers: list[tuple[str, set[str]]]) -> bool:
    around = [found for found in layers if _stands_in(name, found[0])]
    depth = max((len(container) for container, _ in around), default=0)
    innermost = [(box, members) for box, members in around if len(box) == depth]
    if not innermost:
        return not name.startswith("services.") or name.count(".") == 1
    return any(
        _stands_in(name, f"{box}.{member}") or name == f"{box}.{member}"
        for box, members in innermost
        for member in members
    )


def _stands_in(name: str, package: str) -> bool:
    return name.startswith(f"{package}.")


def _containers() -> list[tuple[dict[str, Any], str]]:
    """Each contract of layers with each of its containers."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = settings["tool"]["importlinter"]["contracts"]
    return [
        (contract, container)
        for contract in contracts
        if contract["type"] == "layers"
        for pattern in contract.get("containers", ())
        for container in _matching(pattern)
    ]


def _matching(pattern: str) -> set[str]:
    return graph().find_matching_modules(pattern) if "*" in pattern else {pattern}


def _members(contract: dict[str, Any]) -> set[str]:
    """The modules that the layers name, and those that the contract passes over knowingly."""
    named = (part for layer in contract["layers"] for part in layer.replace(":", "|").split("|"))
    return {part.strip(" ()") for part in named} | set(contract.get("exhaustive_ignores", ()))
