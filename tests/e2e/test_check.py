"""Check it yourself: the proofs of a page, checked in a real browser, also when the network or the server lies."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site, Watched
from tests.e2e.test_record_path import MINUTE, _wait_for
from tests.stack import ROOT, until

pytestmark = pytest.mark.e2e
STORE = "traceapp-trust"
SHIFT = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; })
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 200);
})"""


@pytest.fixture(scope="module", autouse=True)
def _on_ledger(browser: Browser, site: Site):
    page = browser.new_page(base_url=site.url)
    for lot in ("L-GOOD", "L-CHECK"):
        _wait_for(page, site, lot, "Records unaltered")
    page.close()


@pytest.fixture
def phone(browser: Browser, site: Site):
    """A phone's page; requests that a test makes fail on purpose are no errors."""
    context = browser.new_context(base_url=site.url, viewport={"width": 360, "height": 740})
    watched = Watched(context.new_page())
    yield watched.page
    context.close()
    wrong = [one for one in watched.unexpected if "Failed to load resource" not in one]
    assert not wrong, wrong


def check(page: Page) -> None:
    page.get_by_role("button", name="Check now").click()


def summary(page: Page):
    return page.locator("[data-sum]")


def open_lot(page: Page, site: Site, lot: str = "L-GOOD") -> None:
    page.goto(f"/p{site.path_of(lot)}")


# --- it holds ----------------------------------------------------------------------------------------------------------


def test_every_step_of_the_journey_is_ticked_off(phone: Page, site: Site):
    open_lot(phone, site)
    assert (
        phone.evaluate("performance.getEntriesByType('resource').filter((one) => one.name.includes('/verify')).length")
        == 0
    )
    phone.get_by_role("button", name="Check now").focus()
    phone.keyboard.press("Enter")
    expect(summary(phone)).to_contain_text("Done. All 3 steps hold", timeout=MINUTE)
    expect(phone.locator(".check li.is-done")).to_have_count(3)
    for at in range(3):
        assert phone.locator(".check .ticks > li").nth(at).locator("i.is-ok").count() >= 9
    expect(phone.locator("[data-notes]")).to_contain_text("This is a demo ledger on one machine")
    expect(phone.locator("[data-notes]")).to_contain_text("does not show which goods")
    expect(phone.locator("#check")).to_contain_text("code came from this server")
    expect(phone.get_by_role("heading", name="What this does not prove")).to_be_visible()
    assert phone.evaluate(SHIFT) <= 0.05
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_proofs_that_are_fetched_are_the_publics_also_for_a_member(member_tab: Page, site: Site):
    answers = []
    member_tab.on("response", lambda answer: answers.append(answer) if "/api/v1/proofs/" in answer.url else None)
    open_lot(member_tab, site)
    check(member_tab)
    expect(summary(member_tab)).to_contain_text("All 3 steps hold", timeout=MINUTE)
    bundles = [answer.body() for answer in answers]
    assert len(bundles) == 3
    assert not any(b"quantityList" in one for one in bundles)


def test_it_says_so_in_arabic_from_right_to_left(browser: Browser, site: Site):
    context = browser.new_context(base_url=site.url, locale="ar", viewport={"width": 360, "height": 740})
    page = context.new_page()
    open_lot(page, site)
    page.get_by_role("button", name="تحقق الآن").click()
    expect(summary(page)).to_contain_text("متصفحك وصل إلى الجواب نفسه", timeout=MINUTE)
    assert not re.search(r"[A-Za-z]{4,}", summary(page).inner_text().replace(network_of(page), ""))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def network_of(page: Page) -> str:
    return page.locator("[data-pin]").get_attribute("data-network")


