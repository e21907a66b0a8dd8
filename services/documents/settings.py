"""Settings of the documents service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from shared.settings import Settings, setting

_MIB = 1 << 20


@dataclass(frozen=True)
class DocumentsSettings(Settings):
    """What files may be and how long links live, beyond what every process needs."""

    document_max_bytes: int = setting(
        "CLIENTELE_DOCUMENT_MAX_BYTES",
        512 * _MIB,
        help="largest document, in bytes; 1 GiB is the most that is sensible",
    )
    document_quota_bytes: int = setting(
        "CLIENTELE_DOCUMENT_QUOTA_BYTES",
        100 * 1024 * _MIB,
        help="all documents of a workspace together, in bytes; files of imports and exports are no "
        "documents: the clients database keeps them for a week, 2 GiB of them at most",
    )
    document_inline_bytes: int = setting(
        "CLIENTELE_DOCUMENT_INLINE_BYTES",
        16 * _MIB,
        help="up to this size a document is checked while its uploader waits, above by a job",
    )
    document_multipart_bytes: int = setting(
        "CLIENTELE_DOCUMENT_MULTIPART_BYTES",
        64 * _MIB,
        help="above this size a document is uploaded in parts",
    )
    document_part_bytes: int = setting(
        "CLIENTELE_DOCUMENT_PART_BYTES",
        16 * _MIB,
        help="size of a part, in bytes; stores refuse less than 5 MiB",
    )
    upload_link_seconds: int = setting(
        "CLIENTELE_UPLOAD_LINK_SECONDS", 3600, help="how long an upload link takes a file"
    )
    upload_grace_seconds: int = setting(
        "CLIENTELE_UPLOAD_GRACE_SECONDS",
        3600,
        help="how long after its link an upload that was never completed is kept",
    )
    download_link_seconds: int = setting(
        "CLIENTELE_DOWNLOAD_LINK_SECONDS", 120, help="how long a download link answers"
    )
    spool_dir: str = setting(
        "CLIENTELE_SPOOL_DIR",
        "",
        help="where files lie while they are checked; on disk, with room for the largest one "
        "per worker process; empty: the system's folder for temporary files",
    )

    @property
    def upload_link_life(self) -> timedelta:
        """How long an upload link takes a file."""
        return timedelta(seconds=self.upload_link_seconds)

    @property
    def upload_grace(self) -> timedelta:
        """How long after its link an upload that was never completed is kept."""
        return timedelta(seconds=self.upload_grace_seconds)

    @property
    def download_link_life(self) -> timedelta:
        """How long a download link answers."""
        return timedelta(seconds=self.download_link_seconds)

    @property
    def spool_folder(self) -> Path | None:
        """The folder of `spool_dir`; None is the system's."""
        return Path(self.spool_dir) if self.spool_dir else None
