"""The ledger page as an auditor has it open: it moves by itself, and verifies everything when asked to."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site, log_in
from tests.e2e.test_record_path import log_a_step

pytestmark = pytest.mark.e2e
MINUTE = 60_000


def test_blocks_and_batches_arrive_without_a_reload(member_tab: Page, site: Site):
    page = member_tab
    page.goto("/ledger/")
    newest = page.locator(".blocks a b").first
    before = newest.inner_text()
    expect(page.locator("#nodes")).to_contain_text("Well", timeout=MINUTE)
    log_a_step(page.context.new_page(), "L-ARRIVES")
    expect(newest).not_to_have_text(before, timeout=MINUTE)
    expect(page.get_by_role("region", name="Newest batches").locator("tbody tr").first).to_contain_text("On ledger")


def test_everything_is_verified_at_the_press_of_a_button(tab: Page, site: Site):
    log_in(tab, site)
    tab.goto("/ledger/")
    tab.get_by_role("button", name="Verify everything now").click()
    progress = tab.locator("[data-live$='/verification/']")
    expect(progress).to_contain_text("Waiting for a worker")
    site.start("worker", "-m", "celery", "-A", "traceapp", "worker", "--concurrency", "1", "--loglevel", "warning")
    expect(progress).to_contain_text("Everything was verified just now", timeout=2 * MINUTE)
