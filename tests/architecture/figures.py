"""`python -m tests.architecture.figures` prints how large and how tangled the code is."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import modules
from tests.architecture.alone import unimportable_alone
from tests.architecture.passage import functions_of_a_patch
from tests.architecture.sources import (
    PACKAGES,
    ROOT,
    function_lengths,
    name_of,
    parsed,
    production_files,
)


def code_lines(path: Path) -> int:
    """Lines that hold code: neither empty, nor a comment, nor a docstring."""
    lines = {
        number
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.strip() and not line.strip().startswith("#")
    }
    for node in ast.walk(parsed(path)):
        if _has_docstring(node):
            lines -= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return len(lines)


def _has_docstring(node: ast.AST) -> bool:
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    return isinstance(node, documented) and bool(ast.get_docstring(node))


def reexport_lines(path: Path) -> int:
    """Lines of an `__init__` that import names of ours, or name them in `__all__`."""
    return sum(
        (node.end_lineno or 0) - node.lineno + 1
        for node in parsed(path).body
        if path.name == "__init__.py" and (_imports_ours(node) or _is_all(node))
    )


def _imports_ours(node: ast.stmt) -> bool:
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    return module.partition(".")[0] in PACKAGES


def _is_all(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def folders() -> Counter[str]:
    """How many files each feature has, and each folder beside the services."""
    return Counter(_folder_of(path) for path in production_files())


def _folder_of(path: Path) -> str:
    parts = path.relative_to(ROOT).parts[:-1]
    return "/".join(parts[: 3 if parts[0] == "services" else 2])


def size() -> Iterator[str]:
    """How much code there is, and in what portions."""
    files = {name_of(path): code_lines(path) for path in production_files()}
    longest = max(production_files(), key=lambda path: len(path.read_text().splitlines()))
    yield f"files                           {len(files)}"
    yield f"lines of code                   {sum(files.values())}"
    yield f"longest file                    {_lines(longest)} lines, {name_of(longest)}"
    lengths = sorted(function_lengths())
    length, longest_function = lengths[-1]
    yield f"functions                       {len(lengths)}"
    yield f"function length, median         {lengths[len(lengths) // 2][0]}"
    yield f"function length, nine in ten    {lengths[len(lengths) * 9 // 10][0]}"
    yield f"longest function                {length} lines, {longest_function}"


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def tangle() -> Iterator[str]:
    """What stands between the modules, each with the places; nothing is the aim."""
    reexports = {name_of(path): n for path in production_files() if (n := reexport_lines(path))}
    yield f"re-exporting lines of __init__  {sum(reexports.values())} in {len(reexports)} files"
    yield from _places(f"{name}: {lines}" for name, lines in reexports.items())
    outside = modules.outside_contracts()
    yield f"modules outside every contract  {len(outside)}"
    yield from _places(outside)
    circles = modules.circles()
    yield f"circles of imports              {len(circles)}"
    yield from _places(", ".join(circle) for circle in circles)
    alone = unimportable_alone()
    yield f"modules not importable alone    {len(alone)}"
    yield from _places(alone)


def passage() -> Iterator[str]:
    """What one change of a client passes through."""
    called = functions_of_a_patch()
    files = {file for file, _ in called}
    yield f"files of a PATCH                {len(files)}"
    yield f"functions of a PATCH            {len(called)}"
    yield from _places(sorted(name_of(Path(file)) for file in files))


def per_folder() -> Iterator[str]:
    """The files of each feature and folder."""
    yield "files per folder"
    yield from _places(f"{name:<36} {count}" for name, count in sorted(folders().items()))


def _places(names: Iterator[str] | list[str]) -> Iterator[str]:
    return (f"    {name}" for name in names)


def main() -> None:
    """Print all of it; it takes a minute, most of it for modules imported one by one."""
    for part in (size, tangle, passage, per_folder):
        sys.stdout.writelines(f"{line}\n" for line in part())


if __name__ == "__main__":
    main()
