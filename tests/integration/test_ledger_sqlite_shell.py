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
