"""The cold chain under `/api/v1/`."""

from rest_framework.routers import SimpleRouter

from traceapp.coldchain.api import LegViewSet

router = SimpleRouter(use_regex_path=False)
router.register("coldchain/legs", LegViewSet, basename="api-leg")
urlpatterns = router.urls
