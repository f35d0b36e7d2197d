"""The sensor examples that the standard is published with: captured, and judged by the excursion rule."""

import os
from pathlib import Path

import pytest

from traceapp.accounts.visibility import Visibility
from traceapp.capture.services import capture_events
from traceapp.coldchain import watch
from traceapp.coldchain.models import Case, Conditions
from traceapp.coldchain.reports import reports_of
from traceapp.epcis.parse import parse_document

FOLDER = Path(os.environ.get("TRACEAPP_DATA", Path(__file__).parents[3] / "shared" / "data")) / "epcis" / "JSON"
EXAMPLES = sorted((FOLDER / "WithSensorData").glob("*.jsonld"))
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.data,
    pytest.mark.skipif(not EXAMPLES, reason=f"no sensor examples at {FOLDER}"),
]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_captured_and_its_temperatures_are_judged(ledger_world, path):
    owner = ledger_world.organisations[0]
    Conditions.objects.create(organisation=owner, name="All", product_class="other", low=-300, high=-299, minimum=0)
    document = parse_document(path.read_bytes())
    capture_events(
        organisation=owner, member=None, events=document.events, source="import", visibility=Visibility.CHAIN
    )
    ledger_world.anchor()
    watch.run()
    told = [report for one in document.events for report in reports_of(one.raw)]
    goods = [
        one for one in document.events if any(one.raw.get(name) for name in ("epcList", "quantityList", "parentID"))
    ]
    if told and goods:
        assert set(Case.objects.values_list("source", "side")) == {("partner", "above")}, "nothing is that cold"
    if not told:
        assert not Case.objects.exists()


def test_some_examples_tell_temperatures():
    documents = [parse_document(path.read_bytes()) for path in EXAMPLES]
    reports = [report for one in documents for event in one.events for report in reports_of(event.raw)]
    assert len(reports) >= 5
    assert any(report.most == pytest.approx(26.0) for report in reports)
