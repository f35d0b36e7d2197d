from django.urls import path

from traceapp.payments import bank_views, delivery_views, terms_views, views

app_name = "payments"

urlpatterns = [
    path("", views.account, name="account"),
    path("open/", views.open_account, name="open"),
    path("consolidate/", views.consolidate, name="consolidate"),
    path("pay/", views.pay, name="pay"),
    path("statement/<str:currency>.csv", views.statement, name="statement"),
    path("transactions/", views.transactions, name="transactions"),
    path("shipments/", delivery_views.shipments, name="shipments"),
    path("shipments/add/", terms_views.add, name="shipment-add"),
    path("shipments/<str:shipment_id>/", delivery_views.shipment, name="shipment"),
    path("shipments/<str:shipment_id>/do/", delivery_views.do, name="shipment-do"),
    path("shipments/<str:shipment_id>/evidence.json", delivery_views.evidence, name="shipment-evidence"),
    path("deposits/", bank_views.deposits, name="deposits"),
    path("deposits/propose/", bank_views.propose, name="propose"),
    path("deposits/<int:pk>/approve/", bank_views.approve, name="approve"),
    path("deposits/<int:pk>/withdraw/", bank_views.withdraw, name="withdraw"),
    path("payouts/", bank_views.payouts, name="payouts"),
    path("payouts/add/", bank_views.pay_out, name="pay-out"),
    path("payouts/pain.001.xml", bank_views.pain001, name="pain001"),
    path("payouts/camt.054/", bank_views.camt054, name="camt054"),
]
