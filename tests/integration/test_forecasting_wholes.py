"""A repetition looks at brands and regions, too: worked out again from their parts, compared with what was anchored."""

from functools import partial

import pytest

from forecasting import reproduce as repeating
from forecasting import training
from forecasting.hierarchy.models import Group
from forecasting.reproduce import Verdict
from forecasting.services import request_training
from tests.factories import ProductFactory
from tests.forecasting_world import GTIN, OTHER_GTIN, sales
from tests.saying import Saying, tell, trained
from traceapp.masterdata.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def repeated(ledger_world, monkeypatch):
    """Answers what a repetition finds where each model then says so much."""
    firm = ledger_world.organisations[0]
    for gtin in (GTIN, OTHER_GTIN):
        ProductFactory(organisation=firm, gtin=gtin, brand="Sun")
    sales(ledger_world, 60)
    sales(ledger_world, 60, gtin=OTHER_GTIN)
    ledger_world.anchor()
    run = trained(request_training(organisation=firm, kind="demand", parameters={"horizon": 4}), 20.0)
    ledger_world.anchor()
    assert {one.brand for one in run.groups.all()} == {"", "Sun"}

    def again(value):
        monkeypatch.setattr(repeating, "train", partial(training.train, fitting=Saying(value)))
        return repeating.reproduce(run, tell)

    return again


def test_wholes_come_out_again_also_where_a_brand_was_renamed_since(repeated):
    Product.objects.update(brand="Moon")
    assert (repeated(20.0).verdict, repeated(20.0).largest) == (Verdict.IDENTICAL, 0.0)


def test_a_whole_that_was_changed_is_said_to_be_changed(repeated):
    whole = Group.objects.filter(brand="Sun").get()
    whole.rows[0][1] += 1
    whole.save()
    answer = repeated(20.0)
    assert answer.verdict is Verdict.ALTERED
    assert answer.detail == (
        "The forecasts of brands and regions stored here are not those that were anchored. "
        "The verified rows do give what was anchored."
    )


def test_a_rounding_elsewhere_is_within_tolerance_for_the_whole_as_well(repeated):
    answer = repeated(20.0005)
    assert answer.verdict is Verdict.TOLERANCE
    assert 0.0005 < answer.largest < 0.0011  # more than any part is off by


def test_a_whole_with_a_part_that_nobody_foretells_does_not_come_out(repeated):
    whole = Group.objects.filter(brand="Sun").get()
    whole.parts = [["09506000999999", ""], whole.parts[0]]
    whole.save()
    assert repeated(20.0).verdict is Verdict.DIFFERENT
