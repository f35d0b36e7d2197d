"""Devices and what travelled cold, in a real browser on this process's server: registering, keys, charts, cases."""

import csv
import os
import time
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.cache import cache

from tests.coldchain_world import SSCC, START, Logger, after, association, capture, every
from tests.e2e.conftest import Watched
from tests.e2e.test_money_pages import log_in, look_at
from tests.factories import member
from tests.sensors_world import b64url
from traceapp.accounts.roles import Role
from traceapp.coldchain import watch
from traceapp.coldchain.models import Case, Conditions, Leg
from traceapp.sensors import intake
from traceapp.sensors.models import Device, DeviceKey

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # the browser's driver has a loop of its own in this thread
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("E2E_SHOTS", "")


@pytest.fixture
def world(committed_ledger_world):
    cache.clear()
    owner = committed_ledger_world.organisations[0]
    owner.company_prefix = "9506000111"
    owner.save()
    committed_ledger_world.member = member(owner, Role.ADMIN, Role.QUALITY, Role.SUPPLIER, Role.CARRIER)
    return committed_ledger_world


@pytest.fixture
def page(browser, live_server, world):
    """A tab of a member; any console error fails the test."""
    context = browser.new_context(base_url=live_server.url, reduced_motion="reduce", accept_downloads=True)
    log_in(context, live_server, world.member)
    watched = Watched(context.new_page())
    yield watched.page
    context.close()
    assert not watched.unexpected, watched.errors


def a_key():
    return b64url(Ed25519PrivateKey.generate().public_key().public_bytes_raw())


def sound(page, *paths):
    """Looked at wide and narrow, light and dark; with E2E_SHOTS=FOLDER there are pictures of it."""
    wrong = []
    for path in paths:
        wrong += look_at(page, path, path)
        name = "-".join(part[:12] for part in path.strip("/").split("/"))
        for width, scheme in ((360, "light"), (1440, "dark")) if SHOTS else ():
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{SHOTS}/{name}-{width}-{scheme}.png", full_page=True)
    assert not wrong, "\n".join(wrong)


def test_a_device_is_registered_by_form_by_its_code_and_many_by_csv(page, world, tmp_path):
    page.goto("/sensors/")
    page.get_by_role("link", name="Register a device").first.click()
    page.get_by_label("GIAI").fill("9506000111FORM")
    page.get_by_label("Public key").fill("too short")
    page.get_by_label("Name").fill("Van 1")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.locator(".field__error").first).to_be_visible()
    page.get_by_label("Public key").fill(a_key())
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Van 1")
    expect(page.get_by_text("Waits for the ledger")).to_be_visible()
    world.anchor()
    page.reload()
    expect(page.get_by_text("Active", exact=True)).to_be_visible()

    page.goto("/sensors/devices/add/")
    key = a_key()
    page.get_by_label("Scan or paste the device's code").fill(f"https://id.gs1.org/8004/9506000111CODE?x={key}")
    page.keyboard.press("Enter")  # as a hand scanner ends what it reads
    expect(page.get_by_label("GIAI")).to_have_value("9506000111CODE")
    expect(page.get_by_label("Public key")).to_have_value(key)
    page.get_by_label("Name").fill("Van 2")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Van 2")

    listed = tmp_path / "devices.csv"
    good = f"9506000111CSV1,{a_key()},Gate 1\n"
    listed.write_text(f"giai,public_key,name\n{good}9506000111CSV2,nonsense,Gate 2\n")
    page.goto("/sensors/devices/import/")
    page.locator("input[type=file]").set_input_files(listed)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="What is wrong in the file")).to_be_visible()
    assert Device.objects.count() == 2
    listed.write_text(f"giai,public_key,name\n{good}")
    page.locator("input[type=file]").set_input_files(listed)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("Gate 1")).to_be_visible()
    assert sorted(Device.objects.values_list("name", flat=True)) == ["Gate 1", "Van 1", "Van 2"]
    sound(page, "/sensors/", "/sensors/devices/add/", "/sensors/devices/import/")


