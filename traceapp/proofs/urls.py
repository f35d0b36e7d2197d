"""Proofs of records and the links to them, under /proofs/."""

from django.urls import path

from traceapp.proofs import link_views, trust_views, views

app_name = "proofs"
urlpatterns = [
    path("", link_views.mine, name="links"),
    path("records/<uuid:uid>/", views.record, name="record"),
    path("links/<int:pk>/", link_views.link, name="link"),
    path("links/<int:pk>/qr.svg", link_views.picture, name="link-picture"),
    path("links/<int:pk>/revoke/", link_views.revoke, name="link-revoke"),
    path("words/<str:language>.json", link_views.words, name="words"),
    path("verify.html", link_views.saved_page, name="saved-page"),
    path("s/<str:token>/", link_views.shared, name="shared"),
    path("trust/", trust_views.organisation, name="organisation-trust"),
    path("trust/traceapp-trust.json", trust_views.organisation_file, name="organisation-trust-file"),
]
