"""What can go wrong with access."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, Gone, NotFound, TooMany, Unauthenticated


class WrongLogIn(Unauthenticated):
    """The address or the password is wrong; the answer does not say which."""

    code = "access.wrong_log_in"
    title = "The email or the password is wrong"


class EmailTaken(Conflict):
    """An address signs in to one workspace only."""

    code = "access.email_taken"
    title = "This email already belongs to a user"


class ApiKeyNotFound(NotFound):
    """No such API key in this workspace."""

    code = "access.api_key_not_found"
    title = "No such API key"


class BeyondYourOwn(Forbidden):
    """Nobody can hand out a permission they do not hold."""

    code = "access.beyond_your_own"
    title = "You cannot grant permissions that you do not have"


class RoleNotFound(NotFound):
    """No such role of this workspace's own."""

    code = "access.role_not_found"
    title = "No such role"


class RoleExists(Conflict):
    """Another role goes by this name."""

    code = "access.role_exists"
    title = "There is a role of this name"


class RoleInUse(Conflict):
    """People have it, or are invited to it; `users` and `invitations` say how many."""

    code = "access.role_in_use"
    title = "This role is somebody's"


class TooManyRoles(Conflict):
    """A workspace has room for fifty roles of its own."""

    code = "access.too_many_roles"
    title = "There are too many roles"


class Throttled(TooMany):
    """Too many tries from this address or for this account; `retry_after` says how long."""

    code = "auth.throttled"
    title = "Too many tries to sign in"


class UserNotFound(NotFound):
    """No such user in this workspace."""

    code = "access.user_not_found"
    title = "No such user"


class LastOwner(Conflict):
    """A workspace that nobody owns could not be managed any more."""

    code = "access.last_owner"
    title = "The last owner stays one"


class SessionNotFound(NotFound):
    """No such session of the caller's; it may have ended."""

    code = "auth.session_not_found"
    title = "No such session"


class AlreadyRotated(Conflict):
    """Another request has rotated the session a moment ago; its answer holds the token."""

    code = "auth.already_rotated"
    title = "The token of this session has been replaced"


class PeopleOnly(Forbidden):
    """A key has no password and no sessions."""

    code = "auth.people_only"
    title = "This is for people who have signed in"


class WrongPassword(Forbidden):
    """The present password has to be given for this, and what was given is not it."""

    code = "auth.wrong_password"
    title = "The password is wrong"


class SecondFactorRequired(Unauthenticated):
    """Address and password are right; a code of the second factor has to come with them."""

    code = "auth.second_factor_required"
    title = "A code of the second factor is needed"


class SecondFactorWrong(Unauthenticated):
    """The code is not one of this moment, or was used already."""

    code = "auth.second_factor_wrong"
    title = "The code is wrong"


class SecondFactorStands(Conflict):
    """A second factor is asked for already; it has to be disabled first."""

    code = "auth.second_factor_stands"
    title = "There is a second factor already"


class NoSecondFactor(Conflict):
    """Nothing was enrolled that could be confirmed, renewed or disabled."""

    code = "auth.no_second_factor"
    title = "There is no second factor"


class LinkGone(Gone):
    """The link was used, has been replaced or revoked, or its time is over."""

    code = "auth.link_gone"
    title = "This link is no longer good"


class InvitationNotFound(NotFound):
    """No such invitation in this workspace."""

    code = "access.invitation_not_found"
    title = "No such invitation"


class InvitationOver(Conflict):
    """It was accepted or revoked."""

    code = "access.invitation_over"
    title = "This invitation is over"


class AlreadyInvited(Conflict):
    """The address has an invitation; it can be sent again."""

    code = "access.already_invited"
    title = "This email has been invited already"
