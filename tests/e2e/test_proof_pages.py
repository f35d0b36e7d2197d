"""A person shows chosen fields of a record to somebody, in a real browser: form, link, check, revocation."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site, Watched
from tests.e2e.test_pages import WIDTHS, _look_at
from tests.e2e.test_record_path import MINUTE, _wait_for

pytestmark = pytest.mark.e2e


@pytest.fixture
def record(member_tab: Page, site: Site) -> str:
    """The page of the shipping step's proof, as its recorder sees it."""
    _wait_for(member_tab, site, "L-GOOD", "Records unaltered")
    return member_tab.locator("#step-2 a[href^='/proofs/records/']").get_attribute("href")


def test_fields_are_chosen_shown_checked_and_withdrawn(member_tab: Page, browser: Browser, site: Site, record: str):
    page = member_tab
    page.goto(record)
    page.get_by_role("button", name="Check now").click()
    expect(page.locator("[data-sum]")).to_contain_text("Done. The proof holds", timeout=MINUTE)
    for name in ("Goods and quantity", "To whom"):
        page.get_by_label(name).uncheck()
    expect(page.get_by_label("Number of the event")).to_be_disabled()
    page.get_by_label("The link opens for").select_option(label="1 day")
    page.get_by_role("button", name="See what they will see").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Packing house")
    expect(preview).not_to_contain_text("2,400")
    expect(page.get_by_label("Goods and quantity")).not_to_be_checked()
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("img", name="QR code of this link")).to_be_visible()
    address = page.locator(".wraps a").first.get_attribute("href")

    stranger = Watched(browser.new_context(base_url=site.url).new_page())
    stranger.page.goto(address)
    expect(stranger.page.locator("main")).to_contain_text("Huerta Alba shows you these fields")
    expect(stranger.page.locator("main")).not_to_contain_text("2,400")
    expect(stranger.page.locator("main")).to_contain_text("2 more fields of this record are hidden")
    stranger.page.get_by_role("button", name="Check now").click()
    expect(stranger.page.locator("[data-sum]")).to_contain_text("Done. The proof holds", timeout=MINUTE)
    expect(stranger.page.locator("#not-proven")).to_contain_text("That what was written down was true")
    assert not stranger.unexpected

    page.get_by_role("button", name="Revoke").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.locator(".messages")).to_contain_text("The link is revoked")
    expect(page.locator("main")).to_contain_text("Revoked")
    stranger.page.reload()
    expect(stranger.page.get_by_role("heading", level=1)).to_have_text("This link does not open")
    stranger.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_proofs_are_sound(member_tab: Page, site: Site, record: str, width: int, scheme: str):
    page = member_tab
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto(record)
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("img", name="QR code of this link")).to_be_visible()
    link = page.url
    shared = page.locator(".wraps a").first.get_attribute("href")
    paths = [record, link, shared, "/proofs/", "/proofs/trust/", "/ledger/trust/", f"{shared}x/"]
    wrong = [one for path in paths for one in _look_at(page, path)]
    assert not wrong, "\n".join(wrong)
