"""The one-file verifier, opened from disk in a real browser without a network."""

import subprocess
import sys

import pytest

from tests.e2e.conftest import ARGUMENTS, CHROMIUM
from tests.proof_vectors.folder import FOLDER
from tests.stack import ROOT

pytest.importorskip("playwright")
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "verify.html"
    subprocess.run([sys.executable, "manage.py", "offline_verifier", "-o", str(path)], cwd=ROOT, check=True)
    return path


@pytest.fixture
def offline(saved):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        context = browser.new_context(offline=True, viewport={"width": 360, "height": 740})
        page = context.new_page()
        page.problems = []
        page.on("console", lambda message: page.problems.append(message.text))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.goto(saved.as_uri())
        yield page
        browser.close()


def test_it_checks_what_a_person_gives_it(offline):
    offline.set_input_files("#files", [FOLDER / "good" / "partly-hidden.json"])
    assert "Now give the trust file" in offline.inner_text("#state")
    offline.set_input_files("#trust", FOLDER / "trust.json")
    offline.wait_for_selector("article.ok")
    assert offline.inner_text("article.ok h2") == "Verified."
    assert offline.locator("article.ok li.ok").count() == 9
    assert "that the event is true in the world" in offline.inner_text("article.ok")
    offline.set_input_files("#files", [FOLDER / "forged" / "high-s.json"])
    offline.wait_for_selector("article.no")
    assert "bad-signature, step 4" in offline.inner_text("article.no")
    assert offline.locator("article.no li.ok").count() == 3
    assert offline.problems == []
    assert offline.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_bundle_cannot_bring_its_own_trust(offline):
    offline.set_input_files("#trust", FOLDER / "trust-of-another-network.json")
    offline.wait_for_selector("#trusted:not([hidden])")
    fingerprint = offline.inner_text("#fingerprint")
    offline.set_input_files("#files", [FOLDER / "trust.json", FOLDER / "good" / "whole.json"])
    offline.locator("article.no").nth(1).wait_for()
    assert offline.inner_text("#fingerprint") == fingerprint
