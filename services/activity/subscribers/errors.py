"""What can go wrong with subscribers."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound


class SubscriberNotFound(NotFound):
    """No such subscriber in this workspace."""

    code = "subscribers.not_found"
    title = "No such subscriber"


class NameTaken(Conflict):
    """A name is a queue's: one subscriber of all workspaces has it."""

    code = "subscribers.name_taken"
    title = "There is a subscriber of this name"


class TooManySubscribers(Conflict):
    """A workspace has only so many subscribers."""

    code = "subscribers.too_many"
    title = "This workspace has as many subscribers as it may have"


class InvalidSubscriber(Invalid):
    """Its name, the types it wants or its broker cannot be used."""

    code = "subscribers.invalid"
    title = "This subscriber cannot be added"
