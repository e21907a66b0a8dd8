"""The routes of documents, which clients and drafts have alike."""

from __future__ import annotations

# Checking an uploaded file reads all of it from the store; up to 16 MiB is done at once.
CHECK_SECONDS = 30.0

CLIENT = "/v1/clients/{client_id}"
DOCUMENTS = f"{CLIENT}/documents"
DOCUMENT = f"{DOCUMENTS}/{{document_id}}"
#: Where a body may name a category.
FILED = {("POST", DOCUMENTS), ("PATCH", DOCUMENT)}
