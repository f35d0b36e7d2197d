"""Pages under /forecasts/inventory/."""

from django.urls import path

from forecasting.inventory import views

app_name = "inventory"
urlpatterns = [path("", views.index, name="index")]
