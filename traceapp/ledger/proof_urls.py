from django.urls import path

from traceapp.ledger import proof_api

urlpatterns = [
    path("proofs/links/<str:token>", proof_api.SharedProofView.as_view(), name="api-proof-link"),
    path("proofs/<uuid:uid>", proof_api.ProofView.as_view(), name="api-proof"),
    path("proofs/<uuid:uid>/links", proof_api.ProofLinksView.as_view(), name="api-proof-links"),
]
