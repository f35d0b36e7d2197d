"""Pages of the cold chain, as people use them."""

import csv
import io
import time
from datetime import UTC, datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache

from tests.coldchain_world import OTHER_SSCC, SSCC, START, Logger, aggregation, association, capture, every
from tests.factories import member
from traceapp.accounts.roles import Role
from traceapp.accounts.visibility import Visibility
from traceapp.coldchain import watch
from traceapp.coldchain.models import Alarm, Case, Conditions, Leg
from traceapp.ledger.tamper import tamper_record

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def world(ledger_world):
    cache.clear()
    owner = ledger_world.organisations[0]
    ledger_world.logger = Logger(owner)
    ledger_world.quality = member(owner, Role.QUALITY, Role.SUPPLIER)
    Conditions.objects.create(
        organisation=owner, name="Vaccines", product_class="refrigerated", low=2, high=8, budget=60, ceiling=25
    )
    return ledger_world


def travelled(world, **associations):
    owner, logger = world.organisations[0], world.logger
    records = logger.tell(every(5, [4.0] * 6 + [9.0] * 6 + [4.0] * 12), a_message=6)
    logger.tell(every(5, [60.0] * 12), unit="%RH", name="humidity")
    capture(
        owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", SSCC, [logger.uri], 110), **associations
    )
    world.anchor()
    watch.run()
    return records


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_a_leg_is_drawn_with_its_band_excursion_and_figures(client, world):
    travelled(world)
    client.force_login(world.quality)
    leg = Leg.objects.get()
    shown = page(client, f"/coldchain/legs/{leg.uid}/")
    assert "Outside 2 to 8 °C for 30 min." in shown
    assert 'class="band"' in shown
    assert 'class="area-bad"' in shown
    assert "Humidity" in shown
    assert "Mean kinetic temperature" in shown
    assert "Verified" in shown
    assert "data-live=" not in shown, "it has ended"
    assert f"/coldchain/legs/{leg.uid}/" in page(client, "/coldchain/legs/")


def test_an_open_leg_asks_for_itself_again_and_shows_what_waits(client, world):
    owner, logger = world.organisations[0], world.logger
    capture(owner, association("ADD", SSCC, [logger.uri], 0))
    logger.tell(every(5, [4.0] * 6))
    watch.run()
    client.force_login(world.quality)
    leg = Leg.objects.get()
    assert f'data-live="/coldchain/legs/{leg.uid}/now/"' in page(client, f"/coldchain/legs/{leg.uid}/")
    assert "1 message waits for the ledger" in page(client, f"/coldchain/legs/{leg.uid}/now/")
    world.anchor()
    assert "waits for the ledger" not in page(client, f"/coldchain/legs/{leg.uid}/now/")


@pytest.mark.parametrize(
    "query", ["from=x&to=y", "from=9e99", "to=-1", "from=99999999999&to=1", "from=nan", "from=inf"]
)
def test_a_window_that_makes_no_sense_shows_something_all_the_same(client, world, query):
    travelled(world)
    client.force_login(world.quality)
    page(client, f"/coldchain/legs/{Leg.objects.get().uid}/?{query}")


def test_zooming_shows_a_part(client, world):
    travelled(world)
    client.force_login(world.quality)
    start = START.timestamp()
    shown = page(client, f"/coldchain/legs/{Leg.objects.get().uid}/?from={start + 600}&to={start + 1200}")
    assert "06:10" in shown
    assert "Whole leg" in shown


def test_a_changed_byte_is_a_finding_and_not_in_the_drawing(client, world):
    records = travelled(world)
    client.force_login(world.quality)
    leg = Leg.objects.get()
    assert "does not match" not in page(client, f"/coldchain/legs/{leg.uid}/")
    tamper_record(records[1].pk)
    shown = page(client, f"/coldchain/legs/{leg.uid}/")
    assert "1 message does not match the ledger" in shown
    assert f'<a href="/sensors/messages/{records[1].uid}/">Message 2, ' in shown
    assert 'class="strip-bad"' in shown
    assert "Does not match" in shown
    assert 'class="gap-area"' in shown


