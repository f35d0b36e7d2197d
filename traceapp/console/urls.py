"""Home pages and the ledger explorer."""

from django.urls import path

from traceapp.console import ledger_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("home/records/", views.recent_records, name="home-records"),
    path("ledger/", ledger_views.overview, name="ledger"),
    path("ledger/now/", ledger_views.now, name="ledger-now"),
    path("ledger/blocks/<int:number>/", ledger_views.block, name="ledger-block"),
    path("ledger/batches/", ledger_views.batches, name="ledger-batches"),
    path("ledger/batches/<str:batch_id>/", ledger_views.batch, name="ledger-batch"),
]
