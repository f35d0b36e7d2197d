"""Stocks on the page, over the API and as files: the same numbers, and what is asked wrongly."""

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest
from django.urls import reverse

from forecasting.delay.deliveries import DeliveryRow
from forecasting.inventory import inbound
from forecasting.inventory.models import InboundTime
from forecasting.models import Kind
from tests.factories import OrganisationFactory, member
from tests.planning_world import SLOW, a_run, a_series

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(client):
    """An organisation whose analyst is logged in."""
    found = OrganisationFactory()
    client.force_login(member(found, "analyst"))
    return found


@pytest.fixture
def run(firm):
    run = a_run(firm)
    a_series(run, "Apples", "Shop")
    a_series(run, "Quince", "Shop", SLOW, mode="slow")
    a_series(run, "=Pears", "Depot", unit="KGM")
    return run


def page(client, status=200, **query):
    answer = client.get(reverse("inventory:index"), query)
    assert answer.status_code == status
    return answer.content.decode()


def stocks(client, run, status=200, **query):
    answer = client.get(reverse("api-inventory", args=[run.uid]), query)
    assert answer.status_code == status, answer.content
    return answer.json()


def test_page_api_and_files_say_the_same_numbers(client, run):
    import pyarrow.parquet as pq

    query = {"service_level": 97.5, "lead_time": 9.5, "spread": 2, "review": 3}
    names = ("reorder_point", "order_up_to", "safety_stock", "expected")
    api = stocks(client, run, **query)
    assert api["count"] == 3
    said = [[row[name] for name in names] for row in api["results"]]
    assert all(0 < row[2] < row[0] < row[1] for row in said)
    html = page(client, **query)
    assert [float(n) for n in re.findall(r'<data value="([\d.]+)">', html)] == [n for row in said for n in row]
    assert "style=" not in html
    text = b"".join(client.get(reverse("inventory:index"), query | {"as": "csv"}).streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [[float(row[name]) for name in names] for row in rows] == said
    assert [row["product"] for row in rows] == ["'=Pears", "Apples", "Quince"]
    file = client.get(reverse("api-inventory", args=[run.uid]), query | {"as": "parquet"})
    table = pq.read_table(io.BytesIO(b"".join(file.streaming_content))).to_pylist()
    assert table == api["results"]


def test_one_product_at_a_place_is_explained_and_says_what_to_order(client, run):
    html = page(client, product="Apples", place="Shop", lead_time=5, on_hand=10)
    assert re.search(r"Order \d+ pieces now\.", html)
    assert "95 of 100 order cycles end without a stock-out" in html
    assert "Nothing to order" in page(client, product="Apples", place="Shop", lead_time=5, on_hand=10, on_order=900)
    assert "assumed: no delivery known" in page(client, product="Apples", place="Shop")
    assert "its last season was taken again" in page(client, product="Apples", place="Shop", lead_time=40)
    assert "order cycles end" not in page(client, product="Nobody", place="Shop")


@pytest.mark.parametrize(
    "wrong",
    [
        {"service_level": 100},
        {"service_level": "lots"},
        {"lead_time": -1},
        {"lead_time": "nan"},
        {"spread": 1e9},
        {"review": "∞"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_be_is_said_at_its_field(client, run, wrong):
    html = page(client, 400, **wrong)
    assert "field--bad" in html
    assert next(iter(wrong)) in stocks(client, run, 400, **wrong)["detail"]


@pytest.mark.parametrize("wrong", [{"on_hand": -5}, {"on_hand": "many"}])
def test_a_stock_that_cannot_be_is_said_at_its_field(client, run, wrong):
    html = page(client, product="Apples", place="Shop", **wrong)
    assert "field--bad" in html
    assert "now.</strong>" not in html


def test_of_more_deliveries_of_a_day_than_count_the_same_count_whatever_their_random_ids():
    rows = [
        DeliveryRow(f"u{n}", f"D{n}", date(2026, 1, 10), date(2026, 1, 4), delay=n % 7, destination="Shop")
        for n in range(inbound.LATEST + 50)
    ]
    others = [replace(row, uid=f"v{n * 7919 % 1000}") for n, row in enumerate(rows)]
    assert inbound.days_by_place(rows) == inbound.days_by_place(others[::-1])


def test_lead_times_are_what_deliveries_to_the_place_took(client, firm, run):
    rows = [
        DeliveryRow(f"u{n}", f"D{n}", date(2026, 1, 10), date(2026, 1, 4 + n % 3), delay=n % 2, destination="Shop")
        for n in range(12)
    ]
    rows += [
        DeliveryRow("a", "A", date(2026, 1, 1), date(2026, 2, 1), delay=0.0, destination="Shop"),
        DeliveryRow("b", "B", date(2026, 1, 1)),
    ]
    inbound.keep(a_run(firm, Kind.DELAY), rows)
    known = InboundTime.objects.get()
    assert (known.deliveries, known.days) == (12, 5.5)
    of_place = {row["place"]: row for row in stocks(client, run)["results"]}
    assert (of_place["Shop"]["lead_time"], of_place["Shop"]["lead_time_from"]) == (5.5, "deliveries")
    assert of_place["Depot"]["lead_time_from"] == "assumed"
    assert "from 12 deliveries" in page(client)
    given = stocks(client, run, lead_time=5.5)["results"][1]
    assert (given["lead_time_from"], given["spread"]) == ("given", 0)


def test_without_a_run_or_series_the_page_says_what_to_do(client, firm):
    assert "No forecast yet." in page(client)
    a_run(firm)
    assert "This run forecast nothing." in page(client)


def test_stocks_are_the_organisations_own(client, run):
    client.force_login(member(OrganisationFactory(), "analyst"))
    assert "No forecast yet." in page(client)
    page(client, 404, run=run.uid)
    stocks(client, run, 404)
    client.logout()
    assert client.get(reverse("inventory:index")).status_code == 302
    assert client.get(reverse("api-inventory", args=[run.uid])).status_code in (401, 403)


def test_series_with_a_fallback_are_named_with_their_reason_on_page_and_api(client, run):
    why = "Theta (AutoTheta): 2 values only; seasonal naive instead"
    a_series(run, "New", "Shop", metrics={"note": why})
    said = client.get(reverse("api-forecasts", args=[run.uid])).json()["fallbacks"]
    assert [(one["product"], one["place"], one["reason"]) for one in said] == [("New", "Shop", why)]
    html = client.get(reverse("forecasting:demand"), {"product": "New", "place": "Shop"}).content.decode()
    assert "Where a simpler model speaks" in html
    assert html.count(why) == 2
