"""Somebody types into a SQLite shell, where a column holds whatever type an expression gave: text instead of bytes."""

import pytest
from django.db import connection

from tests.integration.provenance_world import travelled
from traceapp.ledger import audit, verified
from traceapp.ledger.models import Batch, Evidence, Finding, Record

pytestmark = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL's columns keep their types")


@pytest.fixture
def journey(ledger_world):
    return travelled(ledger_world)


def typed(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def found(world):
    audit.everything(world.ledger)
    return set(Finding.objects.filter(resolved=None).values_list("what", "record_pk"))


def unverified():
    return [one.what for one in verified.read_kind("epcis") if isinstance(one, verified.Unverified)]


CHANGES = {
    "replace() gives text": "replace(disclosures, 'shipping', 'shippinG')",
    "|| gives text": "substr(disclosures, 1, 40) || x'41' || substr(disclosures, 42)",
    "text that is no UTF-8": "substr(disclosures, 1, 40) || x'ff' || substr(disclosures, 42)",
    "a number": "42",
    "nothing": "''",
}


@pytest.mark.django_db
@pytest.mark.parametrize("expression", CHANGES.values(), ids=CHANGES.keys())
def test_fields_changed_in_the_shell_are_named_on_every_side(journey, client, expression):
    shipped = journey.records[1]
    typed(f"UPDATE ledger_record SET disclosures = {expression} WHERE id = %s", shipped.pk)
    assert found(journey.world) == {("changed", shipped.pk)}
    assert unverified() == ["changed"]
    assert "Records do not match" in client.get(journey.page).content.decode()


@pytest.mark.django_db
def test_the_same_bytes_stored_as_text_are_the_same_record(journey, client):
    typed("UPDATE ledger_record SET disclosures = CAST(disclosures AS TEXT) WHERE id = %s", journey.records[1].pk)
    assert found(journey.world) == set()
    assert unverified() == []
    assert "Records unaltered" in client.get(journey.page).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["'text'", "7", "x''", "'ÿ' || x'ff'"])
@pytest.mark.parametrize(
    ("model", "column", "what"),
    [
        (Record, "leaf", "columns"),
        (Record, "hidden", "changed"),
        (Batch, "root", "batch"),
        (Batch, "leaves", "leaves"),
        (Evidence, "attestation", "evidence"),
    ],
    ids=lambda one: getattr(one, "__name__", one),
)
def test_bytes_of_any_type_elsewhere_are_named_too(journey, client, model, column, what, value):
    if (column, value) == ("hidden", "x''"):
        pytest.skip("nothing is hidden: that is what was there")
    typed(f"UPDATE {model._meta.db_table} SET {column} = {value}")
    assert what in {one for one, _ in found(journey.world)}
    list(verified.read_kind("epcis"))
    assert client.get(journey.page).status_code == 200


GARBAGE = {
    "uid": ["'zz'", "7", "x'ff'"],
    "record_time": ["'zz'", "'2026-99-99 00:00:00'", "'2026-02-31 00:00:00'", "7", "x'ff'"],
    "position": ["'zz'", "1.5", "-1", "x'ff'"],
    "kind": ["7", "x'ff'"],
    "visibility": ["'zz'", "9"],
}


@pytest.mark.django_db
@pytest.mark.parametrize(("column", "value"), [(column, value) for column, all in GARBAGE.items() for value in all])
def test_a_column_that_holds_no_such_thing_stops_nobody_and_is_named(journey, client, column, value):
    shipped = journey.records[1]
    typed("PRAGMA ignore_check_constraints = ON")
    typed(f"UPDATE ledger_record SET {column} = {value} WHERE id = %s", shipped.pk)
    assert shipped.pk in {row for _, row in found(journey.world)}
    list(verified.read_kind("epcis"))
    page = client.get(journey.page).content.decode()
    assert "Records do not match" in page or column == "visibility"


@pytest.mark.django_db
@pytest.mark.parametrize("value", ["'zz'", "'2026-99-99 00:00:00'", "7"])
def test_an_index_without_a_time_stops_nobody_and_is_named(journey, client, value):
    shipped = journey.records[1]
    typed(f"UPDATE capture_event SET time = {value} WHERE record_id = %s", shipped.pk)
    assert found(journey.world) == {("index", shipped.pk)}
    assert "Records unaltered" in client.get(journey.page).content.decode()
