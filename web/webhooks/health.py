"""How a webhook does, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clientele_client.shapes import Webhook
from shared.clock import now
from web.shell import formats
from web.shell.texts import gettext


@dataclass(frozen=True, slots=True)
class Health:
    """A word with its tone and icon, and a sentence where there is something to know."""

    tone: str
    icon: str
    word: str
    about: str = ""


def of(webhook: Webhook) -> Health:
    """How it does now, and what it takes to go on."""
    if webhook["state"] == "disabled":
        return _disabled(webhook)
    if webhook["state"] == "paused":
        about = gettext("Nothing is sent. Its place is kept: resumed, it goes on from there.")
        return Health("", "pause", gettext("Paused"), about)
    if webhook["failing_since"] is None:
        return Health("good", "circle-check", gettext("Delivering"))
    return _failing(webhook, webhook["failing_since"])


def _disabled(webhook: Webhook) -> Health:
    if webhook["disabled_because"] == "gone":
        about = gettext(
            "The address answered that it is gone (410). Change it if it has moved, then resume."
        )
    else:
        about = gettext("Nothing arrived for five days. Resume it once the receiver is back.")
    return Health("bad", "ban", gettext("Switched off"), about)


def _failing(webhook: Webhook, since: str) -> Health:
    values = {"since": formats.moment(since)}
    rests_until = webhook["rests_until"]
    if rests_until is None or datetime.fromisoformat(rests_until) <= now():
        about = gettext("Nothing has arrived since %(since)s; it is tried again.", **values)
        return Health("warn", "refresh-cw", gettext("Retrying"), about)
    about = gettext(
        "Nothing has arrived since %(since)s. It rests until %(until)s, then one delivery finds"
        " out whether the receiver is back. Resume tries at once.",
        **values,
        until=formats.clock(rests_until),
    )
    return Health("warn", "clock", gettext("Resting"), about)
