"""The one-file verifier, opened from disk in a real browser without a network."""

import base64
import json
import subprocess
import sys

import pytest

from tests.proof_vectors.folder import FOLDER
from tests.proof_vectors.page_verifier import bare_page
from tests.stack import ROOT


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    path = tmp_path_factory.mktemp("saved") / "verify.html"
    subprocess.run([sys.executable, "manage.py", "offline_verifier", "-o", str(path)], cwd=ROOT, check=True)
    return path


@pytest.fixture
def tab(browser):
    """A page of a browser that is offline, on a phone."""
    context = browser.new_context(offline=True, viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.problems = []
    page.on("console", lambda message: page.problems.append(message.text))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    yield page
    context.close()


@pytest.fixture
def offline(tab, saved):
    tab.goto(saved.as_uri())
    return tab


CHECK = """async ([bundle, trust]) => {
  const bytes = (base64) => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  try {
    return await checker.verifyBundle(bytes(bundle), await checker.readTrust(bytes(trust)));
  } catch (error) {
    return { thrown: error.constructor.name };
  }
}"""


def base64_of(name: str) -> str:
    return base64.b64encode((FOLDER / name).read_bytes()).decode()


def test_a_real_browser_gives_the_answer_expected_to_every_vector(tab, tmp_path):
    (tmp_path / "bare.html").write_text(bare_page(), encoding="utf-8")
    tab.goto((tmp_path / "bare.html").as_uri())
    for one in json.loads((FOLDER / "vectors.json").read_bytes()):
        answer = tab.evaluate(CHECK, [base64_of(one["bundle"]), base64_of(one["trust"])])
        told = tuple(answer.get(name) for name in ("verified", "reason", "step"))
        assert told == (one["verified"], one["reason"], one["step"]), (one, answer)
    for one in json.loads((FOLDER / "trusts.json").read_bytes()):
        answer = tab.evaluate(CHECK, [base64_of("good/whole.json"), base64_of(one["trust"])])
        assert ("thrown" in answer) != one["usable"], (one, answer)
    assert tab.problems == []


def test_a_browser_without_ed25519_says_what_it_did_not_check(tab, saved):
    tab.add_init_script("""
      const importKey = SubtleCrypto.prototype.importKey;
      SubtleCrypto.prototype.importKey = function (format, key, algorithm, ...more) {
        if (algorithm.name === "Ed25519") return Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"));
        return importKey.call(this, format, key, algorithm, ...more);
      };
    """)
    tab.goto(saved.as_uri())
    tab.set_input_files("#trust", FOLDER / "trust.json")
    tab.set_input_files("#files", FOLDER / "good" / "device-key.json")
    tab.wait_for_selector("article.ok")
    assert tab.locator("article li.ok").count() == 9
    assert "device key not checked: this browser has no Ed25519" in tab.inner_text("article")


def test_a_page_that_may_check_no_signatures_says_so(tab, saved):
    tab.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });")
    tab.goto(saved.as_uri())
    tab.set_input_files("#trust", FOLDER / "trust.json")
    assert "nothing can be verified" in tab.inner_text("#state")


def test_a_block_and_a_device_are_told_and_steps_not_taken_are_grey(offline):
    offline.set_input_files("#trust", FOLDER / "trust-with-orderers.json")
    offline.set_input_files("#files", [FOLDER / "good" / name for name in ("block.json", "device-key.json")])
    offline.locator("article.ok").nth(1).wait_for()
    device, block = offline.locator("article").all()
    assert "key 8004-9506000111-logger-7" in device.inner_text()
    assert "12, signed by orderers" in block.inner_text()
    assert [one.locator("li.ok").count() for one in (device, block)] == [10, 10]
    assert [one.locator("li.off").count() for one in (device, block)] == [1, 1]
    assert "2 of 2 verified against Test network" in offline.inner_text("#state")


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
    assert "This is a trust file; the first field is for it." in offline.locator("article").nth(1).inner_text()
