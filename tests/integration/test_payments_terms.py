"""Terms as people write them: what is agreed, and what is refused in words at its field."""

from datetime import UTC, datetime, timedelta

import pytest

from chaincode.traceability.rules import legs as leg_rules
from tests.factories import OrganisationFactory
from traceapp.payments.delivery_forms import TermsForm
from traceapp.payments.models import holder_of
from traceapp.sensors.models import Device

ID = "0" * 32


@pytest.fixture
def parties(db):
    names = ("buyer", "seller", "carrier", "arbiter", "insurer", "consignee", "owner")
    made = {name: OrganisationFactory(name=name.capitalize()) for name in names}
    Device.objects.create(organisation=made["owner"], giai="9506000111logger-7", name="7", salt=b"0" * 16)
    return made


def fields(parties, **changed):
    start = datetime.now(UTC)
    names = {"accept_by": 1, "fund_by": 2, "dispatch_by": 3, "deadline": 4}
    dates = {name: f"{start + timedelta(days=days):%Y-%m-%dT%H:%M}" for name, days in names.items()}
    return {
        "title": "S-1", "goods": "Cheese", "we_are": "buyer", "other": parties["seller"].pk,
        "carrier": parties["carrier"].pk, "arbiter": parties["arbiter"].pk, "currency": "EUR", "price": "10000",
        "at_dispatch": "2000", "at_arrival": "1000", "quantity": 200, "unit": "CS", "tolerance": 1,
        "damaged_pays": "12.5", "zone": "UTC", "grace_minutes": 120, "late_per_hour": "40", "late_cap": "400",
        "outside_minutes": 30, "missing_minutes": 90, "warm_per_hour": "10", "warm_cap": "500", "contest_hours": 48,
        "resolve_hours": 240, "on_silent_arbiter": "half", **dates, **changed,
    }  # fmt: skip


def form(parties, **changed):
    return TermsForm(fields(parties, **changed), organisation=parties["buyer"], shipment_id=ID, salt="")


def terms(parties, **changed):
    made = form(parties, **changed)
    assert made.is_valid(), made.errors.as_json()
    return made.cleaned_data["terms"]


def test_everything_the_contract_knows_can_be_agreed_on(parties):
    made = terms(
        parties, consignee=parties["consignee"].pk, insurer=parties["insurer"].pk, payout="8000", beneficiary="seller",
        triggers=["outside", "lost"], band_min="-20.5", band_max="-18", devices="(8004)9506000111logger-7",
        beyond="dispute", on_missing_data="ignore", leg_hours=12, challenge_hours=24, refund_after_hours=100,
        record_within_minutes=30,
    )  # fmt: skip
    assert made["consignee"] == holder_of(parties["consignee"])
    assert made["insurance"] == {
        "insurer": holder_of(parties["insurer"]), "payout": 800_000, "beneficiary": "seller",
        "triggers": ["lost", "outside"],
    }  # fmt: skip
    assert made["temperature"] == {
        "bandMin": -2050, "bandMax": -1800, "outsideMinutes": 30, "missingMinutes": 90, "beyond": "dispute",
        "perHour": 1000, "cap": 50_000, "onMissingData": "ignore",
    }  # fmt: skip
    owner = parties["owner"]
    assert made["legs"] == [
        {
            "device": leg_rules.device_commitment("9506000111logger-7", ID),
            "responsible": leg_rules.responsible_commitment(owner.msp_id, owner.pgln, ID),
        }
    ]
    assert (made["legHours"], made["challengeHours"]) == (12, 24)
    assert (made["refundAfterHours"], made["recordWithinMinutes"]) == (100, 30)
    assert made["quantity"]["damagedPays"] == 1250


def test_what_is_left_empty_is_what_most_agree_on(parties):
    made = terms(parties)
    assert made["consignee"] == made["buyer"]
    assert (made["insurance"], made["temperature"], made["legs"]) == (None, None, [])
    assert (made["recordWithinMinutes"], made["refundAfterHours"], made["legHours"]) == (60, 72, 24)


def test_times_are_by_the_clock_of_the_place(parties):
    year = datetime.now(UTC).year + 1
    days = {"accept_by": 1, "fund_by": 2, "dispatch_by": 3, "deadline": 4}
    dates = {name: f"{year}-07-0{day}T18:00" for name, day in days.items()}
    made = terms(parties, zone="Asia/Kolkata", **dates)
    assert made["deadline"] == {"at": f"{year}-07-04T12:30:00.000Z", "zone": "Asia/Kolkata", "offset": "+05:30"}


