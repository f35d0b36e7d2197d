"""What an organisation publishes on its own domain, so that page and trust file need not come from one hand."""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from traceapp.accounts.models import Organisation
from traceapp.ledger import trust_versions
from traceapp.proofs.models import TrustHost
from traceapp.web import prepared

FORMAT: Final = "traceapp-trust-pin/1"
PATH: Final = "/.well-known/traceapp-trust.json"


def statement(organisation: Organisation | None) -> dict[str, Any] | None:
    """The fingerprints of all versions, newest first, and by whom they are stated; None while nothing is pinned.

    The same content until the trust file changes, so that it can lie on any server as a plain file.
    """
    found = trust_versions.versions()
    if not found or not found[0].is_current:
        return None
    now = found[0]
    by = organisation and {"name": organisation.name, "pgln": organisation.pgln, "mspId": organisation.msp_id}
    return {
        "format": FORMAT,
        "network": now.network,
        "demo": now.demo,
        "version": now.number,
        "fingerprint": now.fingerprint,
        "trustFile": f"{settings.PUBLIC_URL}{reverse('trust-version', args=[now.number])}",
        "versions": [{"version": one.number, "fingerprint": one.fingerprint} for one in found],
        **({"statedBy": by} if by else {}),
    }


def organisation_of(host: str) -> Organisation | None:
    """Whose host name this is (`www.example.org:443`); None for the site's own."""
    found = TrustHost.objects.select_related("organisation").filter(host=host.partition(":")[0].lower()).first()
    return found.organisation if found else None


def published() -> list[tuple[str, str]]:
    """(name, address) of each organisation that publishes the fingerprint on a domain of its own, by name."""
    found = prepared.rows("trust hosts", _hosts, [0])
    return [(name, f"https://{host}{PATH}") for name, host in found]


def _hosts(after: Sequence[int]) -> "QuerySet[TrustHost, Any]":
    hosts = TrustHost.objects.filter(pk__gt=after[0]).order_by("organisation__name")
    return hosts.values_list("organisation__name", "host")
