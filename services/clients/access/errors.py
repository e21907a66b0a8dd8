"""What can go wrong with access."""

from __future__ import annotations

from shared.errors import Conflict, Forbidden, NotFound, Unauthenticated


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
