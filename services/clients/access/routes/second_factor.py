"""The second factor of one's own: enrolled, confirmed, then asked for at every sign-in."""

from __future__ import annotations

from typing import Any

from services.clients.access import queries
from services.clients.access.operations import passwords, second_factor
from services.clients.access.routes.me import own_id, signed_in_user
from services.clients.access.schemas.signing_in import (
    CodeBody,
    EnrolmentView,
    OwnPasswordBody,
    RecoveryCodesView,
    SecondFactorView,
    second_factor_json,
)
from shared.http.blueprint import ApiBlueprint
from shared.http.callers import whence
from shared.http.edge import Answer, reads, runtime, writes
from shared.http.lanes import PASSWORDS, in_lane
from shared.http.steps import Begin, steps
from shared.unit_of_work import UnitOfWork

blueprint = ApiBlueprint(
    "second_factor", __name__, url_prefix="/v1/me/second-factor", description="Second factor"
)


@blueprint.route("", methods=["GET"])
@reads(None)
@blueprint.response(200, SecondFactorView)
def get_second_factor(uow: UnitOfWork) -> Answer:
    """Whether codes are asked for, since when, and how many recovery codes are left."""
    return Answer(second_factor_json(signed_in_user(uow)))


@blueprint.route("", methods=["POST"])
@in_lane(PASSWORDS)
@steps(None)
@blueprint.arguments(OwnPasswordBody)
@blueprint.response(201, EnrolmentView)
def post_second_factor(begin: Begin, body: dict[str, Any]) -> Answer:
    """Enrol an authenticator. Its codes are asked for once one of them was confirmed."""
    _confirm_password(begin, body)
    with begin() as uow:
        made = second_factor.enrol(uow, queries.get_user(uow, own_id(), lock=True))
    return Answer({"secret": made.secret, "uri": made.uri}, 201)


@blueprint.route("/confirm", methods=["POST"])
@writes(None)
@blueprint.arguments(CodeBody)
@blueprint.response(200, RecoveryCodesView)
def confirm_second_factor(uow: UnitOfWork, body: dict[str, Any]) -> Answer:
    """Confirm by a code of the authenticator; the recovery codes are told only now."""
    user = queries.get_user(uow, own_id(), lock=True)
    return Answer({"recovery_codes": second_factor.confirm(uow, user, body["code"])})


@blueprint.route("/recovery-codes", methods=["POST"])
@in_lane(PASSWORDS)
@steps(None)
@blueprint.arguments(OwnPasswordBody)
@blueprint.response(200, RecoveryCodesView)
def post_recovery_codes(begin: Begin, body: dict[str, Any]) -> Answer:
    """Draw other recovery codes; those from before are good no more."""
    _confirm_password(begin, body)
    with begin() as uow:
        user = queries.get_user(uow, own_id(), lock=True)
        return Answer({"recovery_codes": second_factor.renew_recovery_codes(uow, user)})


@blueprint.route("/disable", methods=["POST"])
@in_lane(PASSWORDS)
@steps(None)
@blueprint.arguments(OwnPasswordBody)
@blueprint.response(204)
def disable_second_factor(begin: Begin, body: dict[str, Any]) -> Answer:
    """Be asked for codes no more."""
    _confirm_password(begin, body)
    with begin() as uow:
        second_factor.disable(uow, queries.get_user(uow, own_id(), lock=True))
    return Answer(None, 204)


def _confirm_password(begin: Begin, body: dict[str, Any]) -> None:
    passwords.confirm_password(runtime(), begin, own_id(), body["password"], whence())
