"""What can go wrong in the portal, and with inviting to it."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Invalid, NotFound


class AccessNotFound(NotFound):
    """No such access to the portal for this client."""

    code = "portal.access_not_found"
    title = "No such access to the portal"


class AlreadyAccepted(Conflict):
    """The contact has accepted; revoke the access first, or change its scopes."""

    code = "portal.already_accepted"
    title = "This contact uses the portal already"


class AccessOver(Conflict):
    """The access was revoked; invite the contact again."""

    code = "portal.access_over"
    title = "This access was revoked"


class MailIsOff(Conflict):
    """No mail goes to this client, or to this address."""

    code = "portal.mail_off"
    title = "No invitation can be sent"


class NoAddress(Invalid):
    """The contact has no e-mail address that an invitation could be sent to."""

    code = "portal.no_address"
    title = "This contact has no email"


class SeveralCompanies(Conflict):
    """The address and the password are right for more than one company: `choices` are sent back
    as `access_id`."""

    code = "portal.several_companies"
    title = "Choose a company"


class NotShared(Forbidden):
    """What was asked for is not among the scopes of this contact."""

    code = "portal.not_shared"
    title = "This is not shared with you"


class NothingThere(NotFound):
    """Of this company there is no such thing, or nothing that is shown in the portal."""

    code = "portal.not_found"
    title = "There is nothing here"
