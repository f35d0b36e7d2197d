from django.urls import path

from traceapp.masterdata import views

app_name = "masterdata"
urlpatterns = [
    path("", views.products, name="products"),
    path("products/add/", views.product_edit, name="product-add"),
    path("products/<str:gtin>/", views.product, name="product"),
    path("products/<str:gtin>/change/", views.product_edit, name="product-change"),
    path("lots/", views.lots, name="lots"),
    path("lots/add/", views.lot_edit, name="lot-add"),
    path("lots/<int:pk>/change/", views.lot_edit, name="lot-change"),
    path("locations/", views.locations, name="locations"),
    path("locations/add/", views.location_edit, name="location-add"),
    path("locations/<str:gln>/change/", views.location_edit, name="location-change"),
]
