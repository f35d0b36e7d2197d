"""Every room's addresses. Digital Link paths stand at the root, so they come last."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

urlpatterns = [
    path("", include("traceapp.web.urls")),
    path("accounts/", include("allauth.urls")),
    path("organisation/", include("traceapp.accounts.urls")),
    path("masterdata/", include("traceapp.masterdata.urls")),
    path("capture/", include("traceapp.capture.urls")),
    path("epcis/", include("traceapp.capture.epcis_urls")),
    path("epcis/", include("traceapp.query.epcis_urls")),
    path("subscriptions/", include("traceapp.query.subscriptions.urls")),
    path("sensors/", include("traceapp.sensors.urls")),
    path("coldchain/", include("traceapp.coldchain.urls")),
    path("forecasts/models/", include("forecasting.governance.urls")),
    path("forecasts/scores/", include("forecasting.scoring.urls")),
    path("forecasts/bottlenecks/", include("forecasting.dwell.urls")),
    path("forecasts/groups/", include("forecasting.hierarchy.urls")),
    path("forecasts/promotions/", include("forecasting.promotions.urls")),
    path("forecasts/inventory/", include("forecasting.inventory.urls")),
    path("forecasts/", include("forecasting.urls")),
    path("confirm/", include("traceapp.intents.urls")),
    path("money/", include("traceapp.payments.urls")),
    path("api/v1/", include("traceapp.masterdata.api_urls")),
    path("api/v1/", include("traceapp.capture.api_urls")),
    path("api/v1/", include("traceapp.sensors.api_urls")),
    path("api/v1/", include("traceapp.coldchain.api_urls")),
    path("api/v1/", include("traceapp.ledger.api_urls")),
    path("api/v1/", include("traceapp.proofs.api_urls")),
    path("api/v1/", include("forecasting.api_urls")),
    path("api/v1/", include("forecasting.governance.api_urls")),
    path("api/v1/", include("forecasting.dwell.api_urls")),
    path("api/v1/", include("forecasting.hierarchy.api_urls")),
    path("api/v1/", include("forecasting.inventory.api_urls")),
    path("api/v1/", include("forecasting.promotions.api_urls")),
    path("api/v1/", include("forecasting.scoring.api_urls")),
    path("api/v1/", include("traceapp.payments.api_urls")),
    path("api/v1/", include("traceapp.provenance.api_urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("proofs/", include("traceapp.proofs.urls")),
    path("", include("traceapp.proofs.trust_urls")),
    path("", include("traceapp.console.urls")),
    path("", include("traceapp.provenance.urls")),
]

handler400 = "traceapp.web.errors.bad_request"
handler403 = "traceapp.web.errors.forbidden"
handler404 = "traceapp.web.errors.not_found"
handler500 = "traceapp.web.errors.server_error"
