"""The page under /forecasts/groups/."""

from django.urls import path

from forecasting.hierarchy import views

app_name = "hierarchy"
urlpatterns = [path("", views.index, name="index")]
