"""A page that says "Verified" says what that does not prove: every page, also one that is not written yet."""

import re
from datetime import timedelta

import pytest

from tests.factories import member, viewer_for
from tests.integration import walk
from tests.integration.provenance_world import travelled
from traceapp.accounts.roles import Role
from traceapp.ledger.models import Record
from traceapp.proofs import links

SAYS = re.compile(r'<span class="badge badge--ok">.*?Verified</span>', re.DOTALL)


@pytest.mark.django_db
def test_every_page_that_says_verified_says_what_is_not_proven(client, ledger_world):
    journey = travelled(ledger_world)
    owner = ledger_world.organisations[0]
    person = member(owner, *Role.values)
    client.force_login(person)
    said, wrong = set(), []
    for address in [journey.page, *walk.addresses(walk.offered())]:
        answer = client.get(address)
        if answer.status_code != 200 or answer.streaming or "text/html" not in answer["Content-Type"]:
            continue
        page = answer.content.decode()
        if "<html" in page and SAYS.search(page):
            said.add(address)
            if 'id="not-proven"' not in page or page.count('id="not-proven"') > 1:
                wrong.append(address)
    assert wrong == []
    for part in ("/p/", "/capture/records/", "/ledger/batches/", "/proofs/records/"):
        assert any(part in one for one in said), f"{part}: {said}"


def test_a_shared_proof_says_it_too(client, ledger_world):
    journey = travelled(ledger_world)
    record = Record.objects.get(pk=journey.records[0].pk)
    link = links.make(
        record=record, viewer=viewer_for(record.organisation), maker=None, fields=[], valid_for=timedelta(hours=1)
    )
    page = client.get(f"/proofs/s/{links.token_of(link)}/").content.decode()
    assert page.count('id="not-proven"') == 1


def test_a_page_that_says_nothing_of_the_kind_does_not(client, db):
    assert 'id="not-proven"' not in client.get("/").content.decode()
