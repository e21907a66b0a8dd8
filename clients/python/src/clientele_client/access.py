"""Signing in, one's own access, and the people of a workspace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import httpx

from clientele_client.calls import Calls
from clientele_client.shapes import (
    Enrolment,
    Invitation,
    Invited,
    Role,
    SecondFactor,
    Session,
    SignedIn,
    User,
)
from clientele_client.transport import keyed, matching


class Access(Calls):
    """What may be asked before and after signing in, by the holder of a token or by a stranger.

    Calls raise `Refused` or `Unreachable`, as `Clientele`'s do.
    """

    # --- before anyone is known ------------------------------------------------------------

    def sign_in(self, email: str, password: str, code: str | None = None) -> SignedIn:
        """A session; `Unauthenticated` with the code `auth.second_factor_required` asks for one."""
        body = {"email": email, "password": password} | ({"code": code} if code else {})
        return cast(SignedIn, self._json("POST", "/v1/auth/sessions", body))

    def ask_for_reset(self, email: str) -> None:
        """Have a link for a new password sent, if the address is a user's."""
        self._send("POST", "/v1/auth/password-resets", {"email": email})

    def reset_password(self, token: str, password: str) -> None:
        """Choose a new password by such a link; `Gone` if it is no longer good."""
        self._send("POST", f"/v1/auth/password-resets/{token}", {"password": password})

    def invitation(self, token: str) -> Invited:
        """What an invitation is for; `Gone` if it is no longer good."""
        return cast(Invited, self._json("GET", f"/v1/auth/invitations/{token}"))

    def accept_invitation(self, token: str, name: str, password: str) -> User:
        """Become a user by an invitation."""
        body = {"name": name, "password": password}
        return cast(User, self._json("POST", f"/v1/auth/invitations/{token}", body))

    def mail_stop(self, token: str) -> dict[str, Any]:
        """What a link in a mail would stop; `Gone` if it was not made there."""
        return cast(dict[str, Any], self._json("GET", f"/v1/mail-stops/{token}"))

    def stop_mail(self, token: str) -> dict[str, Any]:
        """Stop it, once or again; `Gone` as well."""
        return cast(dict[str, Any], self._json("POST", "/v1/mail-stops", {"token": token}))

    # --- one's own -------------------------------------------------------------------------

    def sign_out(self) -> None:
        """End the session of the token."""
        self._send("DELETE", "/v1/auth/sessions/current")

    def sessions(self) -> list[Session]:
        """Where the caller is signed in, the latest used first."""
        return cast(list[Session], self._json("GET", "/v1/me/sessions")["data"])

    def end_session(self, session_id: str) -> None:
        """Sign out in one place."""
        self._send("DELETE", f"/v1/me/sessions/{session_id}")

    def end_other_sessions(self) -> None:
        """Sign out everywhere else."""
        self._send("DELETE", "/v1/me/sessions")

    def change_password(self, password: str, new_password: str) -> None:
        """Change the password; every other session ends."""
        body = {"password": password, "new_password": new_password}
        self._send("PUT", "/v1/me/password", body)

    def second_factor(self) -> SecondFactor:
        """Whether codes are asked for."""
        return cast(SecondFactor, self._json("GET", "/v1/me/second-factor"))

    def enrol_second_factor(self, password: str) -> Enrolment:
        """A secret for an authenticator."""
        return cast(Enrolment, self._json("POST", "/v1/me/second-factor", {"password": password}))

    def confirm_second_factor(self, code: str) -> list[str]:
        """Have codes asked for from now on; the recovery codes."""
        found = self._json("POST", "/v1/me/second-factor/confirm", {"code": code})
        return cast(list[str], found["recovery_codes"])

    def disable_second_factor(self, password: str) -> None:
        """Be asked for codes no more."""
        self._send("POST", "/v1/me/second-factor/disable", {"password": password})

    # --- people ----------------------------------------------------------------------------

    def users(self) -> list[User]:
        """The first two hundred who may sign in to the workspace."""
        return cast(list[User], self._json("GET", "/v1/users?limit=200")["data"])

    def change_user(self, user_id: str, changes: dict[str, Any]) -> User:
        """A user with another `name`, `role`, or `disabled`."""
        return cast(User, self._json("PATCH", f"/v1/users/{user_id}", changes))

    def end_second_factor(self, user_id: str) -> None:
        """Somebody who has lost their authenticator signs in without codes."""
        self._send("DELETE", f"/v1/users/{user_id}/second-factor")

    # --- roles -----------------------------------------------------------------------------

    def roles(self) -> list[Role]:
        """The four that every workspace has, then its own by name."""
        return cast(list[Role], self._json("GET", "/v1/roles")["data"])

    def role(self, role_id: str) -> Role:
        """One of the workspace's own."""
        return cast(Role, self._json("GET", f"/v1/roles/{role_id}"))

    def add_role(self, body: Mapping[str, Any], key: str | None = None) -> Role:
        """A role with `name` and `permissions`; `Conflict` where one goes by this name."""
        return cast(Role, self._json("POST", "/v1/roles", body, keyed(key)))

    def change_role(self, role_id: str, changes: Mapping[str, Any], version: int) -> Role:
        """The role with another name, or other permissions; `StaleVersion` unless it is this."""
        path = f"/v1/roles/{role_id}"
        return cast(Role, self._json("PATCH", path, changes, matching(version)))

    def remove_role(self, role_id: str) -> None:
        """Delete a role; `Conflict` where somebody has it or is invited to it."""
        self._send("DELETE", f"/v1/roles/{role_id}")

    # --- invitations -----------------------------------------------------------------------

    def invitations(self) -> list[Invitation]:
        """The latest two hundred invitations."""
        return cast(list[Invitation], self._json("GET", "/v1/users/invitations?limit=200")["data"])

    def invite(self, email: str, role: str) -> Invitation:
        """Send somebody a link by which they become a user."""
        body = {"email": email, "role": role}
        return cast(Invitation, self._json("POST", "/v1/users/invitations", body))

    def resend_invitation(self, invitation_id: str) -> Invitation:
        """Send another link in the place of the one before."""
        path = f"/v1/users/invitations/{invitation_id}/resend"
        return cast(Invitation, self._json("POST", path))

    def revoke_invitation(self, invitation_id: str) -> None:
        """The link is good no longer."""
        self._send("DELETE", f"/v1/users/invitations/{invitation_id}")

    def _send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        return self._transport.send(method, path, body=body, headers=headers)
