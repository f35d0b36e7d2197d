"""Brands and regions: kept with a run by its master data, shown and told with the same sums as their parts."""

import re

import pytest
from django.urls import reverse

from forecasting.hierarchy import keeping, selectors
from forecasting.hierarchy.models import Group
from forecasting.pipeline import DemandResult
from tests.factories import LocationFactory, OrganisationFactory, ProductFactory, member
from tests.forecasting_world import GLN, GTIN, OTHER_GTIN
from tests.planning_world import a_run, a_series
from tests.unit.test_hierarchy import a_part

pytestmark = pytest.mark.django_db


def a_result_of(*parts) -> DemandResult:
    series, results, rows = zip(*parts, strict=True)
    return DemandResult([row for some in rows for row in some], list(series), list(results), [], {}, {}, [])


@pytest.fixture
def firm():
    return OrganisationFactory()


@pytest.fixture
def run(firm):
    """Two products of a brand at one place, each as rows; the wholes by master data."""
    for gtin, name in ((GTIN, "Strawberries"), (OTHER_GTIN, "Cherries")):
        ProductFactory(organisation=firm, gtin=gtin, name=name, brand="Red")
    LocationFactory(organisation=firm, gln=GLN, country="Spain")
    run = a_run(firm)
    for gtin, mean in ((GTIN, 10.123456), (OTHER_GTIN, 5.000001)):
        a_series(run, gtin, GLN, (mean, 4, 12, 3, 14))
    parts = [a_part(GTIN, GLN, [10.123456] * 28), a_part(OTHER_GTIN, GLN, [5.000001] * 28)]
    keeping.keep(run, keeping.of(a_result_of(*parts)))
    return run


def test_wholes_follow_from_master_data_and_equal_the_sums_of_their_parts(client, firm, run):
    assert {(one.brand, one.region) for one in Group.objects.all()} == {
        ("Red", "Spain"),
        ("Red", ""),
        ("", "Spain"),
        ("", ""),
    }
    client.force_login(member(firm, "analyst"))
    api = client.get(reverse("api-groups", args=[run.uid])).json()["results"]
    parts = client.get(reverse("api-forecasts", args=[run.uid])).json()["forecasts"]
    for one in api:
        assert len(one["parts"]) == 2
        for day, row in enumerate(one["forecasts"]):
            assert row["mean"] == round(sum(part["mean"] for part in parts[day::28]), 6)
    html = client.get(reverse("hierarchy:index"), {"run": run.uid}).content.decode()
    sums = [float(value) for value in re.findall(r'<td class="num"><data value="([\d.]+)">', html)][-3:]
    assert round(sums[0] + sums[1], 6) == sums[2] == round(28 * 15.123457, 6)
    assert "style=" not in html
    assert "Red, Spain" in html


def test_a_changed_whole_is_told_from_what_was_anchored(run):
    before = keeping.stored(run)
    assert keeping.said(keeping.of(a_result_of(a_part(GTIN, GLN, [10.123456] * 28), a_part(OTHER_GTIN, GLN, [5.000001] * 28)))) == {
        "hash": before, "rows": 4 * 28
    }  # fmt: skip
    group = run.groups.first()
    group.rows[3][1] += 0.01
    group.save()
    assert keeping.stored(run) != before
    assert selectors.confirm(run).state == "mismatch"


def test_where_nothing_adds_up_the_page_says_what_to_do(client, firm):
    client.force_login(member(firm, "analyst"))
    assert "No forecast yet." in client.get(reverse("hierarchy:index")).content.decode()
    run = a_run(firm)
    assert "Nothing adds up here yet." in client.get(reverse("hierarchy:index")).content.decode()
    client.force_login(member(OrganisationFactory(), "analyst"))
    assert client.get(reverse("hierarchy:index"), {"run": run.uid}).status_code == 404
    assert client.get(reverse("api-groups", args=[run.uid])).status_code == 404
