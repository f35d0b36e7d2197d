"""Prepared look-ups answer what the ORM answers, whatever the number of values."""

import pytest

from tests.factories import OrganisationFactory
from traceapp.accounts.models import Organisation
from traceapp.web import prepared

pytestmark = pytest.mark.django_db


def by_pgln(pglns):
    return Organisation.objects.filter(pgln__in=pglns).exclude(name="Nobody").values_list("pgln", "name").order_by("pk")


def by_two(pglns, pks):
    return Organisation.objects.filter(pk__in=pks, pgln__in=pglns).values_list("pk")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
def test_the_answer_is_the_orms(size):
    pglns = [OrganisationFactory().pgln for _ in range(size)]
    OrganisationFactory()
    assert prepared.rows("by_pgln", by_pgln, pglns) == list(by_pgln(pglns))


def test_the_same_text_serves_other_values(django_assert_num_queries):
    first, second = OrganisationFactory(), OrganisationFactory()
    prepared.rows("by_pgln", by_pgln, [first.pgln])
    with django_assert_num_queries(1):
        assert prepared.rows("by_pgln", by_pgln, [second.pgln]) == [(second.pgln, second.name)]


def test_two_lists_go_to_their_own_places():
    first, second = OrganisationFactory(), OrganisationFactory()
    found = prepared.rows("by_two", by_two, [first.pgln, second.pgln], [second.pk])
    assert found == [(second.pk,)]
