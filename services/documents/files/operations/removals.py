"""From `deleting` to gone, and everything that a crash or an outage left behind."""

from __future__ import annotations

import contextlib
import itertools
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.documents.files import queries
from services.documents.files.operations import deletion, erasure
from services.documents.files.operations.deletion import Removal
from services.documents.files.operations.uploads import Begin
from services.documents.files.rules import keys
from shared.clock import now
from shared.errors import NotFound, Unavailable
from shared.failpoints import failpoint
from shared.logging import get_logger
from shared.storage.store import ObjectStore, StoredObject

Known = Callable[[Collection[str]], set[str]]

# Nothing rests on these ages. Of files, an operator has time to look at what is about to go; what
# was put to a link that is finished or was never good is nobody's, and there is no limit to it.
ORPHAN_AGE = timedelta(days=1)
STRAY_AGE = timedelta(minutes=2)
_BATCH = 500
# How long an expired link is left alone whose object the store refuses to remove.
LINK_PAUSE = timedelta(minutes=10)

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Removals:
    """Removals from one store."""

    store: ObjectStore

    def delete(
        self,
        begin: Begin,
        client_id: uuid.UUID,
        document_id: uuid.UUID,
        expected_version: int | None,
    ) -> None:
        """Delete a document. It is `deleting` from the first commit on; with the store away
        its objects go, and its event comes, when the sweeper next finds the store there."""
        with begin() as uow:
            removal = deletion.start_deletion(uow, client_id, document_id, expected_version)
        failpoint("documents.after_deleting")
        if removal is not None:
            with contextlib.suppress(Unavailable):
                self.carry_out(begin, removal)

    def carry_out(self, begin: Begin, removal: Removal) -> None:
        """Remove the objects, then the document; safe to repeat from any point."""
        if removal.upload_id is not None and removal.staging_key is not None:
            self.store.abort_multipart(removal.staging_key, removal.upload_id)
        for key in removal.keys:
            self.store.remove(key)
        failpoint("documents.after_removal")
        with begin() as uow:
            deletion.finish_deletion(uow, removal)

    def carry_out_or_postpone(self, begin: Begin, removal: Removal) -> bool:
        """As `carry_out`; one that the store refuses is left alone for a while, with False.

        Raises `Unavailable` if the store is away, as it is for all of them then.
        """
        try:
            self.carry_out(begin, removal)
        except Unavailable:
            self.store.check()
            _log.exception("the store refuses a removal", document=str(removal.document_id))
            with begin() as uow:
                deletion.postpone_removal(uow, removal)
            return False
        return True

    def abandon_expired(self, begin: Begin) -> int:
        """Give up the workspace's uploads that nobody completed; returns how many."""
        with begin() as uow:
            found = queries.abandoned_uploads(uow.session, _BATCH)
        for document in found:
            with contextlib.suppress(NotFound), begin() as uow:
                deletion.abandon_upload(uow, document.client_id, document.id)
        return len(found)

    def due(self, begin: Begin) -> list[Removal]:
        """The removals of the workspace that are waiting."""
        with begin() as uow:
            found = queries.documents_to_remove(uow.session, _BATCH)
        return [deletion.removal_of(document) for document in found]

    def finish_erasures(self, begin: Begin) -> int:
        """Tell of the workspace's erasures that left nothing; returns how many steps it took."""
        steps = 0
        while self._is_step_taken(begin):
            steps += 1
        return steps

    def _is_step_taken(self, begin: Begin) -> bool:
        with begin() as uow:
            return erasure.erase_next(uow)

    def close_links(self, begin: Begin) -> None:
        """Remove what was put to links of erased clients after their documents were gone."""
        with begin() as uow:
            expired = [link.staging_key for link in queries.expired_links(uow.session)]
        for key in expired:
            removed = self._is_removed(key)
            with begin() as uow:
                if removed:
                    erasure.forget_link(uow, key)
                else:
                    erasure.postpone_link(uow, key, LINK_PAUSE)

    def sweep_share(self, known: Known, share: int) -> int:
        """Remove what belongs to nothing: of one share of the files what is older than a day, of
        uploads what is older than minutes; returns how many went. `known` says which keys belong
        to a document."""
        files = self._sweep_prefix(known, keys.share_prefix(share), ORPHAN_AGE)
        return files + self._sweep_prefix(known, keys.STAGING, STRAY_AGE)

    def _sweep_prefix(self, known: Known, prefix: str, age: timedelta) -> int:
        before = now() - age
        old = (stored for stored in self.store.walk(prefix) if stored.modified_at < before)
        return sum(
            self._remove_unknown(known, [stored.key for stored in batch]) for batch in _batches(old)
        )

    def _remove_unknown(self, known: Known, found: Sequence[str]) -> int:
        """A key is written down before its object is made and never used again, so what is
        unknown now stays unknown."""
        belonging = known(found)
        return sum(self._is_removed(key) for key in found if key not in belonging)

    def _is_removed(self, key: str) -> bool:
        """Whether the object is gone now. Raises `Unavailable` if the store is away; one that
        answers and refuses this object has refused this one alone."""
        try:
            self.store.remove(key)
        except Unavailable:
            self.store.check()
            _log.exception("the store refuses to remove an object", key=key)
            return False
        return True


def _batches(objects: Iterable[StoredObject]) -> Iterable[list[StoredObject]]:
    remaining = iter(objects)
    while batch := list(itertools.islice(remaining, _BATCH)):
        yield batch