@pytest.mark.parametrize(
    ("moment", "why"), [("2031-03-30T02:30", "There is no 02:30"), ("2031-10-26T02:30", "02:30 comes twice")]
)
def test_an_hour_that_is_left_out_or_comes_twice_is_asked_for_again(parties, moment, why):
    dates = {"accept_by": "2031-01-01T00:00", "fund_by": "2031-01-02T00:00", "dispatch_by": "2031-01-03T00:00"}
    made = form(parties, zone="Europe/Berlin", deadline=moment, **dates)
    assert why in made.errors["deadline"][0]


@pytest.mark.parametrize(
    ("changed", "field", "why"),
    [
        ({"fund_by": "2020-01-01T00:00"}, "fund_by", "in escrow after it is agreed"),
        ({"accept_by": "2020-01-01T00:00"}, "accept_by", "This has passed"),
        ({"price": "0"}, "price", "more than 0"),
        ({"price": "100.001"}, "price", "2 decimals"),
        ({"currency": "JPY", "price": "10000.50"}, "price", "no decimals"),
        ({"price": "99999999999999999"}, "price", "too large"),
        ({"at_arrival": "9000"}, "at_dispatch", "more than the price"),
        ({"late_cap": "20000"}, "late_cap", "more than the price"),
        ({"late_cap": "0"}, "late_cap", "costs nothing"),
        ({"late_per_hour": "0"}, "late_per_hour", "costs nothing"),
        ({"tolerance": 201}, "quantity", "at most 200"),
        ({"damaged_pays": "101"}, "damaged_pays", "100"),
        ({"band_min": "2", "band_max": "8"}, "band_min", "Name a logger"),
        ({"band_min": "2", "band_max": "8", "devices": "9506000111logger-8"}, "devices", "no logger"),
        ({"leg_hours": 48}, "leg_hours", "fewer hours"),
        ({"payout": "100"}, "insurer", "Name who insures it"),
        ({"codes": "not a code"}, "codes", "not a code"),
        ({"zone": "Europe/Atlantis"}, "zone", "by its name"),
        ({"triggers": ["war"]}, "triggers", "war"),
        ({"minor": 1, "quantity": "1.5"}, "quantity", "whole number"),
    ],
)
def test_what_cannot_be_agreed_on_is_said_at_its_field(parties, changed, field, why):
    made = form(parties, **changed)
    assert why in " ".join(made.errors.get(field, ["nothing is said"]))


@pytest.mark.parametrize(
    ("changed", "field", "why"),
    [
        ({"arbiter": "seller"}, "arbiter", "Seller is the other side already"),
        ({"carrier": "seller"}, "carrier", "Seller is the other side already"),
        ({"insurer": "arbiter"}, "insurer", "Arbiter is the arbiter already"),
        ({"arbiter": "buyer"}, "arbiter", "Select a valid choice"),
        ({"consignee": "seller"}, "consignee", "another part already"),
        ({"consignee": "carrier"}, "consignee", "another part already"),
    ],
)
def test_nobody_has_two_parts(parties, changed, field, why):
    given = {name: parties[who].pk for name, who in changed.items()}
    made = form(parties, payout="10", triggers=["lost"], **given)
    assert why in " ".join(made.errors[field])


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"triggers": ["lost"]}, "payout"), ({"payout": "10"}, "triggers"), ({"payout": "-1"}, "payout"),
     ({"payout": "10", "triggers": ["outside"]}, "triggers")],
)  # fmt: skip
def test_an_insurance_is_whole_or_there_is_none(parties, changed, field):
    assert field in form(parties, insurer=parties["insurer"].pk, **changed).errors


def test_all_that_is_wrong_is_said_at_once(parties):
    made = form(parties, price="x", arbiter=parties["carrier"].pk, leg_hours=48)
    assert set(made.errors) >= {"price", "arbiter", "leg_hours"}


def test_what_is_empty_hides_nothing_else_that_is_wrong(parties):
    empty = form(
        parties, title="", quantity="", carrier="", price="-5", late_cap="1.234", insurer=parties["insurer"].pk,
        fund_by=datetime.now(UTC) - timedelta(days=1), band_min="9", band_max="8", tolerance=7,
    )  # fmt: skip
    assert set(empty.errors) == {
        "title", "quantity", "carrier", "price", "late_cap", "payout", "triggers", "fund_by", "band_min",
    }  # fmt: skip
    unknown = form(parties, currency="XYZ", price="ten", late_cap="1.5")
    assert set(unknown.errors) == {"currency", "price"}
