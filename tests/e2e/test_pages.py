"""Every page, for everyone: no axe violation, no sideways scrolling, light and dark, no error in the console."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, Watched, log_in
from tests.stack import until

pytestmark = pytest.mark.e2e
OPEN = {
    "welcome": "/",
    "unaltered": "/01/{gtin}/10/L-GOOD",
    "product": "/01/{gtin}",
    "unknown": "/01/09506000134352/10/NOBODY",
    "bad code": "/01/09506000134353",
    "all links of a code": "/01/{gtin}?linkType=linkset",
    "a link that is not there": "/01/{gtin}?linkType=gs1:recipeInfo",
    "ledger": "/ledger/",
    "batches": "/ledger/batches/",
    "block": "/ledger/blocks/1/",
    "login": "/accounts/login/",
}
FOR_MEMBERS = {
    "home": "/",
    "log a step": "/capture/",
    "records": "/capture/records/",
    "labels": "/labels/",
    "a sheet of labels": "/labels/?lot=1&copies=8",
    "a pallet label": "/labels/pallets/?sscc=106141412345678908&copies=2&size=a6&dpi=203",
    "a wrong pallet label": "/labels/pallets/?sscc=1&copies=2&size=a6&dpi=203",
    "links": "/labels/links/",
    "a new link": "/labels/links/add/",
    "subscriptions": "/subscriptions/",
    "a new subscription": "/subscriptions/add/",
    "a scan that is none": "/capture/?code=nonsense",
    "ledger": "/ledger/",
    "forecasts": "/forecasts/",
    "a forecast": "/forecasts/demand/",
    "stocks": "/forecasts/inventory/",
    "a stock": "/forecasts/inventory/?product={gtin}&place={place}&lead_time=5&on_hand=20",
    "brands and regions": "/forecasts/groups/",
    "planned offers": "/forecasts/promotions/",
}
WIDTHS = (360, 1440)


@pytest.fixture(scope="module", autouse=True)
def _anchored(browser, site: Site):
    """The seeded records are on the ledger before anything is looked at."""
    page = browser.new_page(base_url=site.url)

    def on_ledger() -> bool:
        page.goto(site.path_of("L-GOOD"))
        return page.get_by_role("heading", level=1).text_content() == "Records unaltered"

    until(on_ledger, "the seeded records are on the ledger")
    page.close()


def _look_at(page: Page, path: str) -> list[str]:
    """What is wrong with a page, in words."""
    page.goto(path)
    wrong = []
    found = Axe().run(page)
    if found.violations_count:
        wrong.append(f"{path}: {found.generate_report()}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        wrong.append(f"{path}: {wide} px too wide")
    return wrong


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("who", ["nobody", "supplier@example.org", "quality@example.org"])
def test_every_page_is_sound(browser, site: Site, width: int, scheme: str, who: str):
    context = browser.new_context(
        base_url=site.url, viewport={"width": width, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    watched = Watched(context.new_page())
    pages = OPEN
    if who != "nobody":
        log_in(watched.page, site, who)
        pages = FOR_MEMBERS if who.startswith("supplier") else {"home": "/", "ledger": "/ledger/"}

    wrong = [one for path in pages.values() for one in _look_at(watched.page, path.format(**site.seeded))]
    context.close()
    assert not wrong, "\n".join(wrong)
    assert not watched.unexpected, watched.errors


def test_the_scan_page_is_light(browser, site: Site):
    """HTML at most 30 KB, all of it at most 60 KB, compressed."""
    context = browser.new_context(base_url=site.url)
    page = context.new_page()
    sizes: list[tuple[str, int]] = []
    page.on("requestfinished", lambda request: sizes.append((request.url, request.sizes()["responseBodySize"])))
    page.goto(f"/p{site.path_of('L-GOOD')}", wait_until="networkidle")
    context.close()

    html = next(size for url, size in sizes if "/p/01/" in url)
    assert html <= 30_000
    assert sum(size for _, size in sizes) <= 60_000, sizes


@pytest.mark.parametrize("language", ["de", "es", "ar"])
def test_the_scan_page_speaks_other_languages(browser, site: Site, language: str):
    context = browser.new_context(base_url=site.url, locale=language, viewport={"width": 360, "height": 800})
    page = context.new_page()
    wrong = _look_at(page, f"/p{site.path_of('L-GOOD')}")
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Records unaltered")
    if language == "ar":
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
    context.close()
    assert not wrong, "\n".join(wrong)


def test_a_fingerprint_shows_all_of_itself_on_a_tap(tab: Page, site: Site):
    tab.goto(site.path_of("L-GOOD"))
    tab.locator("#step-1 summary").click()
    tab.locator("#step-1 .chip").click()

    expect(tab.locator("#step-1 .pop code")).to_be_visible()
