"""The second factor: asked for once it was confirmed, and no code is good twice."""

from __future__ import annotations

import threading
import time
from typing import Any

import pyotp
import pytest
from sqlalchemy import text

from services.clients.access.operations.second_factor import STEP_SECONDS
from services.clients.access.tasks import tell_refusals
from tests.fixtures.api import PASSWORD, Api, Caller
from tests.integration.access.test_sessions import session

EMAIL = "owner@example.com"
OWN = {"password": PASSWORD}


def enrolled(caller: Caller) -> pyotp.TOTP:
    answer: Any = caller.call("POST", "/v1/me/second-factor", OWN)
    assert answer.status_code == 201, answer.json
    found = pyotp.parse_uri(answer.json["uri"])
    assert isinstance(found, pyotp.TOTP)
    assert found.secret == answer.json["secret"]
    assert (found.name, found.issuer) == (EMAIL, "Clientele")
    return found


def confirmed(api: Api, caller: Caller) -> tuple[pyotp.TOTP, list[str]]:
    totp = enrolled(caller)
    answer: Any = caller.call("POST", "/v1/me/second-factor/confirm", {"code": totp.now()})
    assert answer.status_code == 200, answer.json
    forget_steps(api)
    return totp, answer.json["recovery_codes"]


def forget_steps(api: Api) -> None:
    """As if the codes used so far had been of another time."""
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text("UPDATE users SET totp_step = 0"))


def tried(api: Api, code: str | None, path: str = "/v1/auth/sessions") -> Any:
    body = {"email": EMAIL, "password": PASSWORD} | ({} if code is None else {"code": code})
    return api.app.test_client().post(path, json=body)


def test_it_is_asked_for_once_it_was_confirmed(api: Api) -> None:
    caller = session(api)
    totp = enrolled(caller)
    assert tried(api, None).status_code == 201
    wrong: Any = caller.call("POST", "/v1/me/second-factor/confirm", {"code": "000000"})
    assert wrong.json["code"] == "auth.second_factor_wrong"
    caller.call("POST", "/v1/me/second-factor/confirm", {"code": totp.now()})
    shown: Any = caller.call("GET", "/v1/me/second-factor").json
    assert (shown["enabled"], shown["recovery_codes_left"]) == (True, 10)
    for path in ("/v1/auth/sessions", "/v1/auth/token"):
        refused = tried(api, None, path)
        assert (refused.status_code, refused.json["code"]) == (401, "auth.second_factor_required")
    again = caller.call("POST", "/v1/me/second-factor", OWN)
    assert again.status_code == 409
    assert api.events("clients.user.updated.v1")[-1]["changes"] == [
        {"field": "second_factor", "before": False, "after": True}
    ]


def test_a_wrong_password_says_nothing_of_the_second_factor(api: Api) -> None:
    confirmed(api, session(api))
    body = {"email": EMAIL, "password": "wrong", "code": "000000"}
    answer: Any = api.app.test_client().post("/v1/auth/sessions", json=body)
    assert answer.json["code"] == "access.wrong_log_in"


@pytest.mark.parametrize("path", ["/v1/auth/sessions", "/v1/auth/token"])
def test_a_code_is_good_once(api: Api, path: str) -> None:
    totp, _ = confirmed(api, session(api))
    code = totp.now()
    assert tried(api, f"{code[:3]} {code[3:]}", path).status_code in {200, 201}
    again = tried(api, code, path)
    assert (again.status_code, again.json["code"]) == (401, "auth.second_factor_wrong")


def test_of_many_who_use_one_code_at_once_one_gets_in(api: Api) -> None:
    totp, _ = confirmed(api, session(api))
    code, answers = totp.now(), []
    threads = [
        threading.Thread(target=lambda: answers.append(tried(api, code).status_code))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert min(answers) == 201
    assert answers.count(201) == 1


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(api: Api, steps: int, is_good: bool) -> None:
    totp, _ = confirmed(api, session(api))
    while time.time() % STEP_SECONDS > STEP_SECONDS - 5:
        time.sleep(0.2)
    code = totp.at(int(time.time()) + steps * STEP_SECONDS)
    assert (tried(api, code).status_code == 201) == is_good


def test_a_recovery_code_is_good_once_however_it_is_typed(api: Api) -> None:
    caller = session(api)
    _, codes = confirmed(api, caller)
    assert len(set(codes)) == 10
    assert tried(api, codes[0].upper().replace("-", " ")).status_code == 201
    assert tried(api, codes[0]).status_code == 401
    shown: Any = caller.call("GET", "/v1/me/second-factor").json
    assert shown["recovery_codes_left"] == 9
    others: Any = caller.call("POST", "/v1/me/second-factor/recovery-codes", OWN).json
    assert tried(api, codes[1]).status_code == 401
    assert tried(api, others["recovery_codes"][0]).status_code == 201


def test_neither_secret_nor_code_stands_in_the_database(api: Api) -> None:
    totp, codes = confirmed(api, session(api))
    with api.runtime.unit_of_work(api.origin()) as uow:
        row = uow.session.execute(text("SELECT * FROM users WHERE totp_since IS NOT NULL")).one()
    assert totp.secret.encode() not in bytes(row.totp_secret)
    assert codes[0].replace("-", "") not in str(row.recovery_codes)


def test_disabling_needs_the_password(api: Api) -> None:
    caller = session(api)
    confirmed(api, caller)
    path = "/v1/me/second-factor/disable"
    assert caller.call("POST", path, {"password": "wrong"}).status_code == 403
    assert caller.call("POST", path, OWN).status_code == 204
    assert tried(api, None).status_code == 201
    assert caller.call("POST", path, OWN).status_code == 409


def test_who_manages_users_helps_someone_who_has_lost_theirs(api: Api) -> None:
    confirmed(api, session(api))
    users: Any = api.owner.call("GET", "/v1/users").json
    owner = next(it for it in users["data"] if it["email"] == EMAIL)
    assert owner["second_factor"] is True
    path = f"/v1/users/{owner['id']}/second-factor"
    limited = api.with_permissions(frozenset({"users.manage"}))
    assert limited.call("DELETE", path).status_code == 403
    assert api.owner.call("DELETE", path).status_code == 204
    assert tried(api, None).status_code == 201


def test_a_wrong_code_is_told_and_counted(api: Api) -> None:
    confirmed(api, session(api))
    statuses = [tried(api, "000000").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    tell_refusals(api.runtime)
    [told] = api.events("clients.sign_in.refused.v1")
    assert (told["reason"], told["times"]) == ("second_factor", 10)