def test_readings_after_calibration_was_due_are_marked_in_drawing_table_and_files(client, world):
    import pyarrow.parquet as pq

    world.logger.device.calibration_due = START.date()
    world.logger.device.save()
    owner, logger = world.organisations[0], world.logger
    logger.tell(every(60, [4.0] * 30), a_message=10)
    logger.tell(every(60, [60.0] * 6), unit="%RH", name="humidity")
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", SSCC, [logger.uri], 1800))
    world.anchor()
    watch.run()
    client.force_login(world.quality)
    leg = Leg.objects.get()
    shown = page(client, f"/coldchain/legs/{leg.uid}/")
    assert "The calibration had expired for readings since" in shown
    assert shown.count('class="strip-wait"') == 6, "temperature and humidity at three widths"
    assert (shown.count('<td class="num">valid</td>'), shown.count('<td class="num">expired</td>')) == (24, 12)
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(f"/coldchain/legs/{leg.uid}/readings.csv")).decode())))
    assert {row["time"] < "2026-05-15" for row in rows if row["calibrated"] == "True"} == {True}
    assert sum(row["calibrated"] == "False" for row in rows) == 12
    answer = client.get(f"/coldchain/legs/{leg.uid}/readings.parquet")
    assert sum(pq.read_table(io.BytesIO(b"".join(answer))).column("calibrated").to_pylist()) == 24


def test_csv_and_parquet_hold_every_reading_with_what_proves_it(client, world):
    import pyarrow.parquet as pq

    records = travelled(world)
    client.force_login(world.quality)
    leg = Leg.objects.get()
    answer = client.get(f"/coldchain/legs/{leg.uid}/readings.csv")
    assert answer["Traceapp-Messages-Left-Out"] == "0"
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    warm = [row for row in rows if row["quantity"] == "temperature"]
    assert len(warm) == 23, "12 after 110 minutes are not the leg's"
    assert warm[0]["time"] == "2026-05-14T06:00:00.000Z"
    assert {row["record"] for row in warm} == {str(one.uid) for one in records}
    assert client.get("/" + warm[0]["proof"].split("/", 3)[3]).status_code == 200

    answer = client.get(f"/coldchain/legs/{leg.uid}/readings.parquet")
    table = pq.read_table(io.BytesIO(b"".join(answer.streaming_content)))
    assert table.num_rows == len(rows)
    assert table.column("value").to_pylist()[:6] == [4.0] * 6
    assert table.column("time").to_pylist()[0] == datetime(2026, 5, 14, 6, tzinfo=UTC)
    assert b"traceapp.batches" in table.schema.metadata


def test_a_case_from_alarm_to_signed_decision(client, world):
    travelled(world)
    client.force_login(world.quality)
    case = Case.objects.get()
    assert "Too warm" in page(client, "/coldchain/")
    address = f"/coldchain/cases/{case.uid}/"
    assert "Set up a passkey or an app that makes codes first" in page(client, address)
    client.post(address + "acknowledge/")
    client.post(address + "hold/", {"on": "0"})
    client.post(address + "note/", {"text": "Asked the driver"})
    client.post(address + "owner/", {"owner": world.quality.pk})
    TOTP.activate(world.quality, SECRET)
    decision = {"disposition": "release", "reason": "Within the budget", "code": "123"}
    assert "This code is not right" in client.post(address + "decide/", decision).content.decode()
    decision["code"] = format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))
    assert client.post(address + "decide/", decision).status_code == 302
    shown = page(client, address)
    assert "Release: the goods are fit for use" in shown
    assert "Signed" in shown
    assert [step.what for step in case.steps.all()] == ["opened", "acknowledged", "freed", "note", "owner", "closed"]
    step = case.steps.last()
    step.text = "Nobody asked"
    step.save()
    assert "Signature does not match" in page(client, address)


def test_who_records_may_not_decide(client, world):
    travelled(world)
    client.force_login(member(world.organisations[0], Role.SUPPLIER))
    case = Case.objects.get()
    assert client.post(f"/coldchain/cases/{case.uid}/decide/", {"disposition": "release"}).status_code == 403


