from django.urls import path

from traceapp.ledger import api

urlpatterns = [
    path("ledger/status", api.LedgerStatusView.as_view(), name="api-ledger-status"),
    path("records", api.RecordsView.as_view(), name="api-records"),
    path("receipts/keys", api.ReceiptKeysView.as_view(), name="api-receipt-keys"),
]
