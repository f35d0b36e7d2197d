"""One record, all the way, in a real browser: logged, on the ledger, scanned, changed, found out."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

pytestmark = pytest.mark.e2e
MINUTE = 60_000


def log_a_step(page: Page, lot: str) -> None:
    page.goto("/capture/")
    page.get_by_label("It begins: made, picked or packed").check()
    page.get_by_label("Product").select_option(label="Strawberries, 500 g")
    page.get_by_label("Lot number").fill(lot)
    page.get_by_label("How many").fill("31977")
    page.get_by_label("Where").select_option(index=0)
    page.get_by_label("Everyone. Amounts, orders and partners stay hidden").check()
    page.get_by_role("button", name="Record this").click()
    page.wait_for_url(re.compile(r"/capture/records/"))


def test_a_step_is_logged_reaches_the_ledger_and_is_found_out_when_changed(member_tab: Page, site: Site):
    page = member_tab
    log_a_step(page, "L-FORM")

    # The page follows the record by itself: nobody reloads.
    expect(page.locator("[data-live] .badge").first).to_have_text("Verified", timeout=MINUTE)
    uid = page.url.rstrip("/").rsplit("/", 1)[-1]

    page.goto(site.path_of("L-FORM"))
    assert page.url.endswith(f"/p{site.path_of('L-FORM')}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Records unaltered")
    expect(page.locator("#step-1")).to_contain_text("First recorded in Moguer")
    expect(page.locator("#step-1")).to_contain_text("Verified")
    expect(page.locator("body")).not_to_contain_text(re.compile("31,?977"))  # amounts are not public

    site.run("-m", "tests.e2e.tamper", uid)

    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Records do not match")
    expect(page.locator("#step-1")).to_contain_text("Does not match")
    expect(page.locator("#found")).to_contain_text("Step 1 is not, in our database, what was written down")
    expect(page.locator("body")).not_to_contain_text("First recorded in Moguer")


def test_login_and_logging_a_step_need_no_mouse(tab: Page, site: Site):
    tab.goto("/accounts/login/")
    _tab_to(tab, "E-mail")
    tab.keyboard.type("supplier@example.org")
    _tab_to(tab, "Password")
    tab.keyboard.type(site.seeded["password"])
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"{site.url}/")

    tab.goto("/capture/")
    _tab_to(tab, "It leaves: shipped to somebody")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("ArrowDown")
    _tab_to(tab, "Product")
    tab.keyboard.type("Straw")
    _tab_to(tab, "Lot number")
    tab.keyboard.type("L-KEYS")
    _tab_to(tab, "How many")
    tab.keyboard.type("7")
    _tab_to(tab, "Record this")
    tab.keyboard.press("Enter")
    tab.wait_for_url(re.compile(r"/capture/records/"))


def _tab_to(page: Page, name: str, most: int = 40) -> None:
    """Press Tab until the control with this label has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        words = page.evaluate(
            "() => { const e = document.activeElement; const l = e.labels && e.labels[0];"
            " return (l ? l.textContent : e.textContent || e.getAttribute('aria-label') || '').trim(); }"
        )
        if words.startswith(name):
            return
    raise AssertionError(f"Tab never reaches {name!r}")


def test_the_scan_page_works_without_scripts(browser, site: Site):
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    _wait_for(page, site, "L-GOOD", "Records unaltered")

    page.locator("#step-1 summary").click()
    expect(page.locator("#step-1 pre")).to_contain_text("commissioning")
    page.goto("/")
    page.get_by_label("Code on the pack").fill(f"(01){site.seeded['gtin']}(10)L-GOOD")
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Records unaltered")
    context.close()


def _wait_for(page: Page, site: Site, lot: str, verdict: str) -> None:
    """Load the page of a seeded lot until the daemon has brought its records on the ledger."""
    from tests.stack import until

    def holds() -> bool:
        page.goto(site.path_of(lot))
        return page.get_by_role("heading", level=1).text_content() == verdict

    until(holds, f"{lot}: {verdict}")


def test_a_wrong_code_is_said_in_words_and_can_be_mended(tab: Page, site: Site):
    tab.goto("/")
    tab.get_by_label("Code on the pack").fill("09506000134353")
    tab.get_by_role("button", name="Look up").click()

    expect(tab.locator("#why")).to_contain_text("check digit should be 2")
    expect(tab.get_by_label("Code on the pack")).to_have_value("09506000134353")
