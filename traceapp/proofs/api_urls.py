from django.urls import path

from traceapp.proofs import api, link_api

urlpatterns = [
    path("proofs/links", link_api.MyProofLinksView.as_view(), name="api-my-proof-links"),
    path("proofs/links/<int:pk>", link_api.MyProofLinkView.as_view(), name="api-my-proof-link"),
    path("proofs/links/<str:token>", link_api.SharedProofView.as_view(), name="api-proof-link"),
    path("proofs/<uuid:uid>", api.ProofView.as_view(), name="api-proof"),
    path("proofs/<uuid:uid>/links", link_api.ProofLinksView.as_view(), name="api-proof-links"),
]
