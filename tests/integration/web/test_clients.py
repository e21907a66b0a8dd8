"""The list of clients, as pages and as pieces."""

from __future__ import annotations

import re
import uuid

from benchmarks.population import populate
from tests.fixtures.api import PASSWORD
from tests.fixtures.databases import Databases
from tests.integration.web.conftest import Browser


def _named(text: str) -> list[str]:
    return re.findall(r'href="/clients/[0-9a-f-]{36}">([^<]+)</a>', text)


def _three(browser: Browser) -> None:
    browser.client()
    browser.client(company_name="Birch & Sons", client_code="BIR", tax_id=None, status="pending",
                   website="https://birch.example.com", industry="Materials",
                   primary_contact={"email": "b@birch.example.com"})  # fmt: skip
    browser.client(company_name="Cedar Mill", client_code="CED", tax_id=None, status="inactive",
                   website="https://cedar.example.com", tags=["key account"],
                   primary_contact={"email": "c@cedar.example.com"})  # fmt: skip


def test_without_clients_the_list_says_what_belongs_there(browser: Browser) -> None:
    page = browser.get("/clients").text
    assert "No clients yet" in page
    assert "<table" not in page


def test_the_list_is_found_filtered_sorted_and_drawn_as_cards(browser: Browser) -> None:
    _three(browser)
    assert _named(browser.get("/clients").text) == [
        "Acme Machines",
        "Birch &amp; Sons",
        "Cedar Mill",
    ]
    assert _named(browser.get("/clients?q=birch").text) == ["Birch &amp; Sons"]
    assert _named(browser.get("/clients?status=inactive").text) == ["Cedar Mill"]
    assert _named(browser.get("/clients?industry=Materials").text) == ["Birch &amp; Sons"]
    assert _named(browser.get("/clients?tag=key+account").text) == ["Cedar Mill"]
    assert _named(browser.get("/clients?sort=-company_name").text)[0] == "Cedar Mill"
    cards = browser.get("/clients?as=cards").text
    assert 'class="deck"' in cards
    assert len(_named(cards)) == 3


def _offered(page: str, name: str) -> list[str]:
    """What can be chosen in a field."""
    choice = page.split(f'name="{name}">', 1)[1].split("</select>", 1)[0]
    return re.findall(r"<option[^>]*>([^<]*)</option>", choice)


def test_a_list_can_be_narrowed_to_what_any_client_has(browser: Browser) -> None:
    _three(browser)
    body = {"email": "ada@example.com", "name": "Ada Lind", "password": PASSWORD, "role": "viewer"}
    ada = browser.api.owner.call("POST", "/v1/users", body).json["id"]
    browser.client(company_name="Dune Glass", client_code="DUN", tax_id=None, owner_id=ada,
                   website="https://dune.example.com", industry="Energy",
                   primary_contact={"email": "d@dune.example.com"})  # fmt: skip
    browser.become("viewer")
    page = browser.get("/clients?industry=Materials").text
    assert {"Materials", "Energy"} <= set(_offered(page, "industry"))
    assert _offered(page, "owner") == ["Anyone", "Me", "Ada Lind", "Nobody"]
    narrowed = browser.get(f"/clients?owner={ada}").text
    assert _named(narrowed) == ["Dune Glass"]
    assert "Owned by Ada Lind" in narrowed


def test_codes_are_given_to_ticked_clients(browser: Browser) -> None:
    found = browser.client(client_code=None)
    asked = browser.post("/clients/bulk", {"id": [found["id"]], "do": "give_code"})
    assert "Give a code to 1 client" in asked.text
    begun = browser.post("/clients/bulk/start", {"id": [found["id"]], "do": "give_code"})
    assert begun.status_code == 303


def test_what_makes_no_sense_in_an_address_is_passed_over(browser: Browser) -> None:
    _three(browser)
    for query in ("sort=colour", "limit=7", "as=poem", "q=++", "nonsense=1"):
        assert len(_named(browser.get(f"/clients?{query}").text)) == 3, query


def test_pages_lead_on_by_cursor(browser: Browser) -> None:
    for number in range(27):
        browser.client(
            company_name=f"Client {number:02}", client_code=None, tax_id=None,
            website=f"https://c{number}.example.com", contacts=[],
            primary_contact={"email": f"a@c{number}.example.com"},
        )  # fmt: skip
    first = browser.get("/clients?limit=25").text
    assert len(_named(first)) == 25
    onward = re.search(r'href="(/clients\?limit=25&amp;cursor=[^"]+)"', first)
    assert onward is not None
    second = browser.get(onward[1].replace("&amp;", "&")).text
    assert _named(second) == ["Client 25", "Client 26"]
    assert "First page" in second


