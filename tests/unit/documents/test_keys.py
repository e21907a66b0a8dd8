"""What the keys of objects look like."""

from __future__ import annotations

import pytest

from services.documents.files.rules import keys


@pytest.mark.parametrize("key", [keys.staging_key(), keys.final_key()], ids=["staging", "final"])
def test_no_object_lies_in_a_folder(key: str) -> None:
    """The embedded store removes one with its last object, and refuses what is put there then."""
    assert "/" not in key


def test_each_share_is_walked_by_a_beginning_of_its_own() -> None:
    beginnings = {keys.share_prefix(share) for share in range(keys.SHARES)}
    assert len(beginnings) == keys.SHARES
    assert keys.final_key()[: len(keys.share_prefix(0))] in beginnings
