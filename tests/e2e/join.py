"""Another firm joins, in a process of its own: `python -m tests.e2e.join`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "traceapp.settings")
django.setup()

from tests.factories import OrganisationFactory, gln  # noqa: E402

if __name__ == "__main__":
    OrganisationFactory(name="Nordmarkt", pgln=gln(777_777), msp_id="NordmarktMSP", company_prefix="9506777")
