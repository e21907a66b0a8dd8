"""What a workspace decides for itself: its defaults, lists, own fields, and keys for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from clientele_client.calls import Calls
from clientele_client.shapes import ApiKey, AuditPage, CustomField, ListEntry, Workspace
from clientele_client.transport import keyed, matching


class Administration(Calls):
    """The workspace, as the holder of a token may arrange it."""

    def workspace(self) -> Workspace:
        """The workspace and its defaults."""
        return cast(Workspace, self._json("GET", "/v1/workspace"))

    def change_workspace(self, changes: Mapping[str, Any], version: int) -> Workspace:
        """The workspace with these fields changed; `StaleVersion` unless this is its version."""
        headers = matching(version)
        return cast(Workspace, self._json("PATCH", "/v1/workspace", changes, headers))

    # --- lists: `industries`, `service-types`, `compliance-standards`, `document-categories` ---

    def add_entry(self, name: str, entry: str, key: str | None = None) -> ListEntry:
        """A new entry at the end of a list."""
        path, body = f"/v1/workspace/{name}", {"name": entry}
        return cast(ListEntry, self._json("POST", path, body, keyed(key)))

    def change_entry(self, name: str, entry_id: str, changes: Mapping[str, Any]) -> ListEntry:
        """An entry with another `name` or `position`, `retired` or not."""
        path = f"/v1/workspace/{name}/{entry_id}"
        return cast(ListEntry, self._json("PATCH", path, changes))

    # --- the workspace's own fields of clients ---------------------------------------------

    def custom_field(self, field_id: str) -> CustomField:
        """One of them."""
        return cast(CustomField, self._json("GET", f"/v1/workspace/custom-fields/{field_id}"))

    def add_custom_field(self, body: Mapping[str, Any], key: str | None = None) -> CustomField:
        """A new one: `key`, `label`, `type`, `required`, `choices`."""
        found = self._json("POST", "/v1/workspace/custom-fields", body, keyed(key))
        return cast(CustomField, found)

    def change_custom_field(self, field_id: str, changes: Mapping[str, Any]) -> CustomField:
        """The field with another `label`, `required`, `choices`, or `retired`."""
        path = f"/v1/workspace/custom-fields/{field_id}"
        return cast(CustomField, self._json("PATCH", path, changes))

    # --- keys for programs -----------------------------------------------------------------

    def api_keys(self) -> list[ApiKey]:
        """The first two hundred keys, in the order they were made."""
        return cast(list[ApiKey], self._json("GET", "/v1/api-keys?limit=200")["data"])

    def add_api_key(self, body: Mapping[str, Any], key: str | None = None) -> ApiKey:
        """A new key, by `name`, `permissions` and `expires_at`; its `token` is told only now."""
        return cast(ApiKey, self._json("POST", "/v1/api-keys", body, keyed(key)))

    def revoke_api_key(self, key_id: str) -> None:
        """The key stops working within a second."""
        self._transport.send("DELETE", f"/v1/api-keys/{key_id}")

    # --- what was done to the workspace itself ---------------------------------------------

    def audit_page(self, **filters: Any) -> AuditPage:
        """One page of the audit; `kind`, `actor`, `person`, `from`, `to`, `order`, `cursor`."""
        return cast(AuditPage, self._transport.send("GET", "/v1/audit", params=filters).json())