def test_without_scripts_there_are_files_to_take(browser: Browser, site: Site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    open_lot(page, site)
    expect(page.get_by_role("button", name="Check now")).to_be_hidden()
    expect(page.locator("#check noscript p")).to_be_visible()
    links = page.locator("#check .ticks a[download]")
    assert links.count() == 3
    bundle = context.request.get(site.url + links.first.get_attribute("href"))
    assert bundle.json()["format"] == "traceapp-proof/1"
    context.close()


# --- it does not -------------------------------------------------------------------------------------------------------


def test_a_changed_record_is_named_with_its_reason(phone: Page, site: Site):
    open_lot(phone, site, "L-CHECK")
    uid = phone.locator("#check .ticks a[download]").nth(1).get_attribute("href").rsplit("/", 1)[-1]
    site.run("-m", "tests.e2e.tamper", uid)
    check(phone)
    expect(summary(phone)).to_contain_text("2 of 3 steps hold. The first that does not is step 2", timeout=MINUTE)
    expect(summary(phone)).to_contain_text("The stored fields are not those that were written to the ledger")
    expect(phone.locator(".check li").nth(1)).to_have_class(re.compile("is-bad"))


def answer(page: Page, change) -> None:
    """Each bundle passes through `change` on its way."""

    def handle(route):
        bundle = route.fetch().json()
        route.fulfill(
            status=200,
            content_type="application/json",
            body=json.dumps(change(bundle), separators=(",", ":"), ensure_ascii=False, sort_keys=True),
        )

    page.route("**/api/v1/proofs/*", handle)


def test_a_forged_proof_fails_at_the_step_that_finds_it_out(phone: Page, site: Site):
    def forge(bundle):
        shown = bundle["record"]["disclosures"]
        bundle["record"]["disclosures"] = [one.replace('"commissioning"', '"shipping"') for one in shown]
        return bundle

    open_lot(phone, site)
    answer(phone, forge)
    check(phone)
    expect(summary(phone)).to_contain_text("2 of 3 steps hold. The first that does not is step 1", timeout=MINUTE)
    expect(summary(phone)).to_contain_text("The ledger holds something else than this record. (9:")
    first = phone.locator(".check li").first
    assert (first.locator("i.is-ok").count(), first.locator("i.is-no").count()) == (8, 1)


def test_a_good_proof_of_another_record_is_not_taken_for_this_one(phone: Page, site: Site):
    open_lot(phone, site)
    other = phone.locator("#check .ticks a[download]").nth(2).get_attribute("href")
    phone.route("**/api/v1/proofs/*", lambda route: route.continue_(url=site.url + other))
    check(phone)
    expect(summary(phone)).to_contain_text("it is of another record than this page shows", timeout=MINUTE)


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        (lambda route: route.fulfill(status=500, body="<h1>no</h1>"), "The server failed to give the proof (500)"),
        (lambda route: route.fulfill(status=429, body="{}"), "Too many requests"),
        (lambda route: route.abort(), "The server does not answer"),
        (lambda route: route.fulfill(status=200, body="nonsense"), "does not have the form of a proof"),
    ],
)
def test_a_server_that_fails_is_told_from_a_proof_that_fails(phone: Page, site: Site, handle, words):
    open_lot(phone, site)
    phone.route("**/api/v1/proofs/*", handle)
    check(phone)
    expect(summary(phone)).to_contain_text("0 of 3 steps hold", timeout=MINUTE)
    expect(summary(phone)).to_contain_text(words)
    phone.unroute("**/api/v1/proofs/*")
    check(phone)
    expect(summary(phone)).to_contain_text("All 3 steps hold", timeout=MINUTE)


@pytest.mark.parametrize("loaded", [False, True])
def test_offline_is_said_and_it_can_be_tried_again(phone: Page, site: Site, loaded):
    open_lot(phone, site)
    if loaded:
        check(phone)
        expect(summary(phone)).to_contain_text("All 3 steps hold", timeout=MINUTE)
    phone.context.set_offline(True)
    check(phone)
    expect(summary(phone)).to_contain_text("You are offline", timeout=MINUTE)
    phone.context.set_offline(False)
    check(phone)
    expect(summary(phone)).to_contain_text("All 3 steps hold", timeout=MINUTE)


def test_code_that_cannot_be_loaded_is_said(phone: Page, site: Site):
    open_lot(phone, site)
    phone.route("**/js/check_run.js", lambda route: route.fulfill(status=503, body=""))
    check(phone)
    expect(summary(phone)).to_contain_text("The code for the check could not be loaded", timeout=MINUTE)


# --- the trust file that this browser knows ----------------------------------------------------------------------------


