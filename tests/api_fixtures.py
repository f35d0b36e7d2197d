"""A supplier's client of the HTTP interfaces, for every suite: `api("get", "/epcis/events")`."""

import pytest

from tests.factories import OrganisationFactory, api_token, member
from traceapp.accounts.roles import Role


@pytest.fixture
def api(client):
    farm = OrganisationFactory()
    token = api_token(member(farm, Role.SUPPLIER), farm)

    def call(method, url, **sent):
        return getattr(client, method)(url, headers={"Authorization": f"Bearer {token}"}, **sent)

    return call
