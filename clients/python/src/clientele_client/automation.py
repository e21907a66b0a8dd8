"""What happens to clients by itself: runs that invoice them, and what comes next."""

from __future__ import annotations

from typing import Any, cast

from clientele_client.calls import Calls
from clientele_client.pages import Page
from clientele_client.shapes import AutomationRules, BillingRun, RunItem, Upcoming
from clientele_client.transport import keyed

_RUNS = "/v1/billing-runs"


class Automation(Calls):
    """Auto-invoicing and what else happens by itself, as the holder of a token may see it."""

    def rules(self) -> AutomationRules:
        """What each switch of a client does in this workspace, and when next."""
        return cast(AutomationRules, self._json("GET", "/v1/automation"))

    def run_page(self, **place: Any) -> Page[BillingRun]:
        """One page of the runs, the newest first."""
        return self._page(_RUNS, place)

    def run(self, run_id: str) -> BillingRun:
        """One run."""
        return cast(BillingRun, self._json("GET", f"{_RUNS}/{run_id}"))

    def item_page(self, run_id: str, **place: Any) -> Page[RunItem]:
        """One page of what a run did, and did not do, and why."""
        return self._page(f"{_RUNS}/{run_id}/items", place)

    def preview(self) -> list[Upcoming]:
        """What the next run would do for each client; a hundred at most."""
        return cast(list[Upcoming], self._json("GET", f"{_RUNS}/preview")["data"])

    def start(self, key: str | None = None) -> BillingRun:
        """Invoice now whoever is due; while a run goes on, that one. `Conflict`: nobody is due."""
        return cast(BillingRun, self._json("POST", _RUNS, headers=keyed(key)))
