"""What a newcomer finds under Models: made by the doors that everybody uses, one step after another."""

from datetime import timedelta

import pytest
from django.urls import reverse

from forecasting.governance import monitoring, presenting
from forecasting.governance.models import Entry, MonitorJob
from forecasting.models import Kind, TrainingJob
from forecasting.training import work
from tests.factories import ProductFactory
from tests.forecasting_world import FIRST, GTIN, delivery, record, sale
from tests.ledger_fixtures import LedgerWorld
from tests.saying import trained
from traceapp.accounts.models import Organisation, User
from traceapp.demo import governing, money, people, seed
from traceapp.demo.consortium import FIRMS
from traceapp.demo.governing import Governing, Stopped
from traceapp.ledger.outgoing import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("remembered")]
DAYS = 98
MADE = FIRST + timedelta(days=DAYS)


@pytest.fixture
def world(data_dir, settings, db):
    """The demo's firms on a ledger; the shop sold and was delivered to until yesterday, and asked for forecasts."""
    settings.BATCH_WAIT = 0
    people.make_people("demo-password")
    money.give_authenticators("demo-password")
    found = LedgerWorld(list(Organisation.objects.all()))
    found.provision()
    shop = Organisation.objects.get(pgln=FIRMS["gruenmarkt"].pgln)
    ProductFactory(organisation=shop, gtin=GTIN, name="Strawberries, 500 g")
    ends = [event for number in range(0, DAYS, 2) for event in delivery(number, late=number % 3 - 1)]
    plans = [delivery(DAYS - 1, late=0, **{"traceapp:vendor": name})[0] for name in ("One", "Other")]
    record(shop, [sale(number) for number in range(DAYS)] + ends + plans)
    found.anchor()
    seed.ask_for_forecasts(MADE)
    return found


@pytest.fixture
def go(world):
    """Everything that there is to do, with the daemon and a worker beside it; the lines that it says."""

    def wait(holds):
        for _ in range(30):
            if holds():
                return
            world.anchor()
            for job in MonitorJob.objects.filter(state=MonitorJob.State.QUEUED):
                monitoring.work(str(job.uid))
        raise AssertionError([(one.function, one.state, one.reason) for one in Call.objects.all()])

    def gone():
        said = []
        Governing(MADE, wait, said.append).go()
        world.anchor()
        return said

    return gone


def job(kind, *, earlier=False):
    return TrainingJob.objects.get(kind=kind, parameters=governing.asked(kind, MADE, earlier=earlier))


def test_a_newcomer_sees_a_live_version_one_before_it_with_its_metrics_and_one_that_waits(go, client):
    newest = trained(job(Kind.DEMAND), 23.0)
    first = trained(job(Kind.DEMAND, earlier=True), 21.0)
    work(str(job(Kind.DELAY).uid))
    assert newest.model_hash != first.model_hash  # though every series chose the same models

    said = go()

    states = [(one.purpose, one.content["status"]) for one in Entry.objects.filter(kind="model").order_by("pk")]
    assert states == [("demand", "superseded"), ("demand", "live"), ("delay", "registered")]
    reports = Entry.objects.filter(kind="metric", model=first.version.model)
    assert {one.pgln for one in reports} == {FIRMS[key].pgln for key in governing.JUDGES}
    assert any("approves version 2" in one for one in said)
    assert [run.decisions.count() for run in (newest, job(Kind.DELAY).run)] == [1, 2]
    made = Call.objects.count()
    go()
    assert Call.objects.count() == made  # nothing is done twice

    client.force_login(User.objects.get(email="analyst@gruenmarkt.example"))
    page = client.get(reverse("governance:version", args=[first.version.model])).content.decode()
    assert page.count('<svg class="draw draw--half"') == 4
    ledger = page[page.rindex("On the ledger") :]
    for key in governing.JUDGES:  # each report is listed with its reporter and its days
        firm = FIRMS[key]
        assert ledger.count(f"<td>{firm.name}</td>") == reports.filter(pgln=firm.pgln).count() > 0
    assert ledger.count(f"{presenting.day_words(str(MADE - governing.AGO + timedelta(days=1)))} to ") == 1 + len(
        governing.JUDGES
    )
    assert "Roll back" in client.get(reverse("governance:version", args=[newest.version.model])).content.decode()
    assert "Demand, version 2" in client.get(reverse("governance:index")).content.decode()
    client.force_login(User.objects.get(email="supplier@fjordlaks.example"))
    assert "Delays, version 1: vote until" in client.get(reverse("governance:index")).content.decode()


def test_a_training_without_a_result_is_told_and_nothing_waits_for_it(go):
    TrainingJob.objects.update(state=TrainingJob.State.FAILED, error="No verified sales yet.")
    with pytest.raises(Stopped, match="has no result"):
        go()


def test_it_goes_on_once_the_certificates_are_there(go, monkeypatch):
    TrainingJob.objects.update(state=TrainingJob.State.FAILED)
    looks = [True, False, False]
    monkeypatch.setattr(governing, "equipped", looks.pop)
    with pytest.raises(Stopped, match="has no result"):
        go()
    assert not looks


def test_a_training_that_was_stopped_is_made_up_for_by_the_same_one_asked_again(go):
    TrainingJob.objects.filter(kind=Kind.DEMAND).update(state=TrainingJob.State.CANCELLED)
    seed.ask_for_forecasts(MADE)
    again = TrainingJob.objects.filter(kind=Kind.DEMAND, parameters=governing.asked(Kind.DEMAND, MADE)).latest(
        "created"
    )
    trained(again, 23.0)
    TrainingJob.objects.exclude(pk=again.pk).update(state=TrainingJob.State.FAILED)
    delay = TrainingJob.objects.filter(kind=Kind.DELAY).latest("created")
    with pytest.raises(Stopped, match=str(delay.uid)):
        go()
