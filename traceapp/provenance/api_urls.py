from rest_framework.routers import SimpleRouter

from traceapp.provenance.link_api import LinkViewSet

router = SimpleRouter()
router.register("links", LinkViewSet, basename="link")
urlpatterns = router.urls
