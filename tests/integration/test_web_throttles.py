"""Limits on how often the API may be called."""

import pytest
from django.core.cache import cache

from tests.factories import OrganisationFactory, api_token, member


@pytest.fixture
def rates(settings):
    cache.clear()
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"anon": "3/day", "user": "5/day"}}
    yield
    cache.clear()


@pytest.mark.django_db
def test_a_member_who_calls_too_often_is_told_when_to_come_back(client, rates):
    farm = OrganisationFactory()
    person = member(farm)
    token = api_token(person, farm)
    answers = [client.get("/epcis/capture", HTTP_AUTHORIZATION=f"Bearer {token}") for _ in range(6)]
    assert [one.status_code for one in answers] == [200] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert answers[-1]["Content-Type"] == "application/problem+json"
    other = api_token(member(farm), farm)
    assert client.get("/epcis/capture", HTTP_AUTHORIZATION=f"Bearer {other}").status_code == 200


@pytest.mark.django_db
def test_without_a_login_the_address_counts_whatever_it_says_of_itself(client, rates):
    codes = [client.get("/api/schema/", HTTP_X_FORWARDED_FOR=f"10.0.0.{i}").status_code for i in range(4)]
    assert codes == [200, 200, 200, 429]
