"""Payment on delivery under /api/v1/."""

from django.urls import path

from traceapp.payments import api

urlpatterns = [
    path("shipments/", api.Shipments.as_view(), name="api-shipments"),
    path("shipments/terms/", api.Terms.as_view(), name="api-shipment-terms"),
    path("shipments/<str:shipment_id>/", api.OneShipment.as_view(), name="api-shipment"),
    path("shipments/<str:shipment_id>/acts/", api.Acts.as_view(), name="api-shipment-acts"),
    path("shipments/<str:shipment_id>/wishes/", api.Wishes.as_view(), name="api-shipment-wishes"),
    path("escrows/", api.Escrows.as_view(), name="api-escrows"),
    path("money/balances/", api.Balances.as_view(), name="api-balances"),
    path("money/statement/", api.Statement.as_view(), name="api-statement"),
    path("money/payouts/", api.Payouts.as_view(), name="api-payouts"),
]
