"""Counts the pages of the PDF named on the command line; run as a script, apart.

Prints the number, or `locked`. A file that is no PDF, takes too long or takes too much
memory ends it with an error.
"""

from __future__ import annotations

import resource
import signal
import sys

LOCKED = "locked"
_CPU_SECONDS = 10
_SECONDS = 15
_MEMORY_BYTES = 1 << 30


def main(path: str) -> str:
    """The page count as text, or `locked`; leaves the process with status 1 otherwise."""
    # Left at its default, the alarm ends the process, in whatever code it is at that moment.
    signal.alarm(_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # Loaded only once the limits hold.
    from pypdfium2 import raw

    raw.FPDF_InitLibrary()
    document = raw.FPDF_LoadDocument(path.encode(), None)
    if document:
        return str(raw.FPDF_GetPageCount(document))
    if raw.FPDF_GetLastError() in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
        return LOCKED
    sys.exit(1)


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1]))
