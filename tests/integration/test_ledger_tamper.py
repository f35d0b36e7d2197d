"""`manage.py tamper` without a record: it takes one whose page a newcomer has open, and prints that page's address."""

from io import StringIO

import pytest
from django.core.management import call_command

from tests.integration.provenance_world import travelled
from traceapp.accounts.visibility import Visibility


@pytest.mark.django_db
def test_the_newest_public_record_with_a_page_is_changed_and_its_page_says_so(ledger_world, client, settings):
    settings.DEMO = True
    journey = travelled(ledger_world)
    journey.step("storing", journey.dock, ledger_world.organisations[1], visibility=Visibility.PRIVATE)
    ledger_world.anchor()

    said = StringIO()
    call_command("tamper", stdout=said)
    assert str(journey.records[2].uid) in said.getvalue()
    assert f"{settings.PUBLIC_URL}{journey.page} now says" in said.getvalue()
    assert "2 of 3 records match" in client.get(journey.page).content.decode()

    call_command("tamper", stdout=said)
    assert str(journey.records[1].uid) in said.getvalue()
