"""What can go wrong with webhooks."""

from __future__ import annotations

from shared.errors import Conflict, Invalid, NotFound, PreconditionFailed


class WebhookNotFound(NotFound):
    """No such webhook in this workspace."""

    code = "webhooks.not_found"
    title = "No such webhook"


class DeliveryNotFound(NotFound):
    """No such delivery of this webhook."""

    code = "webhooks.delivery_not_found"
    title = "No such delivery"


class AddressRefused(Invalid):
    """The URL does not lead to an address that this server may send to."""

    code = "webhooks.address_refused"
    title = "This address cannot be sent to"


class NothingMatches(Invalid):
    """A pattern of `types` that no event will ever match."""

    code = "webhooks.unknown_type"
    title = "No event is of this type"


class UnknownPosition(Invalid):
    """`after` names no place in the feed of this workspace."""

    code = "webhooks.unknown_position"
    title = "There is no such place in the feed"


class TooManyWebhooks(Conflict):
    """A workspace has only so many webhooks."""

    code = "webhooks.too_many"
    title = "This workspace has as many webhooks as it may have"


class NotNow(Conflict):
    """This delivery cannot be sent again as things stand."""

    code = "webhooks.cannot_resend"
    title = "This delivery cannot be sent again now"


class StaleWebhook(PreconditionFailed):
    """Someone has changed it since."""

    code = "webhooks.stale_version"
    title = "The webhook has changed since you read it"
