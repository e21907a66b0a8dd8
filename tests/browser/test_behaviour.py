"""What pages do under the hands of a reader."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Reader, Readers, Site


def test_the_list_follows_what_is_typed_and_keeps_the_focus(owner: Reader) -> None:
    page = owner.go("/clients")
    page.keyboard.press("/")
    page.keyboard.type("alder")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#totals b").first).to_have_text("1")
    expect(page.locator("#q")).to_be_focused()
    expect(page).to_have_url(re.compile(r"/clients\?q=alder$"))
    page.fill("#q", "zzzz")
    expect(page.get_by_text("Nothing matches “zzzz”")).to_be_visible()
    assert owner.complaints == []


def test_back_and_forward_show_the_list_as_it_was(owner: Reader) -> None:
    page = owner.go("/clients")
    page.get_by_role("link", name=re.compile(r"^\d+ Inactive")).click()
    expect(page).to_have_url(re.compile("status=inactive"))
    page.locator("tbody .who a").first.click()
    page.get_by_role("link", name="Service rates").click()
    expect(page).to_have_url(re.compile("/rates$"))
    expect(page).to_have_title(re.compile("Service rates"))
    page.go_back()
    expect(page).to_have_title(re.compile("Details"))
    page.go_back()
    expect(page).to_have_url(re.compile("status=inactive"))
    assert owner.complaints == []


def test_a_status_is_changed_in_its_row_with_a_reason(owner: Reader, site: Site) -> None:
    page = owner.go("/clients?q=kestrel")
    row = page.locator("tbody tr").first
    row.get_by_role("link", name=re.compile("^Status: .*, change")).click()
    menu = page.get_by_role("form", name=re.compile("Change status of Kestrel"))
    menu.get_by_label("Reason optional").fill("Contract renewed")
    menu.get_by_role("button", name="Pending").click()
    expect(row.locator("button.tag").first).to_have_text("Pending")
    expect(row.locator("button.tag").first).to_be_focused()
    client = site.call("GET", "/v1/clients?q=kestrel")["data"][0]
    assert client["status"] == "pending"
    assert owner.complaints == []


def test_enter_in_the_reason_changes_nothing(owner: Reader, site: Site) -> None:
    page = owner.go("/clients?q=fjordlight")
    row = page.locator("tbody tr").first
    row.locator("a.tag").click()
    page.get_by_label("Reason optional").first.fill("only a thought")
    page.keyboard.press("Enter")
    expect(row.locator("button.tag").first).to_have_text("Active")
    assert site.call("GET", "/v1/clients?q=fjordlight")["data"][0]["status"] == "active"


def test_what_is_pressed_as_soon_as_it_is_shown_opens_no_new_page(owner: Reader) -> None:
    page = owner.go("/clients?q=fjordlight")
    page.locator("tbody tr").first.evaluate("""row => new Promise(pressed => {
        window.stayed = true;
        new MutationObserver((_, observer) => {
            const chosen = row.querySelector("form button");
            if (!chosen) return;
            observer.disconnect();
            setTimeout(() => { chosen.click(); pressed(); }, 0);
        }).observe(row, {childList: true, subtree: true});
        row.querySelector("a.tag").click();
    })""")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.stayed")


def test_ticked_rows_are_counted_and_tagged_by_a_job_with_progress(owner: Reader) -> None:
    page = owner.go("/clients?status=active")
    boxes = page.locator("tbody .pick input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    bar = page.get_by_role("group", name="With the selected clients")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_role("button", name="Tag", exact=True).click()
    page.get_by_label("Tags").fill("browser test")
    page.get_by_role("button", name="Add tags").click()
    expect(page).to_have_url(re.compile("/jobs/"))
    expect(page.locator("#progress")).to_contain_text("Done", timeout=20_000)
    page.goto(owner.base + "/clients?tag=browser+test")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_the_timeline_moves_by_itself_and_when_the_worker_was_killed(
    owner: Reader, site: Site
) -> None:
    client = site.call("GET", "/v1/clients?q=hollis")["data"][0]
    page = owner.go(f"/clients/{client['id']}/activity")
    expect(page.locator("[data-live]")).to_have_text("Live")
    site.call("PUT", f"/v1/clients/{client['id']}/status", {"status": "pending", "reason": "a"})
    expect(page.locator(".ev.new")).to_have_count(1, timeout=15_000)
    site.stack.kill("activity-worker")
    site.call("PUT", f"/v1/clients/{client['id']}/status", {"status": "active", "reason": "b"})
    expect(page.locator(".ev.new")).to_have_count(2, timeout=30_000)
    expect(page.locator(".day")).to_have_count(1)
    assert owner.complaints == []


def test_rows_are_walked_through_by_keys(owner: Reader) -> None:
    page = owner.go("/clients")
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("tbody .who a").nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("tbody .pick input").nth(1)).to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/clients/[0-9a-f-]{36}$"))
    page.keyboard.press("8")
    expect(page).to_have_url(re.compile("/activity$"))


def test_whoever_may_only_look_sees_no_way_to_change(readers: Readers, site: Site) -> None:
    reader = readers(site.reader("viewer"))
    page = reader.go("/clients")
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.locator("main a[href$='/status']")).to_have_count(0)
    expect(page.locator(".pick")).to_have_count(0)


def test_stored_markup_stays_text(owner: Reader, site: Site) -> None:
    evil = "<img src=x onerror=alert(1)>"
    body = {"company_name": evil, "primary_contact": {"name": evil, "email": "x@evil.example.com"}}
    made = site.call("POST", "/v1/clients", {**body, "tags": [evil]})
    owner.page.on("dialog", lambda dialog: owner.complaints.append(dialog.message))
    for path in ("/clients?q=onerror", f"/clients/{made['id']}", f"/clients/{made['id']}/activity"):
        expect(owner.go(path).get_by_text(evil).first).to_be_visible()
    assert owner.complaints == []


def test_who_reads_further_down_is_told_of_news_and_not_moved(owner: Reader, site: Site) -> None:
    owner.page.set_viewport_size({"width": 1000, "height": 300})
    page = owner.go(f"/clients/{site.client_id}/activity")
    expect(page.locator("[data-live]")).to_have_text("Live")
    entries = page.locator("#days .ev")
    before = entries.count()
    page.locator("#days .ev").last.scroll_into_view_if_needed()
    at = page.evaluate("scrollY")
    body = {"text": "Something new."}
    site.call("POST", f"/v1/clients/{site.client_id}/notes", body)
    chip = page.locator("[data-fresh]")
    expect(chip).to_have_text("1 new event", timeout=15_000)
    expect(chip).to_be_in_viewport()
    assert (entries.count(), page.evaluate("scrollY")) == (before, at)
    chip.click()
    expect(entries).to_have_count(before + 1)
    expect(chip).to_be_hidden()


def test_single_keys_are_told_and_can_be_turned_off(owner: Reader) -> None:
    page = owner.go("/clients")
    page.keyboard.press("?")
    keys = page.get_by_role("heading", name="Keys")
    expect(keys).to_be_visible()
    page.get_by_role("button", name="Turn single keys off").click()
    page.wait_for_load_state()
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#q")).not_to_be_focused()


def test_a_client_is_given_an_owner_alone_and_with_others(owner: Reader, site: Site) -> None:
    page = owner.go(f"/clients/{site.client_id}/edit/settings")
    chosen = page.locator("#owner_id option").nth(1).inner_text()
    page.select_option("#owner_id", index=1)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(f"**/clients/{site.client_id}")
    name = site.call("GET", f"/v1/clients/{site.client_id}")["owner"]["name"]
    assert name in chosen
    page = owner.go("/clients?q=alder")
    page.locator("tbody .pick input").first.check()
    page.get_by_role("button", name="Set owner").click()
    page.select_option("#value", label="Nobody")
    page.get_by_role("button", name="Set owner").click()
    expect(page.get_by_role("status").first).to_have_text("Done", timeout=20_000)
    assert site.call("GET", f"/v1/clients/{site.client_id}")["owner"] is None


def test_on_a_phone_all_filters_are_behind_one_button(readers: Readers) -> None:
    reader = readers(viewport={"width": 390, "height": 844})
    page = reader.go("/clients")
    expect(page.locator("#industry")).to_be_hidden()
    page.get_by_role("button", name="Filters", exact=True).click()
    page.select_option("#industry", "Industrials")
    expect(page).to_have_url(re.compile("industry=Industrials"))
    expect(page.locator("#all-filters-set")).to_have_text("1")
    page.fill("#tag", "nobody has it")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No client matches")).to_be_visible()
    expect(page.locator("#tag")).to_be_hidden()
    expect(page.locator("#all-filters-set")).to_have_text("2")
    assert reader.complaints == []


def test_on_a_phone_days_stand_under_each_other_as_wide_as_one_another(readers: Readers) -> None:
    page = readers(viewport={"width": 390, "height": 844}).go("/invoices")
    first, last = (page.locator(f"#{name}").bounding_box() for name in ("from", "to"))
    assert first is not None
    assert last is not None
    assert (first["x"], first["width"]) == (last["x"], last["width"])
    assert first["y"] < last["y"]


def test_on_a_phone_what_is_to_be_done_to_an_invoice_stands_above_it(
    readers: Readers, site: Site
) -> None:
    reader = readers(viewport={"width": 390, "height": 844})
    draft = site.call(
        "POST",
        f"/v1/clients/{site.long_id}/invoices",
        {"lines": [{"description": "Work", "quantity": "1", "unit_price": "10"}]},
    )
    page = reader.go(f"/invoices/{draft['id']}/issue")
    expect(page.get_by_role("button", name="Issue")).to_be_in_viewport(ratio=1)


def test_on_a_phone_a_row_of_links_begins_where_one_is(readers: Readers) -> None:
    page = readers(viewport={"width": 390, "height": 844}).go("/workspace/audit?kind=workspace")
    expect(page.get_by_role("link", name="Settings").last).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0