def test_another_organisation_sees_a_leg_only_by_its_association_and_never_a_case(client, world):
    travelled(world)
    stranger = member(world.organisations[1], *Role.values)
    client.force_login(stranger)
    leg = Leg.objects.get()
    for address in ("", "now/", "readings.csv", "readings.parquet"):
        page(client, f"/coldchain/legs/{leg.uid}/{address}", 404)
    page(client, f"/coldchain/cases/{Case.objects.get().uid}/", 404)
    assert str(leg.uid) not in page(client, "/coldchain/legs/")
    from traceapp.ledger.models import Record

    Record.objects.filter(pk=leg.began_by).update(visibility=Visibility.PUBLIC)
    page(client, f"/coldchain/legs/{leg.uid}/")


def test_the_journey_of_an_item_goes_through_the_pallets_it_was_packed_in(client, world):
    owner, logger = world.organisations[0], world.logger
    item = "https://id.gs1.org/01/09506000134352/21/1"
    capture(
        owner,
        aggregation("ADD", SSCC, [item], -10),
        aggregation("DELETE", SSCC, [item], 40),
        aggregation("ADD", OTHER_SSCC, [item], 50),
    )
    travelled(world)
    client.force_login(world.quality)
    assert Leg.objects.get().why_ended == "unpacked"
    shown = page(client, f"/coldchain/journey/?q={item}")
    assert logger.device.name in shown
    assert "Outside 2 to 8 °C for 10 min." in shown
    assert "May still be outside its limits for 50 min of 1 h." in shown
    assert "No logger travelled" in page(client, "/coldchain/journey/?q=00095060001343520055")
    page(client, "/coldchain/journey/?q=%F0%9F%8D%93")


def test_conditions_are_set_with_checks_and_judge_from_then_on(client, world):
    client.force_login(world.quality)
    assert "Medicine, refrigerated" in page(client, "/coldchain/conditions/add/?kind=refrigerated")
    good = {
        "name": "Cheese", "product_class": "chilled_food", "gtin": "9506000134352", "low": "1", "high": "6",
        "hysteresis": "0.5", "minimum": "15", "warn_within": "30", "max_interval": "15",
    }  # fmt: skip
    for wrong, word in (
        ({"high": "0"}, "above the lower one"),
        ({"low": "", "high": ""}, "at least one limit"),
        ({"hysteresis": "9"}, "less than half"),
        ({"gtin": "9506000134353"}, "gtin"),
        ({"max_interval": "0"}, "From 1 minute"),
        ({"low": "-400"}, "273.15"),
    ):
        answer = client.post("/coldchain/conditions/add/", {**good, **wrong})
        assert answer.status_code == 400, wrong
        assert word in answer.content.decode()
    assert client.post("/coldchain/conditions/add/", good).status_code == 302
    assert "already" in client.post("/coldchain/conditions/add/", good).content.decode()
    one = Conditions.objects.get(name="Cheese")
    assert client.post(f"/coldchain/conditions/{one.pk}/", {**good, "high": "5"}).status_code == 302
    assert "1 to 5 °C" in page(client, "/coldchain/conditions/")
    client.post(f"/coldchain/conditions/{one.pk}/remove/")
    assert not Conditions.objects.filter(name="Cheese").exists()


def test_alarms_are_an_address_or_a_webhook_and_lead_to_no_place_inside(client, world):
    client.force_login(world.quality)
    for wrong in (
        {},
        {"email": "a@b.example", "webhook": "https://x.example/"},
        {"webhook": "https://127.0.0.1/"},
        {"email": "x"},
    ):
        assert client.post("/coldchain/alarms/", wrong).status_code == 400
    assert client.post("/coldchain/alarms/", {"webhook": "https://hooks.example/a", "key": "s3cret"}).status_code == 302
    alarm = Alarm.objects.get()
    assert "s3cret" not in alarm.token
    assert "hooks.example" in page(client, "/coldchain/alarms/")
    client.post(f"/coldchain/alarms/{alarm.pk}/remove/")
    assert not Alarm.objects.exists()