def test_ten_thousand_clients_are_counted_and_walked_through(
    browser: Browser, databases: Databases
) -> None:
    workspace_id = uuid.UUID(browser.api.owner.call("GET", "/v1/workspace").json["id"])
    populate(databases.url("clients"), {workspace_id: 10_000})
    page = browser.get("/clients").text
    assert "<b>10,000 clients</b>" in page
    assert "50 of 10,000 that match" in page
    onward = re.search(r'href="(/clients\?cursor=[^"]+)"', page)
    assert onward is not None
    ticks = re.compile(r'name="id" value="([^"]+)"')
    seen = {*ticks.findall(page), *ticks.findall(browser.get(onward[1]).text)}
    assert len(seen) == 100
    piece = browser.get("/clients?status=active", HX_Request="true").text
    assert re.search(r"[5-9],\d{3} clients match", piece)
    assert "All 10,000 that match" in page
    ticked = {"id": ticks.findall(page)[0], "all": "yes"}
    asked = browser.post("/clients/bulk", {**ticked, "do": "set_status"})
    assert "Set the status of 10,000 clients" in asked.text


def test_nothing_found_repeats_the_words_and_offers_a_way_out(browser: Browser) -> None:
    _three(browser)
    page = browser.get("/clients?q=Zebra<b>").text
    assert "Nothing matches “Zebra&lt;b&gt;”" in page
    assert "Show all clients" in page


def test_htmx_gets_the_piece_and_the_address_that_belongs_to_it(browser: Browser) -> None:
    _three(browser)
    piece = browser.get("/clients?q=birch&status=&industry=", HX_Request="true")
    assert "<html" not in piece.text
    assert 'id="totals"' in piece.text
    assert "Save this view" in piece.text
    assert _named(piece.text) == ["Birch &amp; Sons"]
    assert piece.headers["HX-Push-Url"] == "/clients?q=birch"
    typed = browser.get("/clients?q=bi", HX_Request="true", HX_Trigger_Name="q")
    assert typed.headers["HX-Replace-Url"] == "/clients?q=bi"
    assert "HX-Push-Url" not in typed.headers
    back = browser.get("/clients?q=bi", HX_Request="true", HX_History_Restore_Request="true")
    assert "<html" in back.text


def test_buttons_say_how_many_filters_stand_behind_them(browser: Browser) -> None:
    _three(browser)
    narrowed = "/clients?industry=Materials&tag=key+account&owner=me"
    for found in (browser.get(narrowed).text, browser.get(narrowed, HX_Request="true").text):
        assert re.search(r'id="all-filters-set"[^>]*>3<', found)
        assert re.search(r'id="filters-set"[^>]*>2<', found)
    none_set = browser.get("/clients?q=birch", HX_Request="true").text
    assert re.search(r'id="filters-set"[^>]* hidden>0<', none_set)


def test_a_status_is_changed_from_the_list_with_and_without_a_script(browser: Browser) -> None:
    client = browser.client()
    browser.get("/clients")
    path = f"/clients/{client['id']}/status"
    where = {"Referer": "http://localhost/clients?q=acme"}
    form = browser.get(path, **where).text
    assert 'name="next" value="/clients?q=acme"' in form
    assert '<option value="active" selected>Active' in form
    values = {"status": "inactive", "reason": "Asked to pause", "next": "/clients?q=acme"}
    plain = browser.post(path, values)
    assert (plain.status_code, plain.location) == (303, "/clients?q=acme")
    page = browser.get("/clients").text
    assert "Acme Machines is now Inactive." in page
    assert "Acme Machines is now Inactive." not in browser.get("/clients").text
    menu = browser.get(path, HX_Request="true").text
    assert "<html" not in menu
    assert f'popovertarget="st-{client["id"]}"' in menu
    piece = browser.post(path, {"status": "pending"}, HX_Request="true")
    assert piece.status_code == 200
    assert f'id="status-{client["id"]}"' in piece.text
    assert re.search(
        r'class="tag warn"[^>]*aria-label="Status of Acme Machines: Pending', piece.text
    )
    shown = browser.api.owner.call("GET", f"/v1/clients/{client['id']}").json
    assert shown["status"] == "pending"


