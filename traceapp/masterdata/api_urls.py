from rest_framework.routers import SimpleRouter

from traceapp.masterdata import api

router = SimpleRouter()
router.register("products", api.ProductViewSet, basename="api-product")
router.register("lots", api.LotViewSet, basename="api-lot")
router.register("locations", api.LocationViewSet, basename="api-location")
urlpatterns = router.urls
