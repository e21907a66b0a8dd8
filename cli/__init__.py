"""The command line: `clientele …`, and what each process of the system runs."""

import os

# Celery's workers read it when they are imported: on SIGTERM they give running tasks a moment
# and put them back, instead of waiting for them without end.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
