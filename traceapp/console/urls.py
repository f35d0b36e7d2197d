"""Home pages and the ledger explorer."""

from django.urls import path

from traceapp.console import identity_views, ledger_views, verify_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("home/records/", views.recent_records, name="home-records"),
    path("ledger/", ledger_views.overview, name="ledger"),
    path("ledger/now/", ledger_views.now, name="ledger-now"),
    path("ledger/verify/", verify_views.start, name="ledger-verify"),
    path("ledger/verify/stop/", verify_views.stop, name="ledger-verify-stop"),
    path("ledger/verification/", verify_views.progress, name="ledger-verification"),
    path("ledger/blocks/<int:number>/", ledger_views.block, name="ledger-block"),
    path("ledger/batches/", ledger_views.batches, name="ledger-batches"),
    path("ledger/batches/<str:batch_id>/", ledger_views.batch, name="ledger-batch"),
    path("ledger/identity/", identity_views.identity, name="ledger-identity"),
]
