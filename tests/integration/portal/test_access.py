"""C1, C3: an invitation is good once, for seven days, for its address; what ends it ends it at
once."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from services.clients.mail.tasks import send_mail
from services.clients.portal.operations.signing_in import purge_portal
from services.clients.portal.tasks import answer_requests, expire_invitations, tell_refusals
from tests.fixtures.api import PASSWORD, Api, Caller
from tests.fixtures.mailbox import mails_to, text_of
from tests.integration.portal.conftest import Portal, an_address, events_of, portal_data


def me(visitor: Caller) -> Any:
    return visitor.call("GET", "/v1/portal/me")


def log_in(portal: Portal, email: str, password: str = PASSWORD, **more: Any) -> Any:
    return portal.stranger("POST", "/sessions", {"email": email, "password": password, **more})


def run(api: Api, statement: str) -> None:
    with api.runtime.unit_of_work(api.origin()) as uow:
        uow.session.execute(text(statement))


def test_a_contact_is_invited_accepts_once_and_signs_in(portal: Portal) -> None:
    email = an_address()
    client = portal.client(email)
    invited = portal.invite(client)
    assert (invited["state"], invited["scopes"]) == (
        "pending",
        ["projects", "invoices", "documents"],
    )
    token = portal.mailed(email)
    assert client["company_name"] in text_of(mails_to(portal.engines.mailbox, email)[0])
    looked: Any = portal.stranger("GET", f"/invitations/{token}").json
    assert (looked["email"], looked["company"]) == (email, client["company_name"])

    assert portal.accept(token, "password123").status_code == 422
    accepted: Any = portal.accept(token)
    assert accepted.status_code == 201
    shown = me(Caller(portal.api.app.test_client(), accepted.json["token"])).json
    assert (shown["email"], shown["client"]["id"], shown["reports"]) == (email, client["id"], True)

    assert portal.accept(token).status_code == 410
    assert portal.stranger("GET", f"/invitations/{token}").status_code == 410
    assert log_in(portal, email, "another sentence").status_code == 401
    assert log_in(portal, email.upper()).status_code == 201
    told = events_of(portal.api, client["id"])
    assert [kind for kind, _ in told] == [
        "portal_access.invited",
        "portal_access.accepted",
        "portal_session.started",
        "portal_session.started",
    ]
    assert told[1][1]["kind"] == "contact"


def test_nobody_is_invited_whom_no_mail_would_reach(portal: Portal) -> None:
    client = portal.client(an_address(), settings={"email_notifications": False})
    contact = client["contacts"][0]["id"]
    path = f"/clients/{client['id']}/contacts/{contact}/invite"
    assert portal.firm("POST", path, {}, 409)["code"] == "portal.mail_off"
    assert portal.firm("GET", f"/clients/{client['id']}/portal-access")["data"] == []


def test_a_guessed_a_replaced_and_a_late_link_are_gone(portal: Portal) -> None:
    email = an_address()
    client = portal.client(email)
    portal.invite(client, scopes=["invoices"])
    first = portal.mailed(email)
    assert portal.invite(client)["scopes"] == ["invoices"]
    second = portal.mailed(email)
    assert first != second
    for wrong in (first, f"{second}x", "cpi_guessed"):
        assert portal.accept(wrong).status_code == 410
    run(portal.api, "UPDATE portal_access SET expires_at = clock_timestamp()")
    assert portal.accept(second).status_code == 410
    expire_invitations(portal.api.runtime)
    expire_invitations(portal.api.runtime)
    [access] = portal.firm("GET", f"/clients/{client['id']}/portal-access")["data"]
    assert access["state"] == "expired"
    kinds = [kind for kind, _ in events_of(portal.api, client["id"])]
    assert kinds.count("portal_access.expired") == 1


def test_a_revoked_contact_is_out_at_once_and_can_be_invited_again(portal: Portal) -> None:
    email = an_address()
    client = portal.client(email)
    visitor = portal.visitor(client)
    [access] = portal.firm("GET", f"/clients/{client['id']}/portal-access")["data"]
    contact = client["contacts"][0]["id"]
    again = portal.firm("POST", f"/clients/{client['id']}/contacts/{contact}/invite", {}, 409)
    assert again["code"] == "portal.already_accepted"

    path = f"/clients/{client['id']}/portal-access/{access['id']}"
    portal.firm("DELETE", path, status=204)
    portal.firm("DELETE", path, status=204)
    assert me(visitor).status_code == 401
    assert log_in(portal, email).status_code == 401
    kinds = [kind for kind, _ in events_of(portal.api, client["id"])]
    assert kinds[-2:] == ["portal_access.revoked", "portal_session.ended"]
    assert portal.firm("PATCH", path, {"scopes": []}, 409)["code"] == "portal.access_over"

    portal.invite(client)
    assert log_in(portal, email).status_code == 401
    assert portal.accept(portal.mailed(email)).status_code == 201


@pytest.mark.parametrize("how", ["removed", "another address", "deleted"])
def test_who_is_no_contact_any_more_is_out_at_once(portal: Portal, how: str) -> None:
    email = an_address()
    client = portal.client(email)
    visitor = portal.visitor(client)
    path = f"/clients/{client['id']}"
    contact = f"{path}/contacts/{client['contacts'][0]['id']}"
    if how == "removed":
        portal.firm("DELETE", contact, status=204)
    elif how == "another address":
        portal.firm("PATCH", contact, {"email": an_address()})
    else:
        plan = portal.firm("GET", f"{path}/deletion-plan")
        assert {"kind": "portal_users", "count": 1} in plan["goes"]
        portal.firm("DELETE", f"{path}?confirm={plan['confirm']}", status=202)
    assert me(visitor).status_code == 401
    assert log_in(portal, email).status_code == 401


def test_a_mailed_link_signs_in_once_and_nobody_learns_who_is_a_contact(portal: Portal) -> None:
    email, nobody = an_address(), an_address()
    portal.visitor(portal.client(email))
    answers = [portal.stranger("POST", "/sign-in-links", {"email": it}) for it in (email, nobody)]
    assert [(it.status_code, it.json) for it in answers] == [(202, {}), (202, {})]
    for _ in range(2):
        answer_requests(portal.api.runtime)
    token = portal.mailed(email)
    assert len(mails_to(portal.engines.mailbox, email)) == 2
    assert mails_to(portal.engines.mailbox, nobody) == []
    used: Any = portal.stranger("POST", f"/sign-in-links/{token}")
    assert used.status_code == 201
    assert portal.stranger("POST", f"/sign-in-links/{token}").status_code == 410

    visitor = Caller(portal.api.app.test_client(), used.json["token"])
    assert me(visitor).json["needs_password"] is False
    chosen = {"new_password": "a brand new sentence"}
    assert visitor.call("PUT", "/v1/portal/me/password", chosen).status_code == 204
    run(portal.api, "UPDATE portal_sessions SET by_link = false")
    wrong: Any = visitor.call("PUT", "/v1/portal/me/password", chosen)
    assert (wrong.status_code, wrong.json["code"]) == (403, "auth.wrong_password")
    renamed: Any = visitor.call("PATCH", "/v1/portal/me", {"name": "Ana"}).json
    assert renamed["name"] == "Ana"
    assert visitor.call("DELETE", "/v1/portal/sessions/current").status_code == 204
    assert me(visitor).status_code == 401


def test_an_address_of_two_companies_chooses_one(portal: Portal) -> None:
    email = an_address()
    clients = [portal.client(email), portal.client(email)]
    for client in clients:
        portal.visitor(client)
    answer: Any = log_in(portal, email)
    assert (answer.status_code, answer.json["code"]) == (409, "portal.several_companies")
    choices = {it["company"]: it["access_id"] for it in answer.json["choices"]}
    chosen = log_in(portal, email, access_id=choices[clients[0]["company_name"]])
    visitor = Caller(portal.api.app.test_client(), chosen.json["token"])
    assert me(visitor).json["client"]["id"] == clients[0]["id"]


def test_a_merge_keeps_contacts_coming(portal: Portal) -> None:
    email = an_address()
    source, target = portal.client(email), portal.client(an_address())
    visitor = portal.visitor(source)
    portal.firm("POST", f"/clients/{source['id']}/merge", {"into": target["id"]})
    assert me(visitor).json["client"]["id"] == target["id"]


def test_nobody_shares_what_they_do_not_see(portal: Portal) -> None:
    client = portal.client(an_address())
    narrow = portal.api.with_permissions(frozenset({"clients.view", "clients.update"}))
    path = f"/v1/clients/{client['id']}/contacts/{client['contacts'][0]['id']}/invite"
    answer: Any = narrow.call("POST", path, {"scopes": ["invoices"]})
    assert (answer.status_code, answer.json["code"]) == (403, "access.beyond_your_own")
    assert narrow.call("POST", path, {}).json["scopes"] == []
    without = portal.firm("POST", f"/clients/{client['id']}/contacts", {"name": "Bo"}, 201)
    path = f"/clients/{client['id']}/contacts/{without['id']}/invite"
    assert portal.firm("POST", path, {}, 422)["code"] == "portal.no_address"
    primary = portal.firm("POST", f"/clients/{client['id']}/contacts/primary/invite", {}, 201)
    assert primary["email"] == client["primary_contact"]["email"]


def test_a_refused_sign_in_is_told_with_its_reason_and_of_nobody_nothing(portal: Portal) -> None:
    email = an_address()
    client = portal.client(email)
    portal.invite(client)
    assert log_in(portal, email).status_code == 401
    portal.accept(portal.mailed(email))
    for _ in range(2):
        assert log_in(portal, email.upper(), "another sentence").status_code == 401
    [access] = portal.firm("GET", f"/clients/{client['id']}/portal-access")["data"]
    portal.firm("DELETE", f"/clients/{client['id']}/portal-access/{access['id']}", status=204)
    assert log_in(portal, email).status_code == 401
    assert log_in(portal, an_address()).status_code == 401
    for _ in range(2):
        tell_refusals(portal.api.runtime)
    told = portal_data(portal.api, client["id"], "portal_sign_in.refused")
    assert {each["reason"]: each["times"] for each in told} == {
        "not_accepted": 1,
        "password": 2,
        "revoked": 1,
    }
    assert {each["portal_access"]["email"] for each in told} == {email}
    assert purge_portal(portal.api.runtime.app_engine) == 1


def test_what_a_contact_looks_at_is_told_once_a_day_of_each_thing(portal: Portal) -> None:
    client = portal.client(an_address())
    invoice, project = portal.invoice(client), portal.project(client)
    visitor = portal.visitor(client)
    own = [f"invoices/{invoice['id']}", f"projects/{project['id']}"]
    for page in ["overview", "invoices", "projects", *own] * 2:
        assert visitor.call("GET", f"/v1/portal/{page}").status_code == 200, page
    for nothing in (f"invoices/{project['id']}", "documents", "me"):
        visitor.call("GET", f"/v1/portal/{nothing}")
    told = portal_data(portal.api, client["id"], "portal_page.viewed")
    assert [(each["page"], each["object_id"]) for each in told] == [
        ("overview", None),
        ("invoices", None),
        ("projects", None),
        ("invoice", invoice["id"]),
        ("project", project["id"]),
    ]
    run(portal.api, "UPDATE portal_sessions SET seen_on = seen_on - 1")
    visitor.call("GET", "/v1/portal/invoices")
    assert len(portal_data(portal.api, client["id"], "portal_page.viewed")) == 6


def test_an_invitation_is_for_the_address_it_was_sent_to(portal: Portal) -> None:
    """It is good for nobody while the contact has another; and never for whoever has that one."""
    email, other = an_address(), an_address()
    client = portal.client(email)
    portal.invite(client)
    token = portal.mailed(email)
    contact = f"/clients/{client['id']}/contacts/{client['contacts'][0]['id']}"
    portal.firm("PATCH", contact, {"email": other})
    assert portal.stranger("GET", f"/invitations/{token}").status_code == 410
    assert portal.accept(token).status_code == 410
    portal.firm("POST", f"/clients/{client['id']}/contacts", {"name": "Al", "email": email}, 201)
    accepted: Any = portal.accept(token)
    assert accepted.status_code == 201
    visitor = Caller(portal.api.app.test_client(), accepted.json["token"])
    assert me(visitor).json["email"] == email
    assert log_in(portal, other).status_code == 401


@pytest.mark.parametrize("domain", ["straße.de", "ὀδυσσεύς.gr", "example.com"])
def test_whoever_becomes_the_main_contact_keeps_access(portal: Portal, domain: str) -> None:
    """Letters count as they do among contacts, some of which the database's own ways tell apart."""
    client = portal.client(an_address().partition("@")[0] + f"@{domain}")
    visitor = portal.visitor(client)
    contact = f"/v1/clients/{client['id']}/contacts/{client['contacts'][0]['id']}"
    made = portal.api.owner.call("POST", f"{contact}/make-primary", {}, If_Match="*")
    assert made.status_code == 200, made.text
    assert me(visitor).status_code == 200


def test_no_link_to_sign_in_leaves_while_the_clients_switch_is_off(portal: Portal) -> None:
    email = an_address()
    client = portal.client(email)
    portal.visitor(client)
    off = {"settings": {"email_notifications": False}}
    path = f"/v1/clients/{client['id']}"
    assert portal.api.owner.call("PATCH", path, off, If_Match="*").status_code == 200
    portal.stranger("POST", "/sign-in-links", {"email": email})
    answer_requests(portal.api.runtime)
    send_mail(portal.api.runtime)
    assert len(mails_to(portal.engines.mailbox, email)) == 1
    [mail, _] = portal.firm("GET", f"/mails?client_id={client['id']}")["data"]
    assert (mail["kind"], mail["state"]) == ("portal_sign_in", "withheld")
