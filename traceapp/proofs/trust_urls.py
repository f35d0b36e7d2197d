"""The trust file under addresses that stay, and what organisations say of it."""

from django.urls import path

from traceapp.proofs import trust_views

urlpatterns = [
    path("ledger/trust/", trust_views.overview, name="trust"),
    path("ledger/trust.json", trust_views.current, name="ledger-trust"),
    path("ledger/trust/<int:number>.json", trust_views.version, name="trust-version"),
    path(".well-known/traceapp-trust.json", trust_views.well_known, name="well-known-trust"),
]