def test_columns_are_chosen_and_kept_by_the_browser(browser: Browser) -> None:
    _three(browser)
    page = browser.get("/clients?status=inactive").text
    assert ">Materials</td>" not in page
    assert "key account" not in page
    assert 'name="next" value="/clients?status=inactive"' in page
    values = {"column": ["tags", "colour"], "next": "/clients?status=inactive"}
    assert browser.post("/clients/columns", values).location == "/clients?status=inactive"
    page = browser.get("/clients?status=inactive").text
    assert ">key account</td>" in page
    assert "c@cedar.example.com" not in page
    browser.post("/clients/columns", {})
    page = browser.get("/clients").text
    assert page.count('<th scope="col"') == 3
    assert "Cedar Mill" in page


def test_a_view_is_saved_and_opened(browser: Browser) -> None:
    _three(browser)
    browser.get("/clients?status=inactive")
    saved = browser.post("/clients/views", {"name": "Sleeping", "status": "inactive"})
    page = browser.get(saved.location).text
    assert _named(page) == ["Cedar Mill"]
    assert "Saved as “Sleeping”." in page
    assert ">Sleeping</a>" in page
    again = browser.post("/clients/views", {"name": ""})
    assert "The view was not saved" in browser.get(again.location).text


def test_ticked_clients_are_changed_together_by_a_job(browser: Browser) -> None:
    ids = [browser.client()["id"]]
    browser.get("/clients")
    asked = browser.post("/clients/bulk", {"id": ids, "do": "set_status"})
    assert "Set the status of 1 client" in asked.text
    begun = browser.post("/clients/bulk/start", {"id": ids, "do": "set_status", "value": "pending"})
    assert begun.status_code == 303
    job = browser.get(begun.location)
    assert "Change of many clients" in job.text
    assert 'data-hx-trigger="every 1s"' in job.text
    assert begun.location in browser.get("/jobs").text
    assert begun.location in browser.get("/jobs?kind=bulk").text
    assert "No job fits." in browser.get("/jobs?kind=export&state=failed").text
    assert browser.post("/clients/bulk", {"do": "set_status"}).status_code == 303


def test_all_that_match_are_changed_together_whatever_is_ticked(browser: Browser) -> None:
    _three(browser)
    view = browser.post("/clients/views", {"name": "Asleep", "status": "inactive"}).location
    ticked = browser.api.owner.call("GET", "/v1/clients?q=birch").json["data"][0]["id"]
    named = {"id": [ticked], "all": "yes", "view": view.partition("view=")[2]}
    browser.get(view)
    asked = browser.post("/clients/bulk", {**named, "do": "delete"}).text
    assert "Delete 1 client" in asked
    assert ticked not in asked
    sent = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', asked)
    begun = browser.post("/clients/bulk/start", dict(sent))
    rows = browser.api.owner.call("GET", f"/v1{begun.location}/rows?state=waiting").json["data"]
    inactive = browser.api.owner.call("GET", "/v1/clients?status=inactive").json["data"]
    assert [row["client_id"] for row in rows] == [inactive[0]["id"]]


def test_a_form_that_is_sent_twice_begins_one_job(browser: Browser) -> None:
    ids = [browser.client()["id"]]
    browser.get("/clients")
    values = {"id": ids, "do": "set_status", "value": "pending", "form_key": "0" * 32}
    places = {browser.post("/clients/bulk/start", values).location for _ in range(2)}
    assert len(places) == 1


def test_whoever_may_only_look_is_offered_nothing_else_and_refused(browser: Browser) -> None:
    client = browser.client()
    viewer = browser.api.with_role("viewer")
    assert viewer.token
    me = viewer.call("GET", "/v1/me").json["actor"]
    users = browser.api.owner.call("GET", "/v1/users").json["data"]
    email = next(each["email"] for each in users if each["id"] == me["id"])
    browser.post("/sign-out")
    browser.sign_in(email, PASSWORD)
    page = browser.get("/clients").text
    assert "/status" not in page
    assert browser.get(f"/clients/{client['id']}/status").status_code == 403
    assert 'id="bulk"' not in page
    refused = browser.post(f"/clients/{client['id']}/status", {"status": "inactive"})
    assert refused.status_code == 403
    assert "You may not do this" in refused.text
    assert "Change clients" in refused.text