def test_a_key_is_replaced_and_revoked_after_a_warning(page, world):
    logger = Logger(world.organisations[0])
    key = Ed25519PrivateKey.generate()
    DeviceKey.objects.all().delete()
    Device.objects.all().delete()
    page.goto("/sensors/devices/add/")
    page.get_by_label("GIAI").fill(logger.device.giai)
    page.get_by_label("Public key").fill(b64url(logger.private.public_key().public_bytes_raw()))
    page.get_by_label("Name").fill("Logger 7")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.get_by_text("Waits for the ledger")).to_be_visible()
    world.anchor()
    device = Device.objects.get()
    (told,) = intake.take([logger.signed([{"n": "t", "u": "Cel", "t": time.time(), "v": 4.0}])])
    assert told.new, told.refused
    page.reload()
    page.get_by_role("link", name="Give it a new key").click()
    page.get_by_label("Public key").fill(b64url(key.public_key().public_bytes_raw()))
    page.get_by_role("button", name="Replace the key").click()
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    world.anchor()
    page.reload()
    expect(page.get_by_text("Replaced by a new key")).to_be_visible()
    page.get_by_role("link", name=f"Revoke {logger.kid}.2").click()
    expect(page.locator(".note--bad")).to_be_visible()
    sound(page, f"/sensors/devices/{device.uid}/revoke/{logger.kid}.2/")
    page.get_by_label("Why").select_option("lost")
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("Is being revoked")).to_be_visible()
    world.anchor()
    page.reload()
    expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
    sound(page, f"/sensors/devices/{device.uid}/", f"/sensors/devices/{device.uid}/key/")


@pytest.fixture
def leg(world):
    """A leg with a gap and an excursion, and a case of it; the logger still travels."""
    owner = world.organisations[0]
    logger = world.logger = Logger(owner)
    Conditions.objects.create(
        organisation=owner, name="Vaccines", product_class="refrigerated", low=2, high=8, budget=600, ceiling=25
    )
    warm = every(5, [4.0] * 12 + [9.4] * 8 + [4.2] * 12)
    logger.tell([(at, value) for at, value in warm if not 125 <= (at - START.timestamp()) / 60 < 150], a_message=8)
    logger.tell(every(5, [60.0, 62.0, 61.0] * 10), unit="%RH", name="humidity")
    logger.tell(every(5, [0.4, 0.2, 9.0, 0.3] * 7), unit="m/s2", name="shock")
    capture(owner, association("ADD", SSCC, [logger.uri], 0))
    world.anchor()
    watch.run()
    return Leg.objects.get()


def test_a_chart_is_read_zoomed_by_keyboard_and_taken_away(page, leg, tmp_path):
    path = f"/coldchain/legs/{leg.uid}/"
    whole = f"{path}?from={after(0)}&to={after(154)}"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(whole)
    drawn = page.locator("svg.draw--wide").first
    expect(drawn).to_be_visible()
    expect(drawn.locator(".gap-area")).to_have_count(1)
    expect(drawn.locator(".area-bad")).to_have_count(1)
    expect(drawn.locator(".band")).to_have_count(1)
    assert drawn.locator(".ln").get_attribute("d").count("M") == 2, "the line is broken at the gap"
    for beside in ("Humidity", "Shock"):
        expect(page.get_by_role("heading", name=beside)).to_be_visible()

    closer = page.get_by_role("link", name="Closer", exact=True)
    closer.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Whole leg")).to_be_visible()
    page.get_by_role("link", name="Look closer").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("06:30").first).to_be_visible()

    page.goto(whole)
    summary = page.get_by_text("Show as table").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").first).to_be_visible()
    expect(page.get_by_role("cell", name="9.4").first).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    download.value.save_as(tmp_path / "leg.csv")
    with (tmp_path / "leg.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert sum(row["quantity"] == "temperature" for row in rows) == 27
    assert max(float(row["value"]) for row in rows if row["quantity"] == "temperature") == 9.4
    case = Case.objects.get()
    sound(page, whole, path, "/coldchain/", f"/coldchain/cases/{case.uid}/", "/coldchain/legs/")


def test_a_new_message_shows_without_a_reload(page, leg, world):
    page.goto(f"/coldchain/legs/{leg.uid}/")
    readings = page.locator("dt", has_text="Readings").locator("xpath=../dd")
    before = readings.first.inner_text()
    page.evaluate("window.sameDocument = true")
    world.logger.tell([(datetime.now(UTC).timestamp() - 30, 5.25)])
    world.anchor()
    expect(readings.first).not_to_have_text(before, timeout=60_000)
    assert page.evaluate("window.sameDocument") is True, "the page was not loaded again"


def test_a_case_is_acknowledged_and_noted_by_keyboard(page, leg):
    case = Case.objects.get()
    page.goto(f"/coldchain/cases/{case.uid}/")
    page.get_by_role("button", name="I take care of it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Acknowledged")).to_be_visible()
    page.get_by_label("Note").fill("Asked the driver")
    page.get_by_role("button", name="Add the note").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Asked the driver")).to_be_visible()
    assert list(case.steps.values_list("what", flat=True)) == ["opened", "acknowledged", "note"]
