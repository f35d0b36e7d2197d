"""The tabs over the pages of money."""

from django.urls import reverse

from traceapp.accounts.models import Organisation
from traceapp.payments.selectors import is_bank


def tabs_for(organisation: Organisation, path: str) -> list[dict[str, object]]:
    pages = [
        ("account", "Account"),
        ("shipments", "Shipments"),
        ("payouts", "Payouts"),
        ("transactions", "Transactions"),
    ]
    if is_bank(organisation):
        pages.insert(2, ("deposits", "Deposits"))
    found = [(label, reverse(f"payments:{name}")) for name, label in pages]
    return [{"label": label, "href": href, "current": path == href} for label, href in found]
