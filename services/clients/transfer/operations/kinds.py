"""The work of transfer that is carried out as jobs."""

from __future__ import annotations

from functools import partial

from services.clients.jobs.operations.kinds import Kind, Turn
from services.clients.transfer.models import (
    BULK,
    CLIENTS,
    EXPORT,
    IMPORT,
    PREVIEW,
    READ,
    SHOWING,
    TIME,
    TIME_IMPORT,
    TIME_PREVIEW,
    TIME_UNDO,
    UNDO,
)
from services.clients.transfer.operations.bulk import change_piece
from services.clients.transfer.operations.exporting import export_piece
from services.clients.transfer.operations.importing import import_piece
from services.clients.transfer.operations.importing_time import import_time_piece
from services.clients.transfer.operations.reading import FileReader, give_up_reading
from services.clients.transfer.operations.undoing import undo_piece
from services.clients.transfer.operations.undoing_time import undo_time_piece

KINDS = (
    Kind(READ, FileReader, abandoned=give_up_reading),
    Kind(PREVIEW, partial(Turn, import_piece), shows=SHOWING[CLIENTS]),
    Kind(
        IMPORT,
        partial(Turn, import_piece),
        tables=("job_rows_before",),
        shows=SHOWING[CLIENTS],
    ),
    Kind(UNDO, partial(Turn, undo_piece)),
    Kind(EXPORT, partial(Turn, export_piece)),
    Kind(TIME_PREVIEW, partial(Turn, import_time_piece), shows=SHOWING[TIME]),
    Kind(TIME_IMPORT, partial(Turn, import_time_piece), shows=SHOWING[TIME]),
    Kind(TIME_UNDO, partial(Turn, undo_time_piece), shows=SHOWING[TIME]),
    Kind(BULK, partial(Turn, change_piece)),
)
