"""API tokens: made by a member, shown once, stored hashed, revoked at once."""

import re

import pytest
from django.urls import reverse
from knox.models import AuthToken

from tests.factories import MembershipFactory, OrganisationFactory, ProductFactory, api_token, member
from traceapp.accounts import services, tokens
from traceapp.accounts.models import ApiToken
from traceapp.accounts.roles import Role

pytestmark = pytest.mark.django_db
PRODUCTS = "/api/v1/products/"


@pytest.fixture
def firm():
    return OrganisationFactory()


def call(client, token, path=PRODUCTS, **more):
    return client.get(path, headers={"Authorization": f"Bearer {token}"}, **more)


def test_a_member_makes_a_token_that_is_shown_once(client, firm):
    person = member(firm, Role.SUPPLIER)
    client.force_login(person)
    page = client.post(reverse("accounts:token-add"), {"name": "Warehouse"})
    clear = re.search(r'data-copy="([0-9a-f]{64})"', page.content.decode())[1]
    assert "no-store" in page.headers["Cache-Control"]
    assert clear not in client.get(reverse("accounts:me")).content.decode()
    client.logout()
    assert call(client, clear).status_code == 200


def test_the_database_holds_no_token_only_its_hash(firm):
    person = member(firm)
    _, clear = tokens.make_token(user=person, organisation=firm, name="x")
    stored = AuthToken.objects.get()
    assert clear not in (stored.digest, stored.token_key)
    assert len(stored.digest) == 128


def test_a_revoked_token_is_refused_with_a_problem_that_says_what_to_do(client, firm):
    person = member(firm)
    clear = api_token(person, firm)
    client.force_login(person)
    assert client.post(reverse("accounts:token-revoke", args=[ApiToken.objects.get().pk])).status_code == 302
    client.logout()
    answer = call(client, clear)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert "make a new one" in answer.json()["detail"]
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("token", ["nonsense", "é" * 64, "0" * 64, "a b", ""])
def test_what_is_no_token_is_refused_calmly(client, firm, token):
    api_token(member(firm), firm)
    header = f"Bearer {token}".encode().decode("latin-1")
    assert client.get(PRODUCTS, headers={"Authorization": header}).status_code == 401


def test_a_token_that_is_bound_to_no_organisation_is_refused(client, firm):
    _, clear = AuthToken.objects.create(member(firm))
    assert call(client, clear).status_code == 401


def test_a_token_acts_for_its_own_organisation_whatever_the_session_says(client, firm):
    other = OrganisationFactory()
    person = member(firm)
    MembershipFactory(user=person, organisation=other)
    ProductFactory(organisation=firm, name="Ours")
    ProductFactory(organisation=other, name="Theirs")
    client.force_login(person)
    client.post(reverse("accounts:switch"), {"organisation": other.pk})
    names = [one["name"] for one in call(client, api_token(person, firm)).json()["results"]]
    assert names == ["Ours"]


def test_a_token_has_the_roles_of_its_owner_at_the_time(client, firm):
    person = member(firm, Role.SUPPLIER)
    clear = api_token(person, firm)
    services.set_roles(organisation=firm, user=person, roles=[Role.ANALYST])
    answer = client.post(PRODUCTS, {}, content_type="application/json", headers={"Authorization": f"Bearer {clear}"})
    assert answer.status_code == 403
    assert "This needs the role" in answer.json()["detail"]


def test_the_token_of_somebody_who_left_or_was_switched_off_is_refused(client, firm):
    person = member(firm)
    clear = api_token(person, firm)
    firm.memberships.all().delete()
    assert call(client, clear).status_code == 403
    MembershipFactory(user=person, organisation=firm)
    person.is_active = False
    person.save()
    assert call(client, clear).status_code == 401


def test_only_its_owner_or_an_administrator_revokes_a_token(client, firm):
    api_token(member(firm), firm)
    revoke = reverse("accounts:token-revoke", args=[ApiToken.objects.get().pk])
    for person in (member(firm, Role.QUALITY), member(OrganisationFactory(), Role.ADMIN)):
        client.force_login(person)
        assert client.post(revoke).status_code == 404
    client.force_login(member(firm, Role.ADMIN))
    assert client.post(revoke).status_code == 302
    assert not ApiToken.objects.exists()


def test_without_a_token_or_session_the_api_says_so(client):
    answer = client.get(PRODUCTS)
    assert answer.status_code == 401
    assert answer.json()["status"] == 401
