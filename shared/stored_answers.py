"""Answers stored under an idempotency key, once the client they are about is erased."""

from __future__ import annotations

import uuid
from collections.abc import Collection

import orjson
from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

# What bodies of stored answers are sealed for.
SEALED_FOR = "idempotency"

# A refusal may name another client in words; forgetting one lets its request be tried again.
_FORGET_REFUSALS = text("DELETE FROM idempotency_keys WHERE status >= 400 AND status <> 410")
# The answer to the deletion itself names nobody, and whoever asked for it may ask again.
_ERASE = text(
    """
    UPDATE idempotency_keys SET status = 410, body = :body,
           headers = '{"Content-Type": "application/problem+json"}'
    WHERE mentions && CAST(:clients AS uuid[]) AND status <> 410
      AND NOT coalesce(headers ->> 'Location', '') LIKE '/v1/deletions/%'
    """
)
_GONE = {
    "type": "urn:clientele:problem:idempotency.erased",
    "title": "The client of this request was deleted since",
    "status": 410,
    "detail": "It was carried out once and is not carried out again; its answer is gone.",
    "code": "idempotency.erased",
    "errors": [],
}


def erase_answers(uow: UnitOfWork, client_ids: Collection[uuid.UUID]) -> None:
    """Take clients that were erased out of the stored answers.

    The key of a change stays used, so that none is carried out twice; its answer is gone.
    """
    body = uow.vault.encrypt(orjson.dumps(_GONE), SEALED_FOR)
    uow.session.execute(_FORGET_REFUSALS)
    uow.session.execute(_ERASE, {"clients": list(client_ids), "body": body})
