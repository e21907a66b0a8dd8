"""Somebody else has written the week meanwhile: what they did, beside what was typed."""

from __future__ import annotations

from collections.abc import Iterator

from clientele_client.shapes import TimeEntry, Week
from web.shell.sheets import Wrong
from web.shell.texts import gettext
from web.time import grid
from web.time.grid import Row

#: The entries that a form was made of, each with its version: `id:version id:version`.
KNOWN = "known"


def known(week: Week) -> str:
    """What a form of this week says of it."""
    return " ".join(f"{entry['id']}:{entry['version']}" for entry in week["entries"])


def merged(rows: list[Row], week: Week, before: str) -> list[Wrong]:
    """Add to the rows what others have entered since, and tell what they changed and took back.

    What was typed stays; what the reader has taken out stays out.
    """
    versions = dict(each.split(":", 1) for each in before.split() if ":" in each)
    grid.place(rows, week, (each for each in week["entries"] if each["id"] not in versions))
    now = {entry["id"]: entry for entry in week["entries"]}
    message = gettext(
        "Someone else has written this week since you opened it. What they entered was added, and "
        "what you typed is still here: look at it once more, then save again."
    )
    return [Wrong("", "", message), *_overtaken(rows, week, now, versions)]


def _overtaken(
    rows: list[Row], week: Week, now: dict[str, TimeEntry], versions: dict[str, str]
) -> Iterator[Wrong]:
    for number, row in enumerate(rows):
        for day, cell in enumerate(row.cells):
            if cell.entry_id not in versions or cell.invoice_id:
                continue
            path = f"lines[{number}].d{day}"
            entry = now.get(cell.entry_id)
            if entry is None:
                cell.entry_id = ""
                message = gettext("Taken back by someone else meanwhile.")
                yield Wrong(path, grid.label_of(week, path), message)
            elif str(entry["version"]) != versions[cell.entry_id]:
                message = gettext("Someone else made it %(hours)s.", hours=entry["hours"])
                yield Wrong(path, grid.label_of(week, path), message)
