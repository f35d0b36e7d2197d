"""A training on deliveries that was cut off goes on with the quarters that it had not tested yet."""

import pytest

from forecasting.delay import boosted
from forecasting.kept import Kept
from forecasting.models import Chunk, TrainingJob
from forecasting.services import request_training
from forecasting.training import work
from tests.forecasting_world import FIRST, delivery, record

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As if the worker were killed: nobody writes an end into the row."""


@pytest.fixture
def job(ledger_world) -> TrainingJob:
    firm = ledger_world.organisations[0]
    ends = [each for number in range(0, 400, 4) for each in delivery(number, late=number % 3 - 1)]
    record(firm, ends)
    ledger_world.anchor()
    until = FIRST.fromordinal(FIRST.toordinal() + 400)
    return request_training(organisation=firm, kind="delay", parameters={"until": str(until), "horizon": 30})


def test_quarters_that_were_tested_before_a_kill_are_not_fitted_again(job, monkeypatch):
    fitted = []
    fit = boosted.fit

    def counted(table, late):
        if len(fitted) == 2:
            raise Killed
        fitted.append(len(table))
        return fit(table, late)

    monkeypatch.setattr(boosted, "fit", counted)
    with pytest.raises(Killed):
        work(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.chunks.count()) == ("running", 2)

    again = []
    monkeypatch.setattr(boosted, "fit", lambda table, late: again.append(len(table)) or fit(table, late))
    TrainingJob.objects.filter(pk=job.pk).update(lease_until="2026-01-01T00:00:00Z")
    work(str(job.uid))
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert again
    assert not set(again) & set(fitted)
    assert not Chunk.objects.exclude(answer=None).exists()  # ended: nothing is kept any longer


def test_of_other_rows_nothing_is_taken_over(job):
    assert Kept(job, "a" * 64)("2026-01-01", lambda: [[0.1, 0.2]]) == [[0.1, 0.2]]
    assert Kept(job, "a" * 64)("2026-01-01", lambda: [[9.0, 9.0]]) == [[0.1, 0.2]]
    assert Kept(job, "b" * 64)("2026-01-01", lambda: [[9.0, 9.0]]) == [[9.0, 9.0]]
