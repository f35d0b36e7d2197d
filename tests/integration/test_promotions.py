"""Planned offers: by form, file and API; listed, withdrawn, and known to a run and its repetition."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from forecasting import reproduce as repeating
from forecasting import training
from forecasting.models import Kind
from forecasting.parameters import checked
from forecasting.promotions.models import PlannedPromotion
from forecasting.promotions.services import known
from forecasting.results import store
from forecasting.services import request_training
from tests.factories import LocationFactory, OrganisationFactory, ProductFactory, member
from tests.forecasting_world import FIRST, GLN, GTIN, sales

pytestmark = pytest.mark.django_db
OFFER = {"product": "Strawberries", "place": "Shop", "from": "2026-06-01", "to": "2026-06-03", "depth": "20"}
UNENDED = b'product,from,to\n"' + b"strawberries " * 20_000  # a quotation mark that nothing closes


@pytest.fixture
def firm(client):
    found = OrganisationFactory()
    ProductFactory(organisation=found, gtin=GTIN, name="Strawberries")
    LocationFactory(organisation=found, gln=GLN, name="Shop")
    client.force_login(member(found, "analyst"))
    return found


def page(client):
    return client.get(reverse("promotions:index")).content.decode()


def upload(client, content):
    file = SimpleUploadedFile("offers.csv", content if isinstance(content, bytes) else content.encode())
    return client.post(reverse("promotions:upload"), {"file": file})


def post(client, said):
    return client.post(reverse("api-promotions"), json.dumps(said), content_type="application/json")


def test_an_offer_is_planned_listed_once_and_withdrawn(client, firm):
    assert "No offer is planned." in page(client)
    for _ in range(2):
        assert client.post(reverse("promotions:add"), OFFER).status_code == 302
    one = PlannedPromotion.objects.get()
    assert known(firm) == [[GTIN, GLN, "2026-06-01", "2026-06-03", 20.0]]
    html = page(client)
    assert "Strawberries" in html
    assert "3 Jun 2026" in html
    assert "style=" not in html
    client.post(reverse("promotions:withdraw", args=[one.uid]))
    assert known(firm) == []
    assert "No offer is planned." in page(client)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"product": "Pears"}, "There is no product called"),
        ({"place": "9506000000014"}, "There is no place called"),
        ({"from": "1.6.2026"}, "Write the day as 2026-12-24"),
        ({"to": "2026-05-01"}, "It ends before it begins."),
        ({"to": "2028-05-01"}, "no offer but a price"),
        ({"depth": "-5"}, "Percent off"),
        ({"depth": "nan"}, "Percent off"),
        ({"to": ""}, "required"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else "",
)
def test_what_cannot_be_planned_is_said_at_its_field(client, firm, wrong, why):
    answer = client.post(reverse("promotions:add"), OFFER | wrong)
    assert answer.status_code == 400
    assert why in answer.content.decode()
    assert not PlannedPromotion.objects.exists()


def test_a_file_is_taken_as_a_whole_or_not_at_all(client, firm):
    head = "product,place,from,to,depth\n"
    bad = upload(client, head + f"{GTIN},,2026-06-01,2026-06-03,10%\n\nPears,,2026-06-01,June,\n")
    assert bad.status_code == 400
    assert "Line 4: product: There is no product called" in bad.content.decode()
    assert "Nothing was taken." in bad.content.decode()
    assert "to: Write the day" in bad.content.decode()
    assert not PlannedPromotion.objects.exists()
    good = "\ufeffproduct;from;to\nstrawberries;2026-06-01;2026-06-03\n\n" + f"{GTIN};2026-07-01;2026-07-03\n"
    assert upload(client, good).status_code == 302
    assert known(firm) == [[GTIN, "", f"2026-0{n}-01", f"2026-0{n}-03", None] for n in (6, 7)]
    for content in (b"", b"\xff\xfe\x00", b"a\0b", b"product,from,to\n", b"name\nx\n", UNENDED):
        assert upload(client, content).status_code == 400
    assert client.post(reverse("promotions:upload")).status_code == 400


def test_the_api_plans_lists_and_withdraws(client, firm):
    made = post(client, [OFFER, OFFER | {"place": None, "depth": None}])
    assert made.status_code == 201, made.content
    assert [(one["product"], one["place"], one["from"], one["depth"]) for one in made.json()] == [
        (GTIN, GLN, "2026-06-01", 20.0), (GTIN, "", "2026-06-01", None)
    ]  # fmt: skip
    assert client.get(reverse("api-promotions")).json()["count"] == 2
    assert client.delete(reverse("api-promotion", args=[made.json()[0]["id"]])).status_code == 204
    assert client.get(reverse("api-promotions")).json()["count"] == 1
    for wrong in ([], "x", [1], OFFER | {"colour": "red"}, OFFER | {"from": 5}, OFFER | {"product": {"a": []}}):
        assert post(client, wrong).status_code == 400, wrong
    for _ in range(2):
        assert "Line 2: product" in post(client, [OFFER, OFFER | {"product": "Pears"}]).content.decode()


def test_only_analysts_plan_and_nobody_sees_anothers(client, firm):
    client.post(reverse("promotions:add"), OFFER)
    one = PlannedPromotion.objects.get()
    client.force_login(member(firm, "supplier"))
    assert "Strawberries" in page(client)
    assert client.post(reverse("promotions:add"), OFFER).status_code == 403
    assert client.post(reverse("promotions:withdraw", args=[one.uid])).status_code == 403
    client.force_login(member(OrganisationFactory(), "analyst"))
    assert "Strawberries" not in page(client)
    assert client.post(reverse("promotions:withdraw", args=[one.uid])).status_code == 404
    assert client.get(reverse("api-promotion", args=[one.uid])).status_code == 404
    assert known(firm) != []


class Naming:
    """Answers every question with ones, and keeps the series that it was asked about."""

    def __init__(self):
        self.planned = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def answers(self, tasks, progress):
        for task in tasks:
            for one in task.of:
                self.planned[one["product"]] = list(one["planned"])
        return [
            [{"said": [[1.0] * h] * len(task.of) if task.panel else [1.0] * h} for _, _, h, _ in task.asked]
            for task in tasks
        ]


def test_a_run_knows_the_plan_anchors_it_and_is_repeated_by_it(ledger_world, monkeypatch):
    firm = ledger_world.organisations[0]
    sales(ledger_world, 60)
    ledger_world.anchor()
    end = FIRST + timedelta(days=59)
    offer = PlannedPromotion.objects.create(
        organisation=firm, product=GTIN, first=end, last=end + timedelta(days=2), depth=25
    )
    fitting = Naming()
    asked = checked(Kind.DEMAND, {"horizon": 4})
    trained = training.train(firm, Kind.DEMAND, asked, lambda percent, words: None, fitting=fitting)
    assert fitting.planned == {GTIN: [1.0, 1.0, 0.0, 0.0]}
    job = request_training(organisation=firm, kind="demand", parameters={"horizon": 4})
    run = store(job, trained)
    ledger_world.anchor()
    rows = [[GTIN, "", str(end), str(end + timedelta(days=2)), 25.0]]
    assert run.statement["plan"]["rows"] == rows
    offer.delete()
    again = Naming()
    monkeypatch.setattr(repeating, "train", lambda *a, **k: training.train(*a, **k, fitting=again))
    assert repeating.reproduce(run, lambda percent, words: None).verdict is repeating.Verdict.IDENTICAL
    assert again.planned == fitting.planned