def pinned(page: Page):
    return json.loads(page.evaluate(f"localStorage.getItem('{STORE}')") or "{}")


def said(page: Page):
    return page.locator("[data-pin-said]")


def test_the_first_visit_is_noted_and_the_next_one_says_so(phone: Page, site: Site):
    open_lot(phone, site)
    expect(said(phone)).to_contain_text("Your browser has now noted this fingerprint")
    phone.reload()
    expect(said(phone)).to_contain_text("The same fingerprint as when your browser noted it on")
    (pin,) = pinned(phone)["pins"].values()
    assert pin["fingerprint"] == phone.locator("[data-pin]").get_attribute("data-fingerprint")


def know_another(page: Page, **change) -> None:
    """As if the browser had been here while another trust file was in force."""
    kept = pinned(page)
    (pin,) = kept["pins"].values()
    pin.update(change)
    page.evaluate("([name, value]) => localStorage.setItem(name, value)", [STORE, json.dumps(kept)])


def test_another_fingerprint_warns_and_the_person_decides(phone: Page, site: Site):
    open_lot(phone, site)
    expect(said(phone)).not_to_be_empty()
    know_another(phone, fingerprint="ab" * 32)
    phone.reload()
    box = phone.locator("[data-pin-change]")
    expect(box).to_contain_text("Warning: this does not follow from what your browser knows", timeout=MINUTE)
    expect(box).to_have_attribute("role", "alert")
    check(phone)
    expect(summary(phone)).to_be_empty()
    box.get_by_role("button", name="Use the new one all the same").click()
    expect(summary(phone)).to_contain_text("All 3 steps hold", timeout=MINUTE)
    phone.reload()
    expect(said(phone)).to_contain_text("The same fingerprint")


def test_who_keeps_what_they_know_checks_by_it(phone: Page, site: Site):
    open_lot(phone, site)
    check(phone)
    expect(summary(phone)).to_contain_text("All 3 steps hold", timeout=MINUTE)
    stranger = (ROOT / "docs" / "proof-vectors" / "trust-of-another-network.json").read_text()
    trust = json.loads(stranger)
    know_another(phone, fingerprint="cd" * 32, file=stranger, version=trust["version"])
    phone.reload()
    box = phone.locator("[data-pin-change]")
    expect(box).to_contain_text("Its ledger begins with another block", timeout=MINUTE)
    box.get_by_role("button", name=f"Keep version {trust['version']}").click()
    check(phone)
    expect(summary(phone)).to_contain_text("0 of 3 steps hold", timeout=MINUTE)
    expect(summary(phone)).to_contain_text("Somebody signed who does not belong to the firms in the trust file")
    phone.reload()
    expect(said(phone)).to_contain_text(f"You keep version {trust['version']}")


def test_a_version_that_follows_is_told_from_one_that_does_not(phone: Page, site: Site):
    open_lot(phone, site)
    expect(said(phone)).not_to_be_empty()
    (before,) = pinned(phone)["pins"].values()
    site.run("-m", "tests.e2e.join")

    def joined() -> bool:
        return phone.request.get(f"{site.url}/.well-known/traceapp-trust.json").json()["version"] > before["version"]

    until(joined, "the new firm is in the trust file")
    phone.reload()
    box = phone.locator("[data-pin-change]")
    expect(box).to_contain_text(f"follows from version {before['version']}", timeout=MINUTE)
    expect(box).to_contain_text("New in it: Nordmarkt")
    expect(box).to_have_attribute("role", "status")
    box.get_by_role("button", name=f"Keep version {before['version']}").click()
    check(phone)
    expect(summary(phone)).to_contain_text("All 3 steps hold", timeout=MINUTE)
    expect(phone.locator("[data-notes]")).to_contain_text(f"version {before['version']}")


def test_a_browser_that_keeps_nothing_says_so_and_checks_all_the_same(browser: Browser, site: Site):
    context = browser.new_context(base_url=site.url)
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('denied'); } })"
    )
    page = context.new_page()
    open_lot(page, site)
    expect(said(page)).to_contain_text("Your browser keeps nothing here")
    check(page)
    expect(summary(page)).to_contain_text("All 3 steps hold", timeout=MINUTE)
    context.close()
