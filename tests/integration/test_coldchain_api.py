"""Legs over the API: what the pages say, in numbers, and every reading in three forms that say the same."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from tests.coldchain_world import SSCC, Logger, after, association, capture, every
from tests.factories import api_token, member
from traceapp.accounts.roles import Role
from traceapp.coldchain import watch
from traceapp.coldchain.models import Conditions, Leg

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(ledger_world, client):
    owner, other = ledger_world.organisations[:2]
    logger = ledger_world.logger = Logger(owner, calibration_due=datetime(2026, 5, 14, tzinfo=UTC).date())
    Conditions.objects.create(organisation=owner, name="Vaccines", product_class="refrigerated", low=2, high=8)
    logger.tell(every(5, [4.1, 3.9, 4.0, 4.2, 4.0, 4.0, 9.1, 9.3, 9.0, 9.0, 9.0, 9.0, 4.0, 4.0]), a_message=5)
    logger.tell(every(7.3, [60.25, 61.5, 59.875]), unit="%RH", name="=humidity")
    logger.tell([(time + 900, value * 1.8 + 32) for time, value in every(1.5, [5.3, 5.4])], unit="degF", name="core")
    capture(owner, association("ADD", SSCC, [logger.uri], 0), association("DELETE", SSCC, [logger.uri], 70))
    ledger_world.anchor()
    watch.run()
    tokens = {firm.pk: api_token(member(firm, Role.QUALITY), firm) for firm in (owner, other)}

    def ask(path, firm=owner):
        return client.get(f"/api/v1/coldchain/legs/{path}", headers={"Authorization": f"Bearer {tokens[firm.pk]}"})

    ledger_world.ask = ask
    return ledger_world


def test_a_leg_says_what_was_measured(world):
    (row,) = world.ask("").json()["results"]
    assert row["goods"] == SSCC
    assert row["device"] == world.logger.device.giai
    told = world.ask(f"{row['uid']}/").json()
    assert (told["state"], told["band"]) == ("verified", {"low": 2.0, "high": 8.0})
    figures = told["figures"]
    assert (figures["readings"], figures["min"], figures["max"]) == (16, 3.9, 9.3)
    assert figures["above"] == figures["outside"]
    (excursion,) = told["excursions"]
    assert (excursion["side"], excursion["extreme"]) == ("above", 9.3)
    assert (excursion["began"], excursion["ended"]) == (after(30), after(60))
    assert told["messages"]["verified"] == 5
    assert world.ask("?q=nothing-of-the-kind").json()["results"] == []


def test_csv_parquet_and_api_say_the_same_of_each_reading(world):
    import pyarrow.parquet as pq

    uid = Leg.objects.get().uid
    told = json.loads(b"".join(world.ask(f"{uid}/readings/")))
    columns, rows = told["columns"], told["readings"]
    assert (len(rows), told["left_out"]) == (19, 0)
    lines = list(csv.DictReader(io.StringIO(b"".join(world.ask(f"{uid}/readings/csv/")).decode())))
    table = pq.read_table(io.BytesIO(b"".join(world.ask(f"{uid}/readings/parquet/")))).to_pylist()
    assert len(lines) == len(table) == len(rows)
    for row, line, packed in zip(rows, lines, table, strict=True):
        said = dict(zip(columns, row, strict=True))
        assert float(line["value"]) == packed["value"] == said["value"]
        assert datetime.fromisoformat(line["time"]) == packed["time"] == datetime.fromisoformat(said["time"])
        assert (line["calibrated"] == "True") == packed["calibrated"] == said["calibrated"]
        assert line["probe"].lstrip("'") == packed["probe"] == said["probe"]
        for same in ("quantity", "unit", "record", "batch", "transaction", "proof"):
            assert line[same] == packed[same] == said[same]
    warm = [row for row in table if row["quantity"] == "temperature"]
    assert len(warm) == 16
    assert {row["unit"] for row in warm} == {"Cel"}
    assert [row["value"] for row in warm if row["probe"] == "core"] == pytest.approx([5.3, 5.4])


def test_a_leg_that_one_may_not_read_is_not_there(world):
    uid, other = Leg.objects.get().uid, world.organisations[1]
    assert world.ask("", other).json()["results"] == []
    for path in ("", "readings/", "readings/csv/", "readings/parquet/"):
        assert world.ask(f"{uid}/{path}", other).status_code == 404
